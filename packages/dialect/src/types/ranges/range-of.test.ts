import { describe, expect, test } from 'vitest'

import { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { arrayOf } from '../arrays/array-of.ts'
import { type Codec, defineCodec, TEXT } from '../codec.ts'
import { definePgTypes } from '../profile/profile.ts'
import { date } from '../scalars/date.ts'
import { int4 } from '../scalars/integers.ts'
import { text } from '../scalars/text.ts'
import { asText } from '../text-fallback.ts'
import { textOf, valueFromText } from '../text-form.ts'
import { builtInRanges } from './built-in-ranges.ts'
import { multirangeOf } from './multirange-of.ts'
import { rangeOf } from './range-of.ts'
import { Range } from './range-value.ts'

const int4range = rangeOf(int4, { name: 'int4range', oid: 3904, arrayOid: 3905 })
const int4multirange = multirangeOf(int4range, { name: 'int4multirange', oid: 4451, arrayOid: 6150 })
const textrange = rangeOf(text, { name: 'textrange' })
const textmultirange = multirangeOf(textrange, { name: 'textmultirange' })
const foreign = rangeOf(asText('isbn', 16_384), { name: 'isbnrange' })
const foreigns = multirangeOf(foreign, { name: 'isbnmultirange' })

describe('a Range', () => {
  test('has no end where it is unbounded, whatever was said of it', () => {
    expect(new Range({ lower: 1, bounds: '[]' })).toStrictEqual(new Range({ lower: 1, upper: null }))
    expect(new Range({ upper: 1, bounds: '[]' }).bounds).toBe('(]')
    expect(Range.empty).toMatchObject({ lower: null, upper: null, bounds: '()', empty: true })
  })

  test('is encoded the same once it has been JSON', () => {
    for (const range of [new Range({ lower: 1, upper: 2 }), new Range({ upper: 2, bounds: '(]' }), Range.empty]) {
      expect(encode(int4range, JSON.parse(JSON.stringify(range)))).toEqual(encode(int4range, range))
    }
  })

  test('is not made of anything else', () => {
    const make = (parts: object): Range<unknown> => new Range<unknown>(parts)
    expect(() => make({ lower: undefined })).toThrow(InvalidValueError)
    expect(() => make({ lower: 1, higher: 2 })).toThrow(InvalidValueError)
    expect(() => make([1, 2])).toThrow(InvalidValueError)
  })
})

describe('a bound that only the server can read', () => {
  const today = { lower: 'today', upper: new Date('2024-02-29T00:00:00Z') }
  const daterange = rangeOf(date, { name: 'daterange' })

  test('makes text of the whole', () => {
    expect(daterange.prefersText!(today)).toBe(true)
    expect(encodeText(daterange, today)).toBe('[today,2024-02-29)')
    expect(multirangeOf(daterange, { name: 'datemultirange' }).prefersText!([today])).toBe(true)
    expect(arrayOf(daterange).prefersText!([today])).toBe(true)
    expect(encodeText(arrayOf(daterange), [today, null])).toBe('{"[today,2024-02-29)",NULL}')
  })

  test('is no string of a type that takes strings', () => {
    expect(textrange.prefersText!({ lower: 'a' })).toBe(false)
    expect(int4range.prefersText!({ lower: 1 })).toBe(false)
    expect(int4range.prefersText!(Range.empty)).toBe(false)
  })

  test('may be a whole range among others', () => {
    expect(int4multirange.prefersText!(['[1,2)'])).toBe(true)
    expect(encodeText(int4multirange, ['[1,2)', { lower: 5 }])).toBe('{[1,2),[5,)}')
    expect(arrayOf(int4multirange).prefersText!([['[1,2)']])).toBe(true)
  })

  test('is no way around the checks of the other', () => {
    expect(() => int4range.toText!({ lower: '1', upper: 1.5 })).toThrow(InvalidValueError)
    expect(() => int4range.prefersText!({ lower: '1', other: 1 })).toThrow(InvalidValueError)
  })
})

describe('text', () => {
  test.each<[Range<string>, string]>([
    [new Range({ lower: 'a', upper: 'b' }), '[a,b)'],
    [new Range({ lower: '', upper: ' ' }), '[""," ")'],
    [new Range({ lower: 'a,b', upper: 'c)' }), '["a,b","c)")'],
    [new Range({ lower: '"\\', upper: '[]', bounds: '[]' }), '["""\\\\","[]"]'],
    [new Range({ lower: 'empty', upper: 'ü🐘', bounds: '(]' }), '(empty,ü🐘]'],
    [new Range<string>({ upper: null }), '(,)'],
    [Range.empty, 'empty'],
  ])('%o is %s', (range, literal) => {
    expect(textOf(textrange, range)).toBe(literal)
    expect(valueFromText(textrange, literal)).toStrictEqual(range)
    expect(foreign.format).toBe(TEXT)
    expect(encode(foreign, range).toString()).toBe(literal)
    expect(decode(foreign, Buffer.from(literal))).toStrictEqual(range)
    if (range.empty) return
    expect(textOf(textmultirange, [range, range])).toBe(`{${literal},${literal}}`)
    expect(valueFromText(textmultirange, `{${literal},${literal}}`)).toStrictEqual([range, range])
    expect(decode(foreigns, Buffer.from(`{${literal}}`))).toStrictEqual([range])
  })

  test.each([
    '',
    'e',
    'emptyy',
    '[',
    '[a',
    '[a,',
    '[a,b',
    'a,b)',
    '[a,b)c',
    '[a,b,c)',
    '["a,b)',
    '["a\\',
    '[a"b,c)',
    '[a\\b,c)',
    '["a"b,c)',
    '{a,b)',
    '(]',
  ])('%j is no range', (literal) => {
    expect(() => valueFromText(textrange, literal)).toThrow(InvalidValueError)
  })

  test.each([
    '',
    '{',
    '}',
    '{]',
    '{[a,b)',
    '[a,b)}',
    '{[a,b),}',
    '{,[a,b)}',
    '{[a,b)[c,d)}',
    '{[a,b)x[c,d)}',
    '{["a,b)}',
    '{[a,b)}}',
    '{empty}',
    '{[a,"b\\)}',
  ])('%j is no multirange', (literal) => {
    expect(() => valueFromText(textmultirange, literal)).toThrow(InvalidValueError)
  })
})

test('a quote behind a backslash ends nothing', () => {
  expect(valueFromText(textmultirange, '{["a\\")",b)}')).toStrictEqual([new Range({ lower: 'a")', upper: 'b' })])
})

test('ranges over a type that travels as text have a binary form where the type has one', () => {
  const named = defineCodec({
    ...asText('regclass', 2205),
    decodeBinary: (_bytes, view, offset) => String(view.getUint32(offset)),
  })
  const range = rangeOf(named, { name: 'classes' })
  const wire = Buffer.from('12000000040000002a', 'hex')
  expect(decode({ ...range, decode: range.decodeBinary! }, wire)).toStrictEqual(new Range({ lower: '42' }))
  expect(foreign.decodeBinary).toBeUndefined()
  expect(multirangeOf(range, { name: 'classeses' }).decodeBinary).toBeDefined()
})

test('samples are those of the subtype, as bounds', () => {
  const range = rangeOf({ ...text, samples: ['a b', 'c'] }, { name: 'textrange' })
  expect(range.samples).toEqual(['empty', '(,)', '["a b",)', '[c,)', '(,"a b")', '(,c)'])
  expect(multirangeOf(range, { name: 'm' }).samples).toEqual([
    '{}',
    '{(,)}',
    '{["a b",)}',
    '{[c,)}',
    '{(,"a b")}',
    '{(,c)}',
  ])
})

test('the built-in ranges follow the subtypes of a profile', () => {
  const bigints = definePgTypes({ int8: 'bigint' })
  for (const { range, multirange } of builtInRanges) {
    expect(bigints.codecFor(range.oid)).toMatchObject(range)
    expect(bigints.codecFor(multirange.oid)).toMatchObject(multirange)
  }
  expect(bigints.codecFor(3926)!.typescript.select).toBe("import('kysely-pgwire/types').Range<bigint>")
  expect(bigints.codecFor(4536)!.typescript.select).toBe(
    "import('kysely-pgwire/types').Multirange<import('kysely-pgwire/types').Range<bigint>>",
  )
})

function encode(codec: Codec, value: unknown): Buffer {
  const out = new SendBuffer()
  codec.encode(value, out)
  return out.bytes.subarray(0, out.length)
}

function encodeText(codec: Codec, value: unknown): string {
  const out = new SendBuffer()
  codec.encodeText!(value, out)
  return out.bytes.toString('utf8', 0, out.length)
}

function decode(codec: Codec, bytes: Buffer): unknown {
  return codec.decode(bytes, new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length)
}
