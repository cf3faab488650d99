import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { int16, int32, joined } from '../../../../test/support/backend-messages.ts'
import { ProtocolError } from '../errors/protocol-error.ts'
import { BinaryRowFinder } from './binary-row-finder.ts'

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1')
const TRAILER = int16(-1)

function header(flags = 0, extension: Buffer = Buffer.alloc(0)): Buffer {
  return joined([SIGNATURE, int32(flags), int32(extension.length), extension])
}

function row(...fields: readonly (string | null)[]): Buffer {
  const parts = fields.map((field) => (field === null ? int32(-1) : joined([int32(Buffer.byteLength(field)), field])))
  return joined([int16(fields.length), ...parts])
}

/** The rows found in messages, each of which stands somewhere in a buffer. */
function found(messages: readonly Uint8Array[]): Buffer[] {
  const rows: Buffer[] = []
  const finder = new BinaryRowFinder((bytes, view, start, end) => {
    expect(view.getUint8(start)).toBe(bytes[start])
    rows.push(Buffer.from(bytes.subarray(start, end)))
  })
  for (const message of messages) {
    const bytes = Buffer.concat([Buffer.from('before'), message, Buffer.from('behind')])
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    finder.add(bytes, view, 6, 6 + message.length)
    bytes.fill(0xee)
  }
  finder.end()
  return rows
}

function cut(bytes: Buffer, ...at: readonly number[]): Buffer[] {
  const places = [0, ...at.toSorted((a, b) => a - b), bytes.length]
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end))
}

const rows = [row('a', null, ''), row(), row('x'.repeat(300), 'é')]
const whole = joined([header(0x0000_ffff, Buffer.from('extension')), ...rows, TRAILER])

describe('rows', () => {
  test('are found as PostgreSQL sends them', () => {
    expect(found([joined([header(), rows[0]!]), rows[1]!, rows[2]!, TRAILER])).toEqual(rows)
  })

  test('of an empty table are none', () => {
    expect(found([joined([header(), TRAILER])])).toEqual([])
  })

  test('may be cut at any byte', () => {
    for (let at = 0; at <= whole.length; at++) expect(found(cut(whole, at))).toEqual(rows)
  })

  test('may come byte by byte, or all at once', () => {
    expect(found(cut(whole, ...whole.keys()))).toEqual(rows)
    expect(found([whole])).toEqual(rows)
  })

  test('may be cut anywhere any number of times', () => {
    const field = fc.option(fc.string({ maxLength: 2_000 }))
    fc.assert(
      fc.property(fc.array(fc.array(field, { maxLength: 5 })), fc.array(fc.nat()), (fields, places) => {
        const some = fields.map((values) => row(...values))
        const bytes = joined([header(), ...some, TRAILER])
        expect(found(cut(bytes, ...places.map((place) => place % (bytes.length + 1))))).toEqual(some)
      }),
    )
  })
})

describe('what is not COPY’s binary format ends in a ProtocolError:', () => {
  test.each<[string, Buffer]>([
    ['another signature', joined([Buffer.from('PGCOPY\n\xff\n\n\0', 'latin1'), int32(0), int32(0), TRAILER])],
    ['text', Buffer.from('1\tone row\n2\tanother row\n')],
    ['a critical flag', joined([header(0x1_0000), TRAILER])],
    ['the sign bit as a flag', joined([header(-0x8000_0000), TRAILER])],
    ['a negative extension', joined([SIGNATURE, int32(0), int32(-1), TRAILER])],
    ['a negative number of fields', joined([header(), int16(-2)])],
    ['a negative length', joined([header(), int16(1), int32(-2), TRAILER])],
    ['data behind the trailer', joined([header(), TRAILER, row('a')])],
    ['no trailer', joined([header(), row('a')])],
    ['half a header', header().subarray(0, 18)],
    ['half an extension', header(0, Buffer.from('abc')).subarray(0, -1)],
    ['half a row', joined([header(), row('abc').subarray(0, -1)])],
    ['nothing', Buffer.alloc(0)],
  ])('%s', (_, bytes) => {
    expect(() => found([bytes])).toThrow(ProtocolError)
    expect(() => found(cut(bytes, ...bytes.keys()))).toThrow(ProtocolError)
  })

  test('a field that is announced takes no memory before it comes', () => {
    const announced = joined([header(), int16(1), int32(0x7fff_ffff), 'the first bytes'])
    const before = process.memoryUsage().arrayBuffers
    expect(() => found([announced])).toThrow('without its trailer')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000)
  })
})
