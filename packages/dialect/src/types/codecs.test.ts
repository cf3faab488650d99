import { inspect } from 'node:util'

import { describe, expect, test } from 'vitest'

import { SendBuffer } from '../bytes/send-buffer.ts'
import { InvalidValueError } from '../errors/codec-error.ts'
import { scalarCodecs } from './built-in.ts'
import { codecCases } from './codec.cases.ts'
import type { Codec } from './codec.ts'

for (const { codec, valid, accepted = [], received = [], invalid, malformed } of codecCases) {
  describe(codec.name, () => {
    test.each(valid.map(([value, text, wire]) => ({ text: title(text), value, wire })))(
      'reads and writes what the server prints as $text',
      ({ value, wire }) => {
        expect(decode(codec, wire)).toStrictEqual(value)
        expect(encode(codec, value)).toBe(wire)
      },
    )

    test.each(accepted.map(([value, wire]) => ({ wire, value, title: title(describeValue(value)) })))(
      'writes $title as its own',
      ({ value, wire }) => {
        expect(encode(codec, value)).toBe(wire)
      },
    )

    test.each(received.map(([text, wire, value]) => ({ text, wire, value })))('reads $text', ({ wire, value }) => {
      expect(decode(codec, wire)).toStrictEqual(value)
    })

    test.each(invalid.map((value, index) => ({ index, type: typeof value, value })))(
      'refuses value $index of the invalid ones, of type $type',
      ({ value }) => {
        expect(() => encode(codec, value)).toThrow(InvalidValueError)
      },
    )

    test.each(malformed.map((wire) => ({ wire })))('refuses the bytes "$wire"', ({ wire }) => {
      expect(() => decode(codec, wire)).toThrow(InvalidValueError)
    })

    test('has values of its own size only', () => {
      if (codec.size === -1) return
      for (const [, , wire] of valid) expect(wire.length / 2).toBe(codec.size)
    })

    test('gives a value that does not change with the buffer it came from', () => {
      for (const [value, , wire] of valid) {
        const { bytes, view, length } = framed(wire)
        const decoded = codec.decode(bytes, view, 3, length)
        bytes.fill(0xff)
        expect(decoded).toStrictEqual(value)
      }
    })
  })
}

test('every built-in type has cases', () => {
  const covered = new Set(codecCases.map(({ codec }) => codec.name))
  expect(scalarCodecs.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([])
})

test('reasons never quote the value', () => {
  for (const { codec, invalid } of codecCases) {
    for (const value of invalid) {
      if (typeof value !== 'string' || value.length < 4) continue
      expect(() => encode(codec, value)).not.toThrow(value)
    }
  }
})

function encode(codec: Codec, value: unknown): string {
  const out = new SendBuffer()
  codec.encode(value, out)
  return out.bytes.toString('hex', 0, out.length)
}

function decode(codec: Codec, wire: string): unknown {
  const { bytes, view, length } = framed(wire)
  return codec.decode(bytes, view, 3, length)
}

/** Null-prototype objects and arrays of themselves included, which `String` chokes on. */
function describeValue(value: unknown): string {
  return inspect(value, { breakLength: Infinity })
}

function title(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}

/** The bytes as they stand in a receive buffer: behind others and in front of others. */
function framed(wire: string): { bytes: Buffer; view: DataView; length: number } {
  const value = Buffer.from(wire, 'hex')
  const bytes = Buffer.allocUnsafeSlow(value.length + 7).fill(0xee)
  value.copy(bytes, 3)
  return { bytes, view: new DataView(bytes.buffer), length: value.length }
}
