import { inspect } from 'node:util'

import { describe, expect, test } from 'vitest'

import { SendBuffer } from '../bytes/send-buffer.ts'
import { InvalidValueError } from '../errors/codec-error.ts'
import { builtInCodecs, scalarCodecs } from './built-in.ts'
import { codecCases } from './codec.cases.ts'
import { type Codec, TEXT } from './codec.ts'
import { extensionCases } from './extensions.cases.ts'
import { extensionCodecs } from './extensions.ts'
import { valueFromText } from './text-form.ts'

for (const each of [...codecCases, ...extensionCases]) {
  const { codec, valid, accepted = [], received = [], read = [], unreadable = [], invalid, malformed } = each
  const { recorded = [], malformedInRecords = [] } = each
  describe(codec.name, () => {
    test.each(valid.map(([value, text, wire]) => ({ text: title(text), value, wire })))(
      'reads and writes what the server prints as $text',
      ({ value, wire }) => {
        expect(decode(codec, wire)).toStrictEqual(value)
        expect(encode(codec, value)).toBe(wire)
      },
    )

    test.each(
      [
        ...valid.map(([value, text]) => [text, value] as const),
        ...received.map(([text, , value]) => [text, value] as const),
        ...read,
      ].map(([text, value]) => ({ title: title(text), text, value })),
    )('reads the text $title', ({ text, value }) => {
      expect(valueFromText(codec, text)).toStrictEqual(value)
    })

    test.each(unreadable.map((text) => ({ title: title(text), text })))('refuses the text $title', ({ text }) => {
      expect(() => valueFromText(codec, text)).toThrow(InvalidValueError)
    })

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

    test.each(recorded.map(([text, wire, value]) => ({ title: title(text), wire, value: value ?? text })))(
      'reads $title inside a record',
      ({ wire, value }) => {
        expect(decodeBinary(codec, wire)).toStrictEqual(value)
      },
    )

    test.each(malformedInRecords.map((wire) => ({ wire })))('refuses the bytes "$wire" inside a record', ({ wire }) => {
      expect(() => decodeBinary(codec, wire)).toThrow(InvalidValueError)
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

const everyCodec = [...builtInCodecs, ...extensionCodecs]

describe.each(everyCodec.map((codec) => ({ type: codec.name, codec })))('the samples of $type', ({ codec }) => {
  test('are some, and can be read', () => {
    // Void has no values, and those of the server's own types cannot be sent back to it.
    const sendable = codec.name !== 'void' && !codec.typescript.insert.includes('never')
    expect(codec.samples.length > 0).toBe(sendable)
    // A record is always binary.
    expect(codec.format === TEXT || codec.fromText !== undefined).toBe(codec.name !== 'record')
  })

  test.each(codec.samples.map((text) => ({ title: title(text), text })))(
    'arrive as they are sent: $title',
    ({ text }) => {
      const value = valueFromText(codec, text)
      expect(decode(codec, encode(codec, value))).toStrictEqual(value)
    },
  )
})

describe.each(everyCodec.map((codec) => ({ type: codec.name, codec })))('$type', ({ codec }) => {
  test('writes text for whatever it reads, if it can be sent', () => {
    if (codec.typescript.insert.includes('never')) return
    for (const sample of codec.samples) expect(codec.toText!(valueFromText(codec, sample))).toBeTypeOf('string')
    expect(codec.toText).toBeDefined()
  })
})

test('every built-in type has cases, and every extension’s', () => {
  const covered = new Set([...codecCases, ...extensionCases].map(({ codec }) => codec.name))
  expect([...scalarCodecs, ...extensionCodecs].map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([])
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

function decodeBinary(codec: Codec, wire: string): unknown {
  const { bytes, view, length } = framed(wire)
  return codec.decodeBinary!(bytes, view, 3, length)
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
