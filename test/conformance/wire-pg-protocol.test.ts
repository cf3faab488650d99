/** What we rely on in pg-protocol. When an upgrade fails here, read what it changed before anything else. */
import { createRequire } from 'node:module'

import { PostgresError } from 'kysely-pgwire'
import pg from 'pg'
import { DatabaseError, serialize } from 'pg-protocol'
import { describe, expect, test } from 'vitest'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('DatabaseError', () => {
  test('is one class, however it is imported', () => {
    const required = createRequire(import.meta.url)('pg-protocol') as { DatabaseError: unknown }
    expect(required.DatabaseError).toBe(DatabaseError)
    expect(pg.DatabaseError).toBe(DatabaseError)
  })

  test('is what our errors are to an application that was written for pg', () => {
    const error = new PostgresError(
      new Map([
        ['M', 'text'],
        ['C', '22012'],
        ['D', 'detail'],
        ['n', 'constraint'],
      ]),
    )
    expect(error).toBeInstanceOf(DatabaseError)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ message: 'text', code: '22012', detail: 'detail', constraint: 'constraint' })
  })

  test('takes a message, a length and a name', () => {
    expect(DatabaseError.length).toBe(3)
    const error = new DatabaseError('text', 12, 'error')
    expect(error).toMatchObject({ message: 'text', length: 12, name: 'error' })
  })
})

describe('serialize', () => {
  test('has the functions that we call', () => {
    const called = [
      'startup',
      'requestSsl',
      'password',
      'sendSASLInitialResponseMessage',
      'sendSCRAMClientFinalMessage',
      'copyFail',
      'end',
      'cancel',
    ] as const
    for (const name of called) expect(serialize[name], name).toBeTypeOf('function')
  })

  test.each<[string, () => Uint8Array, string]>([
    ['requestSsl', () => serialize.requestSsl(), '0000000804d2162f'],
    ['cancel', () => serialize.cancel(1, -2), '0000001004d2162e00000001fffffffe'],
    ['end', () => serialize.end(), '5800000004'],
    ['copyFail', () => serialize.copyFail('x'), '66000000067800'],
    ['password', () => serialize.password('p'), '70000000067000'],
    [
      'sendSASLInitialResponseMessage',
      () => serialize.sendSASLInitialResponseMessage('M', 'n'),
      '700000000b4d00000000016e',
    ],
    ['sendSCRAMClientFinalMessage', () => serialize.sendSCRAMClientFinalMessage('c'), '700000000563'],
    [
      'startup',
      () => serialize.startup({ user: 'u' }),
      `000000250003000075736572007500${hex(Buffer.from('client_encoding\0UTF8\0\0'))}`,
    ],
  ])('%s writes the bytes that it always wrote', (_name, write, bytes) => {
    expect(hex(write())).toBe(bytes)
  })

  test('startup says how long it is', () => {
    const bytes = Buffer.from(serialize.startup({ user: 'u', database: 'd' }))
    expect(bytes.readUInt32BE(0)).toBe(bytes.length)
  })
})
