/** Which format rows travel in, and what is told of a row that cannot. */
import { describe, expect, test } from 'vitest'

import { memorySession } from '../../../../test/support/memory-session.ts'
import { CodecError } from '../errors/codec-error.ts'
import { PostgresError } from '../errors/postgres-error.ts'
import { defaultTypes } from '../types/profile/profile.ts'
import { Chunk } from './chunk.ts'
import type { CopyWriter } from './copy-in.ts'
import { type RowPlan, rowWriter } from './row-plan.ts'

const oids = {
  int4: 23,
  int8: 20,
  text: 25,
  money: 790,
  timestamptz: 1184,
  jsonb: 3802,
  'int4[]': 1007,
  'text[]': 1009,
} as const
type TypeName = keyof typeof oids

function plan(types: readonly TypeName[], first: readonly unknown[], more: Partial<RowPlan> = {}): CopyWriter {
  const { server } = memorySession()
  const columns = types.map((type, index) => ({ key: `c${index}`, codec: defaultTypes.codecFor(oids[type])! }))
  const statement = server.catalog.add('select', [], [])
  const request = { statement, columns, format: undefined, exact: false, sql: (format: string) => format, ...more }
  return rowWriter(server, request, first)
}

describe('rows travel', () => {
  test.each<[string, readonly TypeName[], readonly unknown[], string]>([
    ['no rows', ['int4'], [], 'binary'],
    ['values that binary carries', ['int4', 'text', 'timestamptz'], [[1, 'x', new Date()]], 'binary'],
    ['NULL', ['int4'], [[null]], 'binary'],
    ['a text that the codec reads', ['int8'], [['42']], 'binary'],
    ['a text that only the server reads', ['int8'], [['1'], [' 42 ']], 'text'],
    ['a text for a type whose codec reads none', ['timestamptz'], [['2024-01-01 12:00:00.123456']], 'text'],
    ['a type that travels as text', ['int4', 'money'], [[1, 5]], 'text'],
    ['the text of JSON', ['jsonb'], [['{"a": 1}']], 'binary'],
    ['an array with texts that the codec reads', ['text[]'], [[['1', null]]], 'binary'],
    ['an array with a text among other values', ['int4[]'], [[[1, '2']]], 'text'],
    ['the text of an array', ['int4[]'], [['{1,2}']], 'text'],
    ['mistakes, which are told when they are written', ['int4'], [[1], [{}], 'no row', [undefined], null], 'binary'],
  ])('with %s', (_what, types, rows, format) => {
    expect(plan(types, rows).sql).toBe(format)
    const objects = rows.map((row) => (Array.isArray(row) ? { c0: row[0], c1: row[1], c2: row[2] } : row))
    expect(plan(types, objects).sql).toBe(format)
  })

  test('as they are told to', () => {
    expect(plan(['int4'], [[1]], { format: 'text' }).sql).toBe('text')
    expect(plan(['timestamptz'], [['2024-01-01']], { format: 'binary' }).sql).toBe('binary')
    expect(() => plan(['money'], [], { format: 'binary' })).toThrow(expect.objectContaining({ name: 'UsageError' }))
  })
})

test('an error names its row, and rows are counted', () => {
  const writer = plan(['int4'], [])
  const chunk = new Chunk()
  for (let row = 0; row < 3; row++) expect(writer.write([row], chunk)).toBe(true)
  expect(writer.rows).toBe(3)
  expect(() => writer.write(['secret'], chunk)).toThrow(expect.objectContaining({ rowIndex: 3, column: 'c0' }))
  expect(writer.rows).toBe(3)
})

test('rows of objects have the members of the first one, no more and no less, unless columns are named', () => {
  const exact = plan(['int4', 'text'], [], { exact: true })
  const chunk = new Chunk()
  exact.write({ c1: 'x', c0: 1 }, chunk)
  exact.write([1, 'x'], chunk)
  expect(() => exact.write({ c0: 1, c1: 'x', c2: 5 }, chunk)).toThrow(CodecError)
  expect(() => exact.write({ c0: 1, c2: 5 }, chunk)).toThrow(CodecError)
  expect(() => exact.write({ c0: 1 }, chunk)).toThrow(CodecError)
  expect(plan(['int4'], []).write({ c0: 1, c2: 5 }, chunk)).toBe(true)
})

test('types that the server shows to be outdated are forgotten', () => {
  const { server } = memorySession()
  const statement = server.catalog.add('select', [], [])
  const request = { statement, columns: [], format: undefined, exact: false, sql: () => '' }
  const { generation } = server.catalog
  const writer = rowWriter(server, request, [])
  writer.failed(new Error('another reason'))
  expect(server.catalog.generation).toBe(generation)
  writer.failed(new PostgresError(new Map([['C', '42804']])))
  expect(server.catalog.generation).not.toBe(generation)
})
