import { describe, expect, test } from 'vitest'

import { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, TEXT } from '../codec.ts'
import { bool } from '../scalars/bool.ts'
import { bytea } from '../scalars/bytea.ts'
import { date } from '../scalars/date.ts'
import { float8 } from '../scalars/floats.ts'
import { int8 } from '../scalars/int8.ts'
import { int2, int4 } from '../scalars/integers.ts'
import { interval } from '../scalars/interval.ts'
import { json } from '../scalars/json.ts'
import { text } from '../scalars/text.ts'
import { timestamp, timestamptz } from '../scalars/timestamp.ts'
import { int2vector } from '../scalars/vectors.ts'
import { voidType } from '../scalars/void.ts'
import { domainOf } from '../server-types/domain-of.ts'
import { enumOf } from '../server-types/enum-of.ts'
import { asText } from '../text-fallback.ts'
import { arrayOf } from './array-of.ts'
import { BoundedArray } from './bounded-array.ts'

describe('strings among the elements', () => {
  test.each<[string, Codec, unknown, boolean]>([
    ['numbers alone stay binary', int4, [1, null, 2], false],
    ['a string that only the server can read makes it text', int4, [1, '2'], true],
    ['in any dimension', int4, [[1], ['2']], true],
    ['strings of text stay binary', text, ['a', 1], false],
    ['JSON text stays binary', json, ['{}'], false],
    ['labels stay binary', enumOf('mood', 16_384, 16_385, ['ok']), ['ok'], false],
    ['what is no array stays binary', int4, 7, false],
    ['the elements of a domain over an array', domainOf('d', 1, 2, arrayOf(int4)), [[1, '2']], true],
    ['a type that is text anyway', asText('any', 1), ['a'], false],
    ['between bounds', int4, new BoundedArray<unknown>([1, '2'], [0]), true],
    ['between bounds that are impossible', int4, new BoundedArray(7 as unknown as number[], [0]), false],
    ['between bounds, of text', text, new BoundedArray(['1'], [0]), false],
    ['an element that has to be text', int2vector, [[1], []], true],
  ])('%s', (_fact, element, value, expected) => {
    expect(arrayOf(element).prefersText!(value)).toBe(expected)
  })

  test.each<[Codec, unknown, string]>([
    [int4, [1, '2', null], '{1,2,NULL}'],
    [int4, [[1], ['2']], '{{1},{2}}'],
    [int8, ['1', 2n, 3], '{1,2,3}'],
    [bool, [true, 'f'], '{true,f}'],
    [text, ['', 'null', 'a b', 'a"b', 'a\\b', 'a,b', '{'], '{"","null","a b","a\\"b","a\\\\b","a,b","{"}'],
    [bytea, [Buffer.from('ab'), '\\x00'], '{"\\\\x6162","\\\\x00"}'],
    [date, [new Date('2024-02-29T00:00:00Z'), 'today'], '{2024-02-29,today}'],
    [timestamptz, [new Date('2024-02-29T12:00:00Z'), 'now', Infinity], '{2024-02-29T12:00:00.000+00,now,infinity}'],
    [timestamp, [new Date('-000043-03-15T12:00:00Z'), 'now'], '{"0044-03-15T12:00:00.000 BC",now}'],
    [interval, [{ months: 1, days: -1 }, '1 day'], '{P1M-1D,"1 day"}'],
    [asText('box', 603, { delimiter: ';' }), ['(1,1),(0,0)', 'a;b'], '{(1,1),(0,0);"a;b"}'],
    [domainOf('d', 1, 2, arrayOf(int4)), [[1, 2], '{3}'], '{"{1,2}","{3}"}'],
    [int4, [[], []], '{}'],
    [int4, new BoundedArray<unknown>([1, '2'], [0]), '[0:1]={1,2}'],
    [int4, new BoundedArray<unknown>([[1], ['2']], [1, -3]), '[1:2][-3:-3]={{1},{2}}'],
    [int4, new BoundedArray<unknown>([1, '2'], [1]), '{1,2}'],
    [int2vector, [[1, 2], []], '{"1 2",""}'],
    [json, new BoundedArray<unknown>([[{ a: 1 }], ['[]']], [1, 1]), '{{"{\\"a\\":1}"},{[]}}'],
  ])('%# are written as PostgreSQL reads them', (element, value, literal) => {
    const array = arrayOf(element)
    expect(array.toText!(value)).toBe(literal)
    const out = new SendBuffer()
    array.encodeText!(value, out)
    expect(out.bytes.toString('utf8', 0, out.length)).toBe(literal)
  })

  test('are no way around the checks of their neighbours', () => {
    expect(() => arrayOf(int4).toText!([1.5, '2'])).toThrow(InvalidValueError)
    expect(() => arrayOf(int8).toText!([2 ** 53, '2'])).toThrow(InvalidValueError)
    expect(() => arrayOf(bool).toText!([1, 't'])).toThrow(InvalidValueError)
    expect(() => arrayOf(int4).toText!([undefined, '2'])).toThrow(InvalidValueError)
    expect(() => arrayOf(int4).toText!([[1], '2'])).toThrow(InvalidValueError)
  })
})

describe('in text', () => {
  const array = arrayOf(asText('any', 16_384, { arrayOid: 16_385 }))
  const boxes = arrayOf(asText('box', 603, { arrayOid: 1020, delimiter: ';' }))

  test('travels as its elements do', () => {
    expect(array.format).toBe(TEXT)
    expect(array.oid).toBe(16_385)
  })

  test.each<[string, unknown]>([
    ['{}', []],
    ['{a,NULL,"NULL",""}', ['a', null, 'NULL', '']],
    [
      '{{a,b},{c,d}}',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['[0:1]={a,b}', ['a', 'b']],
    ['[1:1][-1:0]={{1,2}}', [['1', '2']]],
    ['{"a\\"b\\\\c","{,}"," d "}', ['a"b\\c', '{,}', ' d ']],
    ['{ü🐘}', ['ü🐘']],
  ])('reads %s', (literal, value) => {
    expect(read(array, literal)).toStrictEqual(value)
  })

  test.each<[string, BoundedArray<unknown>]>([
    ['{}', new BoundedArray<unknown>([], [])],
    ['{a,NULL}', new BoundedArray<unknown>(['a', null], [1])],
    ['[0:1]={a,b}', new BoundedArray<unknown>(['a', 'b'], [0])],
    ['[1:1][-1:0]={{1,2}}', new BoundedArray<unknown>([['1', '2']], [1, -1])],
  ])('reads and writes %s with its bounds', (literal, value) => {
    const bounded = arrayOf(asText('any', 16_384, { arrayOid: 16_385 }), { bounds: 'kept' })
    expect(read(bounded, literal)).toStrictEqual(value)
    const out = new SendBuffer()
    bounded.encode(value, out)
    expect(out.bytes.toString('utf8', 0, out.length)).toBe(literal)
  })

  test('reads what the type’s own delimiter separates', () => {
    expect(read(boxes, '{(1,1),(0,0);(2,2),(1,1)}')).toStrictEqual(['(1,1),(0,0)', '(2,2),(1,1)'])
  })

  test.each([
    '',
    '{',
    '}',
    'a',
    '{a',
    '{a,',
    '{a,}',
    '{,a}',
    '{a}b',
    '{"a}',
    '{"a\\',
    '{a"b}',
    '[0:1]',
    '{{{{{{{1}}}}}}}',
    '{{a},{b,c}}',
    '{a,{b}}',
    '{{a},NULL}',
    '[0:1]={a}',
    '[1:1][1:1]={a}',
  ])('refuses %j', (literal) => {
    expect(() => read(array, literal)).toThrow(InvalidValueError)
  })
})

test('a cycle that fans out is refused at once', () => {
  const cycle: unknown[] = []
  for (let index = 0; index < 1000; index++) cycle.push(cycle)
  expect(() => arrayOf(int4).encode(cycle, new SendBuffer())).toThrow(InvalidValueError)
  expect(() => arrayOf(int4).prefersText!(cycle)).toThrow(InvalidValueError)
})

test('an array of JSON has one dimension: its inner arrays are JSON', () => {
  const array = arrayOf(json)
  const out = new SendBuffer()
  array.encode([[1, 2], [3]], out)
  expect(array.decode(out.bytes, out.view, 0, out.length)).toStrictEqual([[1, 2], [3]])
  expect(out.view.getInt32(0)).toBe(1)
})

test('the empty vector of the server, with one dimension of length 0, is empty', () => {
  const bytes = Buffer.from('0000000100000000000000170000000000000000', 'hex')
  expect(arrayOf(int4).decode(bytes, new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length)).toEqual([])
})

test('ten elements of a megabyte arrive, in binary and in text', () => {
  const array = arrayOf(text)
  const value = Array.from({ length: 10 }, (_, index) => String(index).repeat(1_048_576))
  const out = new SendBuffer()
  array.encode(value, out)
  expect(array.decode(out.bytes, out.view, 0, out.length)).toStrictEqual(value)
  expect(array.fromText!(array.toText!(value))).toStrictEqual(value)
})

test('its samples are one array of the element’s samples, and NULL', () => {
  expect(arrayOf(int4).samples).toEqual(['{0,-1,2147483647,-2147483648,NULL}'])
  expect(arrayOf(text).samples).toEqual(['{"",a,"NULL"," \\"quoted\\", {or} \\\\not ",ü🐘,"two\nlines",NULL}'])
  expect(arrayOf(asText('any', 1)).samples).toEqual([])
})

describe('a typed array', () => {
  test.each<[Codec, ArrayLike<unknown>]>([
    [int2, new Int16Array([1, -2])],
    [int4, new Int32Array([1, -2])],
    [int4, new Uint8Array([1, 255])],
    [int4, new Int32Array()],
    [int8, new BigInt64Array([1n, -(2n ** 63n)])],
    [float8, new Float64Array([0.5, Number.NaN])],
  ])('%# is an array of one dimension', (element, value) => {
    const array = arrayOf(element)
    expect(array.prefersText!(value)).toBe(false)
    expect(encoded(array, value)).toEqual(encoded(array, Array.from(value)))
    expect(array.toText!(value)).toBe(array.toText!(Array.from(value)))
  })

  test('has bounds like any other', () => {
    const array = arrayOf(int4)
    const bounded = (values: unknown): BoundedArray<unknown> => new BoundedArray(values as unknown[], [0])
    expect(encoded(array, bounded(new Int32Array([1, 2])))).toEqual(encoded(array, bounded([1, 2])))
  })

  test('inside of an array is an element', () => {
    const array = arrayOf(bytea)
    expect(encoded(array, [new Uint8Array([1, 2])])).toEqual(encoded(array, [Buffer.from([1, 2])]))
    expect(() => arrayOf(int4).encode([new Int32Array(1)], new SendBuffer())).toThrow('element [0]: not an integer')
  })

  test.each<[string, unknown]>([
    ['bytes without numbers', new ArrayBuffer(8)],
    ['a view of any numbers', new DataView(new ArrayBuffer(8))],
    ['a Buffer, which is one value', Buffer.from('ab')],
  ])('is not: %s', (_fact, value) => {
    expect(() => arrayOf(text).encode(value, new SendBuffer())).toThrow('not an array')
    expect(() => arrayOf(text).toText!(value)).toThrow('not an array')
  })

  test('of bytes is no array of bytea', () => {
    expect(() => arrayOf(bytea).encode(new Uint8Array(2), new SendBuffer())).toThrow(InvalidValueError)
  })
})

test('has the name that it is given', () => {
  expect(arrayOf(int4).name).toBe('_int4')
  expect(arrayOf(int4, { name: 'numbers' }).name).toBe('numbers')
})

test('types an element as nullable', () => {
  expect(arrayOf(int8).typescript).toEqual({
    select: '(`${number}` | null)[]',
    insert: '(string | number | bigint | null)[]',
  })
  expect(arrayOf(int4, { bounds: 'kept' }).typescript).toEqual({
    select: "import('kysely-pgwire/types').BoundedArray<number>",
    insert: "(number | null)[] | import('kysely-pgwire/types').BoundedArray<number | null>",
  })
  expect(arrayOf(voidType).typescript.insert).toBe('never')
})

function encoded(codec: Codec, value: unknown): Buffer {
  const out = new SendBuffer()
  codec.encode(value, out)
  return Buffer.from(out.bytes.subarray(0, out.length))
}

function read(codec: Codec, literal: string): unknown {
  const bytes = Buffer.from(literal)
  return codec.decode(bytes, new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length)
}
