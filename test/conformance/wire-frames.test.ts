/** Every frame that we write is, byte for byte, the one that pg-protocol writes. */
import fc from 'fast-check'
import { serialize } from 'pg-protocol'
import { describe, expect, test } from 'vitest'

import { SendBuffer } from '../../packages/dialect/src/bytes/send-buffer.ts'
import { writeBind } from '../../packages/dialect/src/connection/bind.ts'
import { Catalog } from '../../packages/dialect/src/connection/catalog.ts'
import { InvalidValueError } from '../../packages/dialect/src/errors/codec-error.ts'
import { UsageError } from '../../packages/dialect/src/errors/usage-error.ts'
import { defaultTypes } from '../../packages/dialect/src/types/profile/profile.ts'
import {
  cancelRequest,
  sslRequest,
  writeCopyFail,
  writePassword,
  writeQuery,
  writeSaslInitialResponse,
  writeSaslResponse,
  writeStartup,
  writeTerminate,
} from '../../packages/dialect/src/wire/control-messages.ts'
import {
  writeClosePortal,
  writeCloseStatement,
  writeDescribePortal,
  writeDescribeStatement,
  writeExecute,
  writeExecuteAndSync,
  writeFlush,
  writeParse,
  writeSync,
} from '../../packages/dialect/src/wire/extended-query.ts'
import { takeMessage, takeOpening } from '../support/frontend-messages.ts'

/** Behind bytes that were there before, so that every back-patched length is tested at an offset. */
function written(write: (out: SendBuffer) => void): Buffer {
  const out = new SendBuffer()
  out.uint8(0xee)
  write(out)
  return Buffer.from(out.bytes.subarray(1, out.length))
}

const cstrings = fc.string({ unit: 'binary', maxLength: 100 }).map((text) => text.replaceAll('\0', ''))
const short = fc.string({ unit: 'grapheme-ascii', maxLength: 45 })
const text = fc.oneof(short, cstrings)
const oids = fc.array(fc.nat(0x7fff_ffff), { maxLength: 20 })

function same<Arguments extends [unknown, ...unknown[]]>(
  name: string,
  arbitraries: { readonly [Index in keyof Arguments]: fc.Arbitrary<Arguments[Index]> },
  ours: (out: SendBuffer, ...given: Arguments) => void,
  theirs: (...given: Arguments) => Uint8Array,
): void {
  test(name, () => {
    fc.assert(
      fc.property(fc.tuple(...arbitraries) as unknown as fc.Arbitrary<Arguments>, (given) => {
        const actual = written((out) => ours(out, ...given))
        expect(actual).toEqual(Buffer.from(theirs(...given)))
        // The declared length is the number of bytes.
        expect(actual.readUInt32BE(1)).toBe(actual.length - 1)
        expect(takeMessage(actual)?.rest.length).toBe(0)
      }),
      { numRuns: 300 },
    )
  })
}

describe('the same as from pg-protocol:', () => {
  same('Parse', [text, text, oids], writeParse, (name, sql, types) =>
    serialize.parse({ name, text: sql, types: [...types] }),
  )
  same('Describe', [text], writeDescribeStatement, (name) => serialize.describe({ type: 'S', name }))
  same('Close of a statement', [text], writeCloseStatement, (name) => serialize.close({ type: 'S', name }))
  same('Describe of a portal', [text], writeDescribePortal, (name) => serialize.describe({ type: 'P', name }))
  same('Close of a portal', [text], writeClosePortal, (name) => serialize.close({ type: 'P', name }))
  same('Execute', [text, fc.nat(0x7fff_ffff)], writeExecute, (portal, rows) => serialize.execute({ portal, rows }))
  same('Query', [text], writeQuery, serialize.query)
  same('CopyFail', [text], writeCopyFail, serialize.copyFail)
  same('PasswordMessage', [text], writePassword, serialize.password)
  same('SASLInitialResponse', [text, text], writeSaslInitialResponse, serialize.sendSASLInitialResponseMessage)
  same('SASLResponse', [text], writeSaslResponse, serialize.sendSCRAMClientFinalMessage)

  test('Sync, Flush and Terminate', () => {
    expect(written(writeSync)).toEqual(Buffer.from(serialize.sync()))
    expect(written(writeFlush)).toEqual(Buffer.from(serialize.flush()))
    expect(written(writeTerminate)).toEqual(Buffer.from(serialize.end()))
  })

  test('Execute and Sync in one', () => {
    expect(written(writeExecuteAndSync)).toEqual(Buffer.concat([serialize.execute(), serialize.sync()]))
  })

  test('Bind of texts, bytes and NULLs, with binary results', () => {
    const value = fc.oneof(
      text,
      fc.constant(null),
      fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    )
    fc.assert(
      fc.property(text, text, fc.array(value, { maxLength: 30 }), (portal, name, values) => {
        const parameterOids = values.map((one) => (Buffer.isBuffer(one) ? 17 : 25))
        const field = { name: 'n', tableOid: 0, columnNumber: 0, typeOid: 23, typeSize: 4, typeModifier: -1, format: 0 }
        const statement = new Catalog(defaultTypes).add('sql', parameterOids, [field])
        const actual = written((out) => writeBind(out, portal, name, statement, values))
        expect(actual).toEqual(Buffer.from(serialize.bind({ portal, statement: name, values, binary: true })))
      }),
      { numRuns: 500 },
    )
  })
})

test('a start-up message carries its parameters, and asks for UTF8', () => {
  const parameters = { user: 'ärger', database: 'shop', application_name: '', search_path: 'a, b' }
  const opening = takeOpening(written((out) => writeStartup(out, parameters, 0)))
  expect(opening?.rest.length).toBe(0)
  expect(opening?.message).toEqual({
    type: 'startup',
    version: '3.0',
    parameters: { ...parameters, client_encoding: 'UTF8' },
  })
})

test('a start-up message can ask for version 3.2', () => {
  expect(takeOpening(written((out) => writeStartup(out, { user: 'app' }, 2)))?.message).toMatchObject({
    version: '3.2',
  })
  // pg-protocol's writer has kept nothing of it.
  expect(takeOpening(written((out) => writeStartup(out, { user: 'app' }, 0)))?.message).toMatchObject({
    version: '3.0',
  })
})

test.each([4, 32, 256])('a cancel carries a key of %d bytes', (length) => {
  const secretKey = Buffer.from(Array.from({ length }, (_, index) => index))
  const opening = takeOpening(Buffer.from(cancelRequest(-7, secretKey)))
  expect(opening?.message).toEqual({ type: 'cancelRequest', processId: -7, secretKey })
  expect(opening?.rest.length).toBe(0)
})

test('the requests for TLS and for a cancel are what the server knows them by', () => {
  expect(takeOpening(Buffer.from(sslRequest()))?.message).toEqual({ type: 'sslRequest' })
  expect(takeOpening(Buffer.from(cancelRequest(7, Buffer.from('ffffffff', 'hex'))))?.message).toEqual({
    type: 'cancelRequest',
    processId: 7,
    secretKey: Buffer.from('ffffffff', 'hex'),
  })
})

describe('what cannot be written', () => {
  const hostile = ['\0', 'a\0b', '\ud800', `${'x'.repeat(60)}\0`, `${'x'.repeat(60)}\udc00`]
  const writers: Readonly<Record<string, (out: SendBuffer, bad: string) => void>> = {
    'a query': writeQuery,
    'the SQL of a Parse': (out, bad) => writeParse(out, 's', bad, []),
    'the name of a Parse': (out, bad) => writeParse(out, bad, 'select', []),
    'a Describe': writeDescribeStatement,
    'a Close': writeCloseStatement,
    'an Execute': (out, bad) => writeExecute(out, bad, 0),
    'the reason of a CopyFail': writeCopyFail,
    'a password': writePassword,
    'a SASL mechanism': (out, bad) => writeSaslInitialResponse(out, bad, ''),
    'a SASL response': writeSaslResponse,
    'the name of a start-up parameter': (out, bad) => writeStartup(out, { [bad]: 'x' }, 0),
    'the value of a start-up parameter': (out, bad) => writeStartup(out, { user: bad }, 0),
  }

  test.each(Object.entries(writers))('in %s is refused, and the next frame is whole', (_what, write) => {
    for (const bad of hostile) {
      const out = new SendBuffer()
      writeSync(out)
      const mark = out.length
      let refused: unknown
      try {
        write(out, bad)
      } catch (error) {
        refused = error
        out.truncate(mark)
      }
      expect(refused instanceof UsageError || refused instanceof InvalidValueError).toBe(true)
      expect((refused as Error).message).not.toContain('xxx')
      writePassword(out, 'next')
      expect(Buffer.from(out.bytes.subarray(mark, out.length))).toEqual(Buffer.from(serialize.password('next')))
    }
  })
})
