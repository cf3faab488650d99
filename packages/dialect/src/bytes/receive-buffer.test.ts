import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { ReceiveBuffer } from './receive-buffer.ts'

const INITIAL_BYTES = 65_536

/** Lets the socket read `chunk` into the buffer, in as many reads as it takes. */
function read(buffer: ReceiveBuffer, chunk: Uint8Array): void {
  for (let offset = 0; offset < chunk.length;) {
    const room = buffer.writable()
    const count = Math.min(room.length, chunk.length - offset)
    room.set(chunk.subarray(offset, offset + count))
    buffer.received(count)
    offset += count
  }
}

const pending = (buffer: ReceiveBuffer) => Buffer.from(buffer.bytes.subarray(buffer.start, buffer.end))

test('what was received and not consumed stands there in one piece, whatever was read and consumed before', () => {
  const step = fc.record({
    size: fc.oneof(fc.nat(100), fc.nat(70_000), fc.constantFrom(16_383, 16_384, 16_385, 65_535, 65_536, 65_537)),
    append: fc.boolean(),
    /** How much of what is pending is consumed afterwards. */
    consumed: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const buffer = new ReceiveBuffer()
      let expected: Buffer = Buffer.alloc(0)
      let counter = 0
      for (const { size, append, consumed } of steps) {
        const chunk = Buffer.alloc(size)
        for (let index = 0; index < size; index++) chunk[index] = counter++ % 251
        if (append) buffer.append(chunk)
        else read(buffer, chunk)
        expected = Buffer.concat([expected, chunk])
        expect(pending(buffer).equals(expected)).toBe(true)
        expect(buffer.view.buffer).toBe(buffer.bytes.buffer)
        const count = Math.floor(expected.length * consumed)
        buffer.start += count
        expected = expected.subarray(count)
      }
    }),
    { numRuns: 200 },
  )
})

describe('the memory', () => {
  test('is at most twice what is pending, plus the smallest buffer', () => {
    const buffer = new ReceiveBuffer()
    const chunk = Buffer.alloc(10_000)
    for (let received = 0; received < 5_000_000; received += chunk.length) {
      read(buffer, chunk)
      expect(buffer.bytes.length).toBeLessThanOrEqual(2 * (buffer.end - buffer.start) + 2 * INITIAL_BYTES)
    }
  })

  test('shrinks back once everything was consumed', () => {
    const buffer = new ReceiveBuffer()
    read(buffer, Buffer.alloc(3_000_000))
    expect(buffer.bytes.length).toBeGreaterThan(3_000_000)
    buffer.start = buffer.end
    expect(buffer.writable().length).toBe(INITIAL_BYTES)
    expect(buffer.bytes.length).toBe(INITIAL_BYTES)
    expect(buffer.start).toBe(0)
    expect(buffer.end).toBe(0)
  })

  test('does not grow while everything that comes is consumed', () => {
    const buffer = new ReceiveBuffer()
    for (let round = 0; round < 1_000; round++) {
      read(buffer, Buffer.alloc(1_000, round))
      // A partial frame stays behind all the time.
      buffer.start = buffer.end - 7
    }
    expect(buffer.bytes.length).toBe(INITIAL_BYTES)
    expect(pending(buffer)).toEqual(Buffer.alloc(7, 999 % 256))
  })
})

test('there is always room for a read worth making', () => {
  const buffer = new ReceiveBuffer()
  for (let round = 0; round < 300; round++) {
    expect(buffer.writable().length).toBeGreaterThanOrEqual(16_384)
    buffer.received(1_000)
  }
})
