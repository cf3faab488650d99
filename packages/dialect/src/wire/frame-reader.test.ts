import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { ProtocolError } from '../errors/protocol-error.ts'
import { FrameReader } from './frame-reader.ts'

/** A frame with bytes that are not its own on both sides: none of them may ever be read. */
function readerOf(payload: Uint8Array): FrameReader {
  const around = Buffer.concat([Buffer.alloc(10, 0xaa), payload, Buffer.from('beyond\0beyond\0')])
  const view = new DataView(around.buffer, around.byteOffset, around.length)
  return new FrameReader().open('test', around, view, 10, 10 + payload.length)
}

const reads: readonly (readonly [string, (reader: FrameReader) => unknown])[] = [
  ['uint8', (reader) => reader.uint8()],
  ['int16', (reader) => reader.int16()],
  ['uint16', (reader) => reader.uint16()],
  ['int32', (reader) => reader.int32()],
  ['uint32', (reader) => reader.uint32()],
  ['cstring', (reader) => reader.cstring()],
  ['copy', (reader) => reader.copy(3)],
]

test.each(reads)('%s of an empty frame is a ProtocolError', (_name, read) => {
  expect(() => read(readerOf(new Uint8Array()))).toThrow(ProtocolError)
})

test('numbers are read as they are written, the highest bit included', () => {
  const payload = Buffer.from('80ff8000ffff80000001fffffffe', 'hex')
  const reader = readerOf(payload)
  expect([reader.uint8(), reader.uint8(), reader.int16(), reader.uint16(), reader.int32(), reader.uint32()]).toEqual([
    0x80, 0xff, -0x8000, 0xffff, -0x7fff_ffff, 0xffff_fffe,
  ])
  reader.done()
})

describe('a string', () => {
  test('ends at its NUL, inside the frame', () => {
    const reader = readerOf(Buffer.from('äb\0\0rest'))
    expect([reader.cstring(), reader.cstring()]).toEqual(['äb', ''])
    expect(reader.remaining).toBe(4)
    // The next NUL belongs to the next frame.
    expect(() => reader.cstring()).toThrow(ProtocolError)
  })
})

test('a copy is not touched when the buffer is used again', () => {
  const reader = readerOf(Buffer.from('abc'))
  const copy = reader.copy(3)
  reader.bytes.fill(0)
  expect(copy.toString()).toBe('abc')
})

test.each([-1, 4, 0x7fff_ffff])('a copy of %i bytes of three is a ProtocolError', (count) => {
  expect(() => readerOf(Buffer.from('abc')).copy(count)).toThrow(ProtocolError)
})

test('what is left over is a ProtocolError that names the message and shows none of it', () => {
  const reader = readerOf(Buffer.from('secret'))
  expect(() => reader.done()).toThrow(ProtocolError)
  expect(() => reader.done()).toThrow(/^Malformed test message from the server: /)
  expect(() => reader.done()).not.toThrow(/secret/)
})

test('no sequence of reads ever leaves the frame, or throws anything but a ProtocolError', () => {
  const operations = fc.array(fc.constantFrom(...reads), { maxLength: 30 })
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), operations, (payload, sequence) => {
      const reader = readerOf(payload)
      const end = reader.end
      for (const [, read] of sequence) {
        const before = reader.offset
        try {
          read(reader)
          expect(reader.offset).toBeGreaterThan(before)
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
          expect(reader.offset).toBe(before)
        }
        expect(reader.offset).toBeLessThanOrEqual(end)
      }
    }),
    { numRuns: 2_000 },
  )
})
