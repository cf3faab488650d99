import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { InvalidValueError } from '../errors/codec-error.ts'
import { SendBuffer } from './send-buffer.ts'

const content = (out: SendBuffer) => Buffer.from(out.bytes.subarray(0, out.length))

const writers = {
  uint8: fc.nat(0xff).map((value) => [(out: SendBuffer) => out.uint8(value), Buffer.of(value)] as const),
  int16: fc.integer({ min: -0x8000, max: 0x7fff }).map((value) => {
    const bytes = Buffer.alloc(2)
    bytes.writeInt16BE(value)
    return [(out: SendBuffer) => out.int16(value), bytes] as const
  }),
  uint16: fc.nat(0xffff).map((value) => {
    const bytes = Buffer.alloc(2)
    bytes.writeUInt16BE(value)
    return [(out: SendBuffer) => out.uint16(value), bytes] as const
  }),
  int32: fc.integer().map((value) => {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32BE(value)
    return [(out: SendBuffer) => out.int32(value), bytes] as const
  }),
  uint32: fc.integer({ min: 0, max: 0xffff_ffff }).map((value) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return [(out: SendBuffer) => out.uint32(value), bytes] as const
  }),
  bigInt64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64BE(value)
    return [(out: SendBuffer) => out.bigInt64(value), bytes] as const
  }),
  float64: fc.double().map((value) => {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleBE(value)
    return [(out: SendBuffer) => out.float64(value), bytes] as const
  }),
  float32: fc.float().map((value) => {
    const bytes = Buffer.alloc(4)
    bytes.writeFloatBE(value)
    return [(out: SendBuffer) => out.float32(value), bytes] as const
  }),
  raw: fc
    .uint8Array({ maxLength: 40_000, size: 'max' })
    .map((value) => [(out: SendBuffer) => out.raw(value), Buffer.from(value)] as const),
  cstring: fc.string({ unit: 'binary', maxLength: 200 }).map((value) => {
    const clean = value.replaceAll('\0', '')
    return [(out: SendBuffer) => out.cstring(clean), Buffer.from(`${clean}\0`)] as const
  }),
}

test('what is written one after the other stands there one after the other, however often the buffer grew', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(...Object.values(writers)), { maxLength: 60 }), (writes) => {
      const out = new SendBuffer()
      for (const [write] of writes) write(out)
      expect(content(out).equals(Buffer.concat(writes.map(([, bytes]) => bytes)))).toBe(true)
    }),
    { numRuns: 300 },
  )
})

describe('text', () => {
  // The short path is a loop over char codes, the long one is the runtime's own; 40 is where they meet.
  test.each([0, 1, 39, 40, 41, 100, 20_000, 65_535, 65_536, 65_537])(
    'of %i characters comes out as UTF-8, whichever path it takes',
    (length) => {
      for (const unit of ['a', '\x7f', '\x80', 'ß', '€', '\uffff']) {
        for (const value of [unit.repeat(length), 'a'.repeat(length) + unit, unit + 'a'.repeat(length)]) {
          const out = new SendBuffer()
          out.uint8(1)
          out.text(value)
          out.uint8(2)
          expect(content(out).equals(Buffer.concat([Buffer.of(1), Buffer.from(value), Buffer.of(2)]))).toBe(true)
        }
      }
    },
  )

  test('of astral characters takes four bytes for each', () => {
    for (const count of [1, 20, 21, 5_000]) {
      const out = new SendBuffer()
      out.text('😀'.repeat(count))
      expect(content(out).toString()).toBe('😀'.repeat(count))
      expect(out.length).toBe(count * 4)
    }
  })

  test.each([
    ['a NUL', '\0', 'NUL'],
    ['a high surrogate alone', '\ud800', 'lone surrogate'],
    ['a low surrogate alone', '\udfff', 'lone surrogate'],
    ['surrogates the wrong way round', '\udc00\ud800', 'lone surrogate'],
  ])('with %s anywhere in it is refused, and nothing is left behind', (_what, bad, reason) => {
    for (const length of [0, 1, 38, 39, 40, 41, 200]) {
      for (const value of [bad + 'x'.repeat(length), 'x'.repeat(length) + bad, `${'x'.repeat(length)}${bad}y`]) {
        const out = new SendBuffer()
        out.cstring('before')
        const before = content(out)
        expect(() => out.text(value)).toThrow(InvalidValueError)
        expect(() => out.text(value)).toThrow(reason)
        expect(content(out)).toEqual(before)
        out.text('behind')
        expect(content(out).toString()).toBe('before\0behind')
      }
    }
  })
})

test('truncate takes back what was written, and only that', () => {
  const out = new SendBuffer()
  out.cstring('kept')
  const mark = out.length
  out.raw(Buffer.alloc(100_000, 1))
  out.truncate(mark)
  out.cstring('next')
  expect(content(out).toString()).toBe('kept\0next\0')
})

test('raw copies: what is changed afterwards does not change what is sent', () => {
  const out = new SendBuffer()
  const source = Uint8Array.of(1, 2, 3, 4)
  out.raw(source.subarray(1, 3))
  source.fill(9)
  expect(content(out)).toEqual(Buffer.of(2, 3))
})

test('a length written first can be filled in later, also when the buffer has grown meanwhile', () => {
  const out = new SendBuffer()
  out.int32(0)
  out.raw(Buffer.alloc(50_000, 7))
  out.patchInt32(0, 50_004)
  expect(content(out).readInt32BE(0)).toBe(50_004)
})

test('a long text takes no more memory than its bytes and the usual growth', () => {
  const out = new SendBuffer()
  out.text('x'.repeat(10_000_000))
  expect(out.bytes.length).toBeLessThan(11_000_000)
})

describe('reset', () => {
  test('reuses the memory when the kernel has taken the bytes, and not while the socket still has them', () => {
    const out = new SendBuffer()
    out.cstring('x')
    const { bytes } = out
    out.reset(false)
    expect(out.bytes).toBe(bytes)
    out.reset(true)
    expect(out.bytes).not.toBe(bytes)
    expect(out.length).toBe(0)
  })

  test('gives a large buffer back', () => {
    const out = new SendBuffer()
    out.raw(Buffer.alloc(1_000_000))
    out.reset(false)
    expect(out.bytes.length).toBeLessThan(100_000)
    out.cstring('still works')
    expect(content(out).toString()).toBe('still works\0')
  })
})

test.each([2 ** 30 + 2 ** 24, 2 ** 31, 2 ** 32, 2 ** 32 + 10, Number.MAX_SAFE_INTEGER])(
  '%i bytes are refused without a try to get the memory',
  (count) => {
    const out = new SendBuffer()
    out.uint8(1)
    expect(() => out.reserve(count)).toThrow(InvalidValueError)
    expect(out.length).toBe(1)
    expect(out.bytes.length).toBeLessThan(100_000)
  },
)
