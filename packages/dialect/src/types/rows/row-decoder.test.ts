import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { ProtocolError } from '../../errors/protocol-error.ts'
import { type Codec, defineCodec } from '../codec.ts'
import { generateRowFunction, rowFunctionSource } from './generated-row-function.ts'
import { interpretedRowFunction } from './interpreted-row-function.ts'
import { RowDecoder } from './row-decoder.ts'
import type { DecodedColumn, RowFunction, RowMode } from './row-function.ts'

const int4: Codec<number> = defineCodec<number>({
  name: 'int4',
  size: 4,
  typescript: { select: 'number', insert: 'number' },
  decode: (_bytes, view, offset) => view.getInt32(offset),
  encode: (value, out) => out.int32(value as number),
})

const text: Codec<string> = defineCodec<string>({
  name: 'text',
  typescript: { select: 'string', insert: 'string' },
  decode: (bytes, _view, offset, length) => bytes.toString('utf8', offset, offset + length),
  encode: (value, out) => out.text(value as string),
})

const refusing: Codec<never> = defineCodec<never>({
  name: 'refusing',
  typescript: { select: 'never', insert: 'never' },
  decode: () => {
    throw new InvalidValueError('never right')
  },
  encode: () => {},
})

type Value = number | string | null

const columnOf = (name: string, value: Value): DecodedColumn => ({
  name,
  codec: typeof value === 'number' ? int4 : text,
})

/** The payload of a DataRow, in the middle of other bytes. */
function dataRow(columns: readonly DecodedColumn[], values: readonly Value[]): SendBuffer {
  const out = new SendBuffer()
  out.uint32(0xdead_beef)
  out.uint16(values.length)
  for (const [index, value] of values.entries()) {
    const lengthAt = out.length
    out.int32(-1)
    if (value === null) continue
    columns[index]!.codec.encode(value, out)
    out.patchInt32(lengthAt, out.length - lengthAt - 4)
  }
  return out
}

function read(row: RowFunction, payload: SendBuffer, end = payload.length): unknown {
  return row(payload.bytes, payload.view, 4, end)
}

function bothFunctions(columns: readonly DecodedColumn[], mode: RowMode): RowFunction[] {
  const generated = generateRowFunction(columns, mode)
  expect(generated).not.toBeNull()
  return [interpretedRowFunction(columns, mode), generated!]
}

const hostileNames = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '__defineGetter__',
  'then',
  'toJSON',
  '0',
  '-1',
  '',
  '"',
  "'",
  '`',
  '${1}',
  '\\',
  "\\'",
  '\n',
  '\r',
  '\u2028',
  '\u2029',
  '*/',
  '//',
  '</script>',
  '\u0000',
  '😀'.repeat(15),
]

const name = fc.oneof(fc.constantFrom(...hostileNames), fc.string({ unit: 'binary', maxLength: 12 }))
const value = fc.oneof(
  fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
  fc.string({ maxLength: 20 }),
  fc.constant(null),
)
const shape = fc.array(
  fc.record({ name, value: value.filter((v) => v === null || typeof v === 'number' || !v.includes('\0')) }),
  {
    maxLength: 30,
  },
)

describe('generated and interpreted row functions', () => {
  test('give the same rows for any names', () => {
    const globals = Object.getOwnPropertyNames(globalThis).length
    const inherited = Object.getOwnPropertyNames(Object.prototype).length
    fc.assert(
      fc.property(shape, fc.constantFrom<RowMode>('object', 'array'), (fields, mode) => {
        const columns = fields.map((field) => columnOf(field.name, field.value))
        const values = fields.map((field) => field.value)
        const payload = dataRow(columns, values)
        const [interpreted, generated] = bothFunctions(columns, mode).map((row) => read(row, payload))
        expect(generated).toStrictEqual(interpreted)
        if (mode === 'array') {
          expect(generated).toStrictEqual(values)
          return
        }
        const row = generated as object
        expect(Object.getPrototypeOf(row)).toBe(Object.prototype)
        expect(Object.getOwnPropertyNames(interpreted)).toStrictEqual(Object.getOwnPropertyNames(row))
        for (const [index, field] of fields.entries()) {
          if (fields.findLastIndex((other) => other.name === field.name) !== index) continue
          expect(Object.getOwnPropertyDescriptor(row, field.name)?.value).toBe(field.value)
        }
      }),
      { numRuns: 3_000 },
    )
    expect(Object.getOwnPropertyNames(globalThis)).toHaveLength(globals)
    expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(inherited)
  })

  test('make a column __proto__ an own property, once or twice, null or not', () => {
    for (const values of [[1], [1, 2], [null], [3, null]]) {
      const columns = values.map(() => ({ name: '__proto__', codec: int4 }))
      for (const row of bothFunctions(columns, 'object')) {
        const result = read(row, dataRow(columns, values)) as object
        expect(Object.getOwnPropertyDescriptor(result, '__proto__')?.value).toBe(values.at(-1))
        expect(Object.getPrototypeOf(result)).toBe(Object.prototype)
      }
    }
  })

  test('give the last of equal names at the place of the first, and all of them as an array', () => {
    const columns = ['a', 'b', 'a'].map((each) => ({ name: each, codec: int4 }))
    const payload = dataRow(columns, [1, 2, 3])
    for (const row of bothFunctions(columns, 'object')) expect(JSON.stringify(read(row, payload))).toBe('{"a":3,"b":2}')
    for (const row of bothFunctions(columns, 'array')) expect(read(row, payload)).toStrictEqual([1, 2, 3])
  })

  test('give an empty object for a row without columns', () => {
    for (const row of bothFunctions([], 'object')) expect(read(row, dataRow([], []))).toStrictEqual({})
  })

  test('refuse a row whose bytes do not add up', () => {
    const columns = [columnOf('a', 1), columnOf('b', 'x')]
    const breakages: ((payload: SendBuffer) => number | undefined)[] = [
      // One column more, one less than described.
      (payload) => void payload.view.setUint16(4, 3),
      (payload) => void payload.view.setUint16(4, 1),
      // A negative length that is not NULL, and lengths beyond the end.
      (payload) => void payload.view.setInt32(14, -2),
      (payload) => void payload.view.setInt32(14, -0x8000_0000),
      (payload) => void payload.view.setInt32(14, 0x7fff_ffff),
      (payload) => void payload.view.setInt32(14, 6),
      (payload) => void payload.view.setInt32(6, -2),
      (payload) => void payload.view.setInt32(6, 0x7fff_ffff),
      // Bytes after the last column.
      (payload) => void payload.view.setInt32(14, 4),
    ]
    for (const row of bothFunctions(columns, 'object')) {
      for (const breakIt of breakages) {
        const payload = dataRow(columns, [7, 'hello'])
        breakIt(payload)
        expect(() => read(row, payload)).toThrow(ProtocolError)
      }
    }
  })

  test('refuse a row that is cut off anywhere', () => {
    const columns = [columnOf('a', 1), columnOf('b', 'x'), columnOf('c', null)]
    const payload = dataRow(columns, [7, 'hello', null])
    for (const row of bothFunctions(columns, 'object')) {
      expect(read(row, payload)).toStrictEqual({ a: 7, b: 'hello', c: null })
      for (let end = 4; end < payload.length; end++) expect(() => read(row, payload, end)).toThrow(ProtocolError)
    }
  })

  test('refuse a fixed-size value of another size as a bad value, not as a broken connection', () => {
    const columns = [columnOf('a', 1)]
    const payload = new SendBuffer()
    payload.uint32(0)
    payload.uint16(1)
    payload.int32(2)
    payload.uint16(7)
    for (const row of bothFunctions(columns, 'object')) expect(() => read(row, payload)).toThrow(InvalidValueError)
  })
})

describe('generated source', () => {
  test('contains names only as string literals', () => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 8 }), (names) => {
        const source = rowFunctionSource(
          names.map((each) => ({ name: each, codec: text })),
          'object',
        )
        const withoutStrings = source.replaceAll(/"(?:[^"\\\n\r\u2028\u2029]|\\.)*"/g, '""')
        expect(withoutStrings).toMatch(/^[\w\s(){}[\],;:=+\-.<>!?&|"]*$/)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('RowDecoder', () => {
  test('compiles a shape once it has seen 64 rows of it', () => {
    const decoder = new RowDecoder([columnOf('a', 1)], 'object')
    decoder.interpreted(63)
    expect(decoder.compiled).toBe(false)
    const compiled = decoder.interpreted(1)
    expect(decoder.compiled).toBe(true)
    expect(decoder.rowFunction()).toBe(compiled)
    expect(read(compiled, dataRow([columnOf('a', 1)], [5]))).toStrictEqual({ a: 5 })
  })

  test('names the column that cannot be decoded, and the reason', () => {
    const columns = [columnOf('a', 1), { name: 'b', codec: refusing }]
    const payload = dataRow([columnOf('a', 1), columnOf('b', 'x')], [1, 'x'])
    const decoder = new RowDecoder(columns, 'object')
    expect(() => read(decoder.rowFunction(), payload)).toThrow(InvalidValueError)
    const error = decoder.explain(payload.bytes, payload.view, 4, payload.length, new Error('anything'))
    expect(error).toMatchObject({ code: 'PGWIRE_DECODE', column: 'b', type: 'refusing', reason: 'never right' })
  })
})
