import { describe, expect, test } from 'vitest'

import { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { UnresolvedTypeError } from '../../errors/unresolved-type-error.ts'
import { arrayOf } from '../arrays/array-of.ts'
import { BINARY, type Codec, defineCodec, TEXT } from '../codec.ts'
import { int4 } from '../scalars/integers.ts'
import { text } from '../scalars/text.ts'
import { asText } from '../text-fallback.ts'
import { valueFromText } from '../text-form.ts'
import { compositeOf } from './composite-of.ts'

const pair = compositeOf({ name: 'pair', oid: 20_000, arrayOid: 20_001 }, [
  { name: 'a', codec: int4 },
  { name: 'b', codec: text },
])
const pairs = arrayOf(pair)
const unit = compositeOf({ name: 'unit' }, [])
const single = compositeOf({ name: 'single' }, [{ name: 'a', codec: asText('any', 16_384) }])
const words = compositeOf({ name: 'words' }, [
  { name: 'a', codec: int4 },
  { name: 'b', codec: asText('any', 16_384) },
])
const PAIR = '00000002000000170000000400000001000000190000000178'

describe('in binary', () => {
  test.each<[unknown, string]>([
    [{ a: 1, b: 'x' }, PAIR],
    [{ b: 'x', a: 1 }, PAIR],
    [[1, 'x'], PAIR],
    [{ a: 1n, b: 'x' }, PAIR],
    [Object.assign(Object.create(null) as object, { a: 1, b: 'x' }), PAIR],
    [
      new (class {
        a = 1
        get b(): string {
          return 'x'
        }
      })(),
      PAIR,
    ],
    [{ a: 1 }, '0000000200000017000000040000000100000019ffffffff'],
    [{}, '0000000200000017ffffffff00000019ffffffff'],
    [{ a: null, b: null }, '0000000200000017ffffffff00000019ffffffff'],
  ])('%o is encoded', (value, wire) => {
    expect(encode(pair, value).toString('hex')).toBe(wire)
  })

  test('a composite is an object with all fields in their order', () => {
    const value = decode(pair, PAIR)
    expect(value).toStrictEqual({ a: 1, b: 'x' })
    expect(Object.keys(value as object)).toEqual(['a', 'b'])
    expect(decode(pair, '0000000200000017ffffffff00000019ffffffff')).toStrictEqual({ a: null, b: null })
    expect(decode(unit, '00000000')).toStrictEqual({})
  })

  test.each<[string, unknown]>([
    ['an unknown field', { a: 1, c: 1 }],
    ['a field that is undefined', { a: undefined, b: 'x' }],
    ['a wrong value', { a: 1.5, b: 'x' }],
    ['too few values', [1]],
    ['too many values', [1, 'x', null]],
    ['no values', []],
    ['a hole', [, 'x']],
    ['a string', '(1,x)'],
    ['null', null],
    ['nothing', undefined],
    ['a number', 7],
    ['a function', () => 1],
    ['a Date', new Date()],
    ['a Map', new Map([['a', 1]])],
    ['bytes', Buffer.from('ab')],
    ['a boxed string', new String('ab')],
  ])('%s is refused', (_what, value) => {
    expect(() => encode(pair, value)).toThrow(InvalidValueError)
    expect(() => pair.prefersText!(value)).not.toThrow(TypeError)
  })

  test('a refusal names a field, and no value', () => {
    expect(() => encode(pair, { a: undefined })).toThrow('the field "a" is undefined; NULL is null')
    expect(() => encode(pair, { secret: 1 })).not.toThrow(/secret/)
  })

  test.each([
    '',
    '000000',
    '00000002',
    PAIR.slice(0, -2),
    `${PAIR}00`,
    '000000020000001700000003000000',
    '00000002000000177fffffff00000001',
    '0000000200000017fffffffe',
    '00000002000000170000000400000001000000190000',
  ])('the bytes %j are refused', (wire) => {
    expect(() => decode(pair, wire)).toThrow(InvalidValueError)
  })

  test.each([
    ['fewer columns', '00000001000000170000000400000001'],
    ['2^31-1 columns', '7fffffff'],
    ['2^32-1 columns', 'ffffffff'],
    ['no columns', '00000000'],
    ['a column of another type', PAIR.replace('00000019', '00000411')],
  ])('%s than were looked up say that the type has changed', (_what, wire) => {
    expect(() => decode(pair, wire)).toThrow(UnresolvedTypeError)
    expect(() => decode(pair, wire)).toThrow('the type pair has changed')
  })
})

describe('names', () => {
  const names = ['__proto__', 'constructor', 'toString', '1', 'a"b', "\u2028';"]
  const odd = compositeOf(
    { name: 'odd' },
    names.map((name) => ({ name, codec: int4 })),
  )

  test('of any kind are own properties, there and back', () => {
    const value = Object.fromEntries(names.map((name, index) => [name, index]))
    const received = decode(odd, encode(odd, value).toString('hex')) as object
    expect(received).toStrictEqual(value)
    expect(Object.keys(received).sort()).toEqual([...names].sort())
    expect(Object.getPrototypeOf(received)).toBe(Object.prototype)
    expect(valueFromText(odd, odd.toText!(value))).toStrictEqual(value)
  })

  test('that every object inherits are missing unless they are its own', () => {
    expect(decode(odd, encode(odd, {}).toString('hex'))).toStrictEqual(
      Object.fromEntries(names.map((name) => [name, null])),
    )
  })

  test('are quoted in TypeScript', () => {
    expect(pair.typescript.select).toBe('{ "a": number | null; "b": string | null }')
    expect(odd.typescript.insert).toContain('"a\\"b"?: number | null')
    expect(unit.typescript.select).toBe('Record<string, never>')
  })
})

describe('in arrays', () => {
  test('only objects are composites, because an array is a dimension', () => {
    const value = [
      [{ a: 1, b: 'x' }, null],
      [
        { a: 2, b: null },
        { a: null, b: '' },
      ],
    ]
    expect(decode(pairs, encode(pairs, value).toString('hex'))).toStrictEqual(value)
    expect(() => encode(pairs, [[1, 'x']])).toThrow(InvalidValueError)
  })
})

describe('a string that only the server can read', () => {
  test('makes text of the whole', () => {
    expect(pair.prefersText!({ a: '1', b: 'x' })).toBe(true)
    expect(pair.prefersText!({ a: 1, b: 'x' })).toBe(false)
    expect(pair.prefersText!({ a: null, b: null })).toBe(false)
    expect(pair.prefersText!(['1', 'x'])).toBe(true)
    expect(encodeText(pair, { a: ' 1', b: 'a,"b"\\' })).toBe('(" 1","a,""b""\\\\")')
    expect(pairs.prefersText!([{ a: '1' }])).toBe(true)
    expect(encodeText(pairs, [{ a: '1', b: 'x' }, '(2,y)'])).toBe('{"(1,x)","(2,y)"}')
  })

  test('may be deep inside', () => {
    const outer = compositeOf({ name: 'outer' }, [
      { name: 'ps', codec: pairs },
      { name: 'p', codec: pair },
    ])
    expect(outer.prefersText!({ ps: [{ a: '1' }], p: null })).toBe(true)
    expect(encodeText(outer, { ps: [{ a: '1' }], p: { b: 'é' } })).toBe('("{""(1,)""}","(,é)")')
  })
})

describe('in text', () => {
  test('it travels when a field does', () => {
    expect(words.format).toBe(TEXT)
    expect(pair.format).toBe(BINARY)
    expect(arrayOf(words).format).toBe(TEXT)
  })

  test.each<[unknown, string]>([
    [{ a: 1, b: 'x' }, '(1,x)'],
    [{ a: null, b: null }, '(,)'],
    [{ a: null, b: '' }, '(,"")'],
    [{ a: -1, b: ' ' }, '(-1," ")'],
    [{ a: 1, b: 'a"b\\c' }, '(1,"a""b\\\\c")'],
    [{ a: 1, b: '(),' }, '(1,"(),")'],
    [{ a: 1, b: '[0:1]' }, '(1,[0:1])'],
    [{ a: 1, b: 'NULL' }, '(1,NULL)'],
    [{ a: 1, b: 'ü🐘\u00a0' }, '(1,ü🐘\u00a0)'],
  ])('%o is %s', (value, literal) => {
    expect(encode(words, value).toString()).toBe(literal)
    expect(decode(words, Buffer.from(literal).toString('hex'))).toStrictEqual(value)
  })

  test('a single NULL and no field at all look the same', () => {
    expect(valueFromText(single, '()')).toStrictEqual({ a: null })
    expect(valueFromText(unit, '()')).toStrictEqual({})
    expect(single.toText!({})).toBe('()')
    expect(unit.toText!({})).toBe('()')
  })

  test.each([
    '',
    '(',
    ')',
    '1,x',
    '(1,x',
    '(1,x)y',
    '(1,"x)',
    '(1,"x\\',
    '(1,x"y")',
    '(1,x\\y)',
    '(1,"x"y)',
    '{1,x}',
    ' (1,x)',
  ])('%j is no composite', (literal) => {
    expect(() => valueFromText(words, literal)).toThrow(InvalidValueError)
  })

  test.each(['()', '(1)', '(1,x,)'])('%s has not the fields that were looked up', (literal) => {
    expect(() => valueFromText(words, literal)).toThrow(UnresolvedTypeError)
  })

  test('a field has a binary form that is read where the whole has one', () => {
    const named = defineCodec({
      ...asText('regclass', 2205),
      decodeBinary: (_bytes, view, offset) => String(view.getUint32(offset)),
    })
    const composite = compositeOf({ name: 'c' }, [{ name: 'a', codec: named }])
    expect(decode({ ...composite, decode: composite.decodeBinary! }, '000000010000089d000000040000002a')).toStrictEqual(
      { a: '42' },
    )
    expect(words.decodeBinary).toBeUndefined()
  })
})

test('samples are those of the fields, side by side', () => {
  const composite = compositeOf({ name: 'c' }, [
    { name: 'a', codec: { ...int4, samples: ['1', '2'] } },
    { name: 'b', codec: { ...text, samples: ['', 'x y', 'z'] } },
    { name: 'c', codec: { ...text, samples: [] } },
  ])
  expect(composite.samples).toEqual(['(,,)', '(1,"",)', '(2,"x y",)', '(1,z,)'])
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

function decode(codec: Codec, wire: string): unknown {
  const bytes = Buffer.from(wire, 'hex')
  return codec.decode(bytes, new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length)
}
