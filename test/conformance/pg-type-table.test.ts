import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { scalarCodecs } from '../../packages/dialect/src/types/built-in.ts'
import { BINARY, TEXT } from '../../packages/dialect/src/types/codec.ts'
import { int4 } from '../../packages/dialect/src/types/scalars/integers.ts'
import { money } from '../../packages/dialect/src/types/scalars/text-only.ts'
import { sharedServer } from '../support/shared-server.ts'
import { differences, pgTypeQuery, type PgTypeRow, withoutValues } from './pg-type-table.ts'

const server = sharedServer()
const client = new pg.Client(server.url)
let rows: readonly PgTypeRow[]

beforeAll(async () => {
  await client.connect()
  rows = await all<PgTypeRow>(pgTypeQuery)
})

afterAll(() => client.end())

test('the table of types is the server’s', () => {
  expect(differences(rows, server.majorVersion)).toEqual([])
})

test('every type is in the table once', () => {
  expect(new Set(scalarCodecs.map(({ oid }) => oid)).size).toBe(scalarCodecs.length)
})

describe.each(withoutValues.map((type) => ({ type })))('$type, which is left out', ({ type }) => {
  test('is the type of no value', async () => {
    // What is refused has no type at all; what is let through keeps the type that it had.
    const types = await client.query(`select 'value'::pg_catalog."${type}"`).then(
      ({ fields }) => fields.map(({ dataTypeID }) => dataTypeID),
      () => [],
    )
    expect(types).not.toContain(rows.find(({ name }) => name === type)!.oid)
  })

  test('is the type of no column of the server’s own', async () => {
    expect(await all(`select attname from pg_attribute where atttypid = 'pg_catalog."${type}"'::regtype`)).toEqual([])
  })
})

describe('the comparison', () => {
  const int4Row = (): PgTypeRow => rows.find(({ name }) => name === 'int4')!
  const moneyRow = (): PgTypeRow => rows.find(({ name }) => name === 'money')!

  test('finds nothing between a type and its codec', () => {
    expect(differences([int4Row(), moneyRow()], 14, [int4, money])).toEqual([])
  })

  test('finds a type without a codec', () => {
    expect(differences([int4Row(), moneyRow()], 14, [money])).toEqual(['int4 (23) has no codec'])
  })

  test('finds a codec without a type', () => {
    expect(differences([moneyRow()], 14, [int4, money])).toEqual(['int4 claims the OID 23, which is no type'])
  })

  test.each([
    ['another name', { name: 'integer' }],
    ['another array OID', { arrayOid: 1 }],
    ['another delimiter', { delimiter: ';' }],
    ['another size', { size: 8 }],
    ['no size', { size: -1 }],
    ['text for what can be read in binary', { format: TEXT, size: -1 }],
  ] as const)('finds %s', (_what, wrong) => {
    expect(differences([int4Row()], 14, [{ ...int4, ...wrong }])).toHaveLength(1)
  })

  test('finds a binary format that the server cannot send', () => {
    expect(differences([{ ...int4Row(), sendable: false }], 14, [int4])).toEqual([
      'int4 is binary, and the server cannot send it',
    ])
    expect(differences([moneyRow()], 14, [{ ...money, format: BINARY }])).toHaveLength(1)
  })
})

async function all<Row extends object>(sql: string): Promise<Row[]> {
  const { rows } = await client.query<Row>(sql)
  return rows
}
