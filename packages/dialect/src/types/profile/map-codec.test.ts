import { describe, expect, test } from 'vitest'

import { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { arrayOf } from '../arrays/array-of.ts'
import { BINARY, type Codec, TEXT } from '../codec.ts'
import { compositeOf } from '../composites/composite-of.ts'
import { rangeOf } from '../ranges/range-of.ts'
import { Range } from '../ranges/range-value.ts'
import { int4 } from '../scalars/integers.ts'
import { interval } from '../scalars/interval.ts'
import { json } from '../scalars/json.ts'
import { numeric } from '../scalars/numeric.ts'
import { regclass } from '../scalars/object-names.ts'
import { money } from '../scalars/text-only.ts'
import { text } from '../scalars/text.ts'
import { textOf, valueFromText } from '../text-form.ts'
import { mapCodec } from './map-codec.ts'

/** A user's decimal class, as far as it matters. */
class Decimal {
  readonly digits: string
  constructor(digits: string) {
    this.digits = digits
  }
}

const decimal = mapCodec(numeric, {
  decode: (digits) => new Decimal(digits),
  encode: (value) => (value instanceof Decimal ? value.digits : value),
  typescript: { select: 'Decimal', insert: 'Decimal | string' },
})

/** Writes what only the server can read. */
const span = mapCodec(interval, {
  decode: String,
  encode: (value) => `${String((value as { readonly days: number }).days)} days`,
})

const url = mapCodec(text, {
  decode: (value) => new URL(value),
  encode: (value) => (value instanceof URL ? value.href : value),
})

const cents = mapCodec(money, {
  decode: (value) => Number(value.replaceAll(/\D/g, '')),
  encode: (value) => (typeof value === 'number' ? (value / 100).toFixed(2) : value),
})

describe('a mapped codec', () => {
  test('is the same type', () => {
    const { name, oid, arrayOid, format, size, delimiter, samples } = numeric
    expect(decimal).toMatchObject({ name, oid, arrayOid, format, size, delimiter, samples })
    expect(decimal.typescript).toEqual({ select: 'Decimal', insert: 'Decimal | string' })
    expect(span.typescript).toEqual(interval.typescript)
  })

  test('maps values that arrive as bytes, as text, and inside a record', () => {
    expect(decode(decimal, '0003000100000002000109291a2c')).toEqual(new Decimal('12345.67'))
    expect(valueFromText(decimal, '1.50')).toEqual(new Decimal('1.50'))
    expect(cents.format).toBe(TEXT)
    expect(decode(cents, Buffer.from('$1,234.50').toString('hex'))).toBe(123_450)
    const table = mapCodec(regclass, { decode: (name) => ({ name }), encode: (value) => value })
    const bytes = Buffer.from('000004eb', 'hex')
    const view = new DataView(bytes.buffer, bytes.byteOffset, 4)
    expect(table.decodeBinary!(bytes, view, 0, 4)).toEqual({ name: regclass.decodeBinary!(bytes, view, 0, 4) })
    expect(decimal.decodeBinary).toBeUndefined()
  })

  test('maps values that are sent, as bytes and as text', () => {
    expect(encode(decimal, new Decimal('12345.67'))).toBe('0003000100000002000109291a2c')
    expect(encode(cents, 123_450)).toBe(Buffer.from('1234.50').toString('hex'))
    expect(textOf(decimal, new Decimal('1.50'))).toBe('1.50')
  })

  test('gets strings to encode wherever they stand, and never null', () => {
    const codes = mapCodec(int4, { decode: (value) => `c${value}`, encode: (value) => Number(String(value).slice(1)) })
    expect(codes.ownStrings).toBe(true)
    expect(encode(codes, 'c7')).toBe('00000007')
    expect(textOf(codes, 'c7')).toBe('7')
    const array = arrayOf(codes)
    expect(array.prefersText!(['c1', null])).toBe(false)
    expect(encode(array, ['c1', null])).toBe(encode(arrayOf(int4), [1, null]))
    expect(textOf(array, ['c1', null])).toBe('{1,NULL}')
    const composite = compositeOf({ name: 'pair' }, [
      { name: 'a', codec: codes },
      { name: 'b', codec: money },
    ])
    expect(encode(composite, { a: 'c1', b: '7' })).toBe(Buffer.from('(1,7)').toString('hex'))
    const range = rangeOf(codes, { name: 'codes' })
    expect(range.prefersText!({ lower: 'c1', upper: null })).toBe(false)
    expect(textOf(range, { lower: 'c1', upper: null })).toBe('[1,)')
  })

  test('may make text input of strings', () => {
    const days = mapCodec(interval, { decode: String, encode: (value) => `${String(value)} days` })
    expect(days.prefersText!('3')).toBe(true)
    expect(encodeText(days, '3')).toBe('3 days')
    expect(textOf(arrayOf(days), ['3'])).toBe('{"3 days"}')
    expect(arrayOf(days).prefersText!(['3'])).toBe(true)
  })

  test('passes strings on to the codec underneath, if that has strings of its own', () => {
    const inner = mapCodec(int4, { decode: String, encode: (value) => Number(value) * 2 })
    const outer = mapCodec(inner, { decode: (value) => value, encode: (value) => value, ownStrings: false })
    expect(outer.ownStrings).toBe(true)
    expect(outer.prefersText!('3')).toBe(false)
    expect(encode(outer, '3')).toBe('00000006')
    expect(encode(mapCodec(inner, { decode: String, encode: (value) => `${String(value)}0` }), '3')).toBe('0000003c')
  })

  test('never gets strings, if it says so', () => {
    const seen: unknown[] = []
    const spying = mapCodec(text, {
      decode: String,
      encode: (value) => seen.push(value) && 'x',
      ownStrings: false,
    })
    encode(spying, 'as it is')
    expect(textOf(spying, 'as it is')).toBe('as it is')
    const array = arrayOf(spying)
    expect(array.prefersText!(['a', null])).toBe(false)
    encode(array, ['a', null])
    textOf(array, ['a', null])
    expect(seen).toEqual([])
    encode(array, [1, null])
    expect(seen.every((value) => value === 1)).toBe(true)
  })

  test('refuses a value that its mapping makes nothing of', () => {
    for (const nothing of [null, undefined]) {
      const codec = mapCodec(text, { decode: String, encode: () => nothing })
      expect(() => encode(codec, 1)).toThrow(InvalidValueError)
      expect(() => textOf(codec, 1)).toThrow(InvalidValueError)
      expect(() => codec.prefersText!(1)).toThrow(InvalidValueError)
    }
  })

  test('lets what its mapping throws pass', () => {
    const failure = new RangeError('theirs')
    const codec = mapCodec(text, {
      decode: () => {
        throw failure
      },
      encode: () => {
        throw failure
      },
    })
    expect(() => encode(codec, 1)).toThrow(failure)
    expect(() => decode(codec, '61')).toThrow(failure)
  })
})

describe('text input that only the server can read', () => {
  test('goes as text', () => {
    expect(span.format).toBe(BINARY)
    expect(span.prefersText!({ days: 3 })).toBe(true)
    expect(encodeText(span, { days: 3 })).toBe('3 days')
    expect(decimal.prefersText!(new Decimal('1'))).toBe(true)
    expect(decimal.prefersText!(1)).toBe(false)
    expect(url.prefersText!(new URL('https://a.b'))).toBe(false)
  })

  test('takes its array with it', () => {
    const array = arrayOf(span)
    expect(array.prefersText!([null, { days: 3 }])).toBe(true)
    expect(encodeText(array, [null, { days: 3 }])).toBe('{NULL,"3 days"}')
  })

  test('takes its range with it', () => {
    const range = rangeOf(decimal, { name: 'numrange', oid: 3906, arrayOid: 3907 })
    const value = new Range({ lower: new Decimal('1.5'), upper: null })
    expect(range.prefersText!(value)).toBe(true)
    expect(encodeText(range, value)).toBe('[1.5,)')
    expect(valueFromText(range, '[1.5,)')).toEqual(value)
  })

  test('is what a mapped array makes of it', () => {
    const list = mapCodec(arrayOf(interval), { decode: (value) => value, encode: (value) => value })
    expect(list.prefersText!(['1 day'])).toBe(true)
    expect(encodeText(list, ['1 day'])).toBe('{"1 day"}')
    expect(list.prefersText!([{ days: 1 }])).toBe(false)
    const literal = mapCodec(arrayOf(interval), { decode: String, encode: () => '{1 day}' })
    expect(literal.prefersText!(1)).toBe(true)
    expect(encodeText(literal, 1)).toBe('{1 day}')
  })
})

test('an array can be a value, if the codec or its mapping says so', () => {
  expect(mapCodec(json, { decode: (value) => value, encode: (value) => value }).encodesArrays).toBe(true)
  const pair = mapCodec(text, {
    decode: (value) => value.split(','),
    encode: (value) => (value as string[]).join(','),
    encodesArrays: true,
  })
  const array = arrayOf(pair)
  expect(roundTrip(array, [['a', 'b'], null])).toEqual([['a', 'b'], null])
  expect(roundTrip(arrayOf(url), [[new URL('https://a.b')]])).toEqual([[new URL('https://a.b')]])
})

function roundTrip(codec: Codec, value: unknown): unknown {
  return decode(codec, encode(codec, value))
}

function encode(codec: Codec, value: unknown): string {
  const out = new SendBuffer()
  codec.encode(value, out)
  return out.bytes.toString('hex', 0, out.length)
}

function encodeText(codec: Codec, value: unknown): string {
  const out = new SendBuffer()
  codec.encodeText!(value, out)
  return out.bytes.toString('utf8', 0, out.length)
}

function decode(codec: Codec, wire: string): unknown {
  const bytes = Buffer.from(wire, 'hex')
  return codec.decode(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length)
}
