/** What a row becomes in each of the formats, with generated code and without. */
import { afterEach, describe, expect, test, vi } from 'vitest'

import { SendBuffer } from '../bytes/send-buffer.ts'
import { CodecError } from '../errors/codec-error.ts'
import { defineCodec, TEXT } from '../types/codec.ts'
import { defaultTypes } from '../types/profile/profile.ts'
import { binaryRowWriter, writeBinaryHeader, writeBinaryTrailer } from './binary-rows.ts'
import type { CopiedColumn, RowWriter } from './row-writer.ts'
import { textRowWriter } from './text-rows.ts'

const int4 = defaultTypes.codecFor(23)!
const text = defaultTypes.codecFor(25)!
const timestamptz = defaultTypes.codecFor(1184)!
const columns: readonly CopiedColumn[] = [
  { key: 'id', codec: int4 },
  { key: 'a"b\u2028', codec: text },
]

function written(write: RowWriter, row: unknown): Buffer {
  const out = new SendBuffer()
  write(row, out)
  return Buffer.from(out.bytes.subarray(0, out.length))
}

/** A writer where code generation is forbidden, as `--disallow-code-generation-from-strings` does. */
function withoutGeneration(of: readonly CopiedColumn[]): RowWriter {
  vi.stubGlobal('Function', () => {
    throw new EvalError('Code generation from strings disallowed for this context')
  })
  const write = binaryRowWriter(of)
  vi.unstubAllGlobals()
  return write
}

afterEach(() => {
  vi.unstubAllGlobals()
})

function caught(write: RowWriter, row: unknown): unknown {
  try {
    written(write, row)
  } catch (error) {
    return error
  }
  return undefined
}

describe.each([
  ['generated', binaryRowWriter],
  ['interpreted', withoutGeneration],
])('a row in binary, %s', (_how, writerOf) => {
  const bytes = Buffer.from('000200000004fffffffe00000003c3a478', 'hex')

  test('is a count, and a length and bytes for each value', () => {
    expect(written(writerOf(columns), [-2, 'äx'])).toEqual(bytes)
    expect(written(writerOf(columns), { 'a"b\u2028': 'äx', id: -2, other: 1 })).toEqual(bytes)
  })

  test('has -1 for NULL, and a length of 0 for what is empty', () => {
    expect(written(writerOf(columns), [null, '']).toString('hex')).toBe('0002ffffffff00000000')
  })

  test('may have no columns', () => {
    expect(written(writerOf([]), []).toString('hex')).toBe('0000')
  })

  test('may have more columns than anything else has', () => {
    const many = Array.from({ length: 1_600 }, (_, index) => ({ key: `c${index}`, codec: int4 }))
    const row = Object.fromEntries(many.map(({ key }, index) => [key, index]))
    expect(written(writerOf(many), row)).toEqual(written(writerOf(many), Object.values(row)))
    expect(written(writerOf(many), row)).toHaveLength(2 + 1_600 * 8)
  })

  test('finds a column by any name in its object', () => {
    const names = ['__proto__', 'constructor', "';]", '\\', '\n', '1', '']
    const odd = names.map((key) => ({ key, codec: int4 }))
    const row = Object.defineProperties(
      {},
      Object.fromEntries(names.map((name, value) => [name, { value, enumerable: true }])),
    )
    expect(written(writerOf(odd), row)).toEqual(written(writerOf(odd), [0, 1, 2, 3, 4, 5, 6]))
  })

  test.each([
    ['a value that does not fit', [2 ** 31, 'secret'], 'id', 'int4'],
    ['the wrong kind of value', [1, { secret: 1 }], 'a"b\u2028', 'text'],
    ['undefined', [undefined, 'secret'], 'id', 'int4'],
    ['a hole', [1].concat(Array(1) as number[]), 'a"b\u2028', 'text'],
    ['a missing member', { id: 1, secret: 1 }, 'a"b\u2028', 'text'],
  ])('names the column for %s, and never the value', (_what, row, column, type) => {
    const error = caught(writerOf(columns), row)
    expect(error).toBeInstanceOf(CodecError)
    expect(error).toMatchObject({ code: 'PGWIRE_ENCODE', column, type, outcome: 'rolled-back' })
    expect((error as Error).message).not.toContain('secret')
  })

  test('refuses a text that the codec does not encode', () => {
    const error = caught(writerOf([{ key: 'at', codec: timestamptz }]), ['2024-01-01'])
    expect(error).toMatchObject({ column: 'at', reason: expect.stringContaining("format: 'text'") })
  })

  test.each([['secret'], [5], [null], [undefined], [[1]], [[1, 'x', 2]]])('refuses %j for a row', (row) => {
    expect(caught(writerOf(columns), row)).toMatchObject({ name: 'CodecError', type: 'record', column: undefined })
  })

  test('lets an error of the row itself pass', () => {
    const boom = new Error('boom')
    const row = {
      get id(): number {
        throw boom
      },
    }
    expect(caught(writerOf(columns), row)).toBe(boom)
  })
})

test('code is generated where that is allowed', () => {
  const make = vi.fn<(...source: string[]) => unknown>(() => 'the generated function')
  vi.stubGlobal('Function', function (...source: string[]) {
    return () => make(...source)
  })
  expect(binaryRowWriter(columns)).toBe('the generated function')
})

test('the frame of the binary format is a signature, no flags, no extension, and -1', () => {
  const out = new SendBuffer()
  writeBinaryHeader(out)
  writeBinaryTrailer(out)
  expect(out.bytes.toString('hex', 0, out.length)).toBe('5047434f50590aff0d0a000000000000000000ffff')
})

describe('a row in text', () => {
  const write = textRowWriter(columns)

  test.each([
    [[1, 'x'], '1\tx\n'],
    [[null, ''], '\\N\t\n'],
    [['1', '\\N'], '1\t\\\\N\n'],
    [[1, '\\.'], '1\t\\\\.\n'],
    [[1, 'tab\tnewline\nreturn\rback\\slash\b\v'], '1\ttab\\tnewline\\nreturn\\rback\\\\slash\b\v\n'],
    [{ 'a"b\u2028': 'ü🐘', id: 1 }, '1\tü🐘\n'],
  ])('%j', (row, line) => {
    expect(written(write, row).toString()).toBe(line)
  })

  test('has what only text can carry', () => {
    const custom = defineCodec<string>({
      name: 'custom',
      format: TEXT,
      typescript: { select: 'string', insert: 'number' },
      decode: () => '',
      encode: (value, out) => out.text(`<\t${String(value)}>`),
    })
    const at: CopiedColumn[] = [
      { key: 'at', codec: timestamptz },
      { key: 'custom', codec: custom },
    ]
    expect(written(textRowWriter(at), ['now', 7]).toString()).toBe('now\t<\\t7>\n')
    expect(written(textRowWriter(at), [new Date(0), 'as it is']).toString()).toMatch(/^1970-01-01.*\tas it is\n$/)
  })

  test('of no columns is an empty line', () => {
    expect(written(textRowWriter([]), {}).toString()).toBe('\n')
  })

  test.each([
    [[1, 'secret\0'], 'a"b\u2028', 'it contains a NUL character'],
    [[1, 'secret\ud800'], 'a"b\u2028', 'it contains a lone surrogate'],
    [[1, undefined], 'a"b\u2028', 'undefined is not a value; NULL is null'],
  ])('names the column, and never the value: %j', (row, column, reason) => {
    expect(caught(write, row)).toMatchObject({ name: 'CodecError', column, reason })
  })

  test.each([['secret'], [null], [[1]]])('refuses %j for a row', (row) => {
    expect(caught(write, row)).toMatchObject({ name: 'CodecError', type: 'record' })
  })
})
