import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { int16, int32 } from '../../../../test/support/backend-messages.ts'
import { SendBuffer } from '../bytes/send-buffer.ts'
import { ProtocolError } from '../errors/protocol-error.ts'
import { UsageError } from '../errors/usage-error.ts'
import { backendMessage } from './backend-messages.ts'
import { type CommandTag, parseCommandTag } from './command-tag.ts'
import { readParameterDescription, readRowDescription } from './descriptions.ts'
import { readErrorFields } from './error-fields.ts'
import { endFrame, startFrame } from './extended-query.ts'
import { FrameReader } from './frame-reader.ts'

const MAX_MESSAGE_BYTES = 0x3fff_ffff

const readerOf = (payload: Uint8Array) => {
  const bytes = Buffer.from(payload)
  return new FrameReader().open(
    'test',
    bytes,
    new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    0,
    bytes.length,
  )
}

describe('the length of a message', () => {
  // Counted as the protocol does: with the length word, without the type.
  const limits: readonly (readonly [string, number])[] = [
    ['123nIsc', 4],
    ['Z', 5],
    ['RKSCAGHWv', 30_000],
    ['NEtT', 16 * 1024 * 1024],
    ['Dd', MAX_MESSAGE_BYTES],
  ]
  const cases = limits.flatMap(([types, limit]) => types.split('').map((type) => [type, limit] as const))

  test.each(cases)('of type %s may be 4 to %i', (type, limit) => {
    const check = (length: number) => () => backendMessage(type.charCodeAt(0), length, MAX_MESSAGE_BYTES)
    expect(check(4)).not.toThrow()
    expect(check(limit)).not.toThrow()
    for (const length of [0, 1, 2, 3, limit + 1, 0x8000_0000, 0xffff_ffff]) expect(check(length)).toThrow(ProtocolError)
  })

  test('never passes what the connection allows', () => {
    expect(() => backendMessage('D'.charCodeAt(0), 1_001, 1_000)).toThrow(ProtocolError)
    expect(() => backendMessage('E'.charCodeAt(0), 1_001, 1_000)).toThrow(ProtocolError)
  })

  test('of an unknown type is of no interest', () => {
    const known = new Set(cases.map(([type]) => type.charCodeAt(0)))
    for (let type = 0; type < 256; type++) {
      if (!known.has(type)) expect(() => backendMessage(type, 4, MAX_MESSAGE_BYTES)).toThrow(ProtocolError)
    }
  })
})

test.each<[string, CommandTag['command'], CommandTag['rowCount']]>([
  ['SELECT 5', 'SELECT', 5],
  ['SELECT 0', 'SELECT', 0],
  ['INSERT 0 1', 'INSERT', 1],
  ['INSERT 0 0', 'INSERT', 0],
  ['INSERT 0 1000000', 'INSERT', 1_000_000],
  ['UPDATE 3', 'UPDATE', 3],
  ['DELETE 12', 'DELETE', 12],
  ['MERGE 4', 'MERGE', 4],
  ['FETCH 7', 'FETCH', 7],
  ['MOVE 7', 'MOVE', 7],
  ['COPY 9', 'COPY', 9],
  ['CREATE TABLE', 'CREATE TABLE', null],
  ['CREATE TABLE AS', 'CREATE TABLE AS', null],
  ['BEGIN', 'BEGIN', null],
  ['ROLLBACK', 'ROLLBACK', null],
  ['DISCARD ALL', 'DISCARD ALL', null],
  ['REFRESH MATERIALIZED VIEW', 'REFRESH MATERIALIZED VIEW', null],
  ['', '', null],
  ['5', '5', null],
  [' 5', '', 5],
])('the tag %j is %j and %j', (tag, command, rowCount) => {
  expect(parseCommandTag(tag)).toEqual({ command, rowCount })
})

test('a hostile tag is read in no time', () => {
  for (const tag of [`${' 0'.repeat(14_000)}x`, ' '.repeat(29_000), '0'.repeat(29_000), '1 '.repeat(14_000)]) {
    expect(parseCommandTag(tag).command.length).toBeLessThanOrEqual(tag.length)
  }
})

describe('descriptions', () => {
  test.each([1, 2, 1_600, 65_535])('that announce %i columns and bring none cost nothing', (count) => {
    expect(() => readRowDescription(readerOf(int16(count)))).toThrow(ProtocolError)
    expect(() => readParameterDescription(readerOf(int16(count)))).toThrow(ProtocolError)
  })

  test('of parameters keep OIDs above 2^31', () => {
    expect(readParameterDescription(readerOf(Buffer.concat([int16(1), int32(-1)])))).toEqual([0xffff_ffff])
  })

  test('of any bytes are read, or refused with a ProtocolError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.nat(3), (payload, count) => {
        const bytes = Buffer.concat([int16(count), payload])
        for (const read of [readRowDescription, readParameterDescription, readErrorFields]) {
          for (const input of [payload, bytes]) {
            try {
              read(readerOf(input))
            } catch (error) {
              expect(error).toBeInstanceOf(ProtocolError)
            }
          }
        }
      }),
      { numRuns: 5_000 },
    )
  })
})

describe('error fields', () => {
  const fields = (...codes: readonly number[]) =>
    Buffer.concat([...codes.map((code) => Buffer.from([code, 0x78, 0])), Buffer.of(0)])

  test('of 64 codes are read, 65 are no error of a server', () => {
    const codes = Array.from({ length: 65 }, (_, index) => index + 1)
    expect(readErrorFields(readerOf(fields(...codes.slice(0, 64)))).size).toBe(64)
    expect(() => readErrorFields(readerOf(fields(...codes)))).toThrow(ProtocolError)
  })

  test('that come twice count once: the last', () => {
    expect(readErrorFields(readerOf(Buffer.from('CA\0CB\0\0')))).toEqual(new Map([['C', 'B']]))
  })
})

test('a frame of more than 1 GiB is refused, before its length could mean another', () => {
  const out = new SendBuffer()
  for (const length of [0x4000_0001, 0x8000_0000, 0xffff_ffff, 0x1_0000_0010]) {
    const start = startFrame(out, 0x42)
    // As if so much had been written.
    out.length = start + 1 + length
    expect(() => endFrame(out, start)).toThrow(UsageError)
    out.truncate(start)
  }
})
