import { describe, expect, test } from 'vitest'

import { ColumnDomains } from './column-domains.ts'
import type { ResultField } from './statement.ts'

const TABLE = 16_384
const EMAIL = 16_500

const field = (columnNumber: number, { tableOid = TABLE, typeOid = 25 } = {}): ResultField => ({
  name: `column_${columnNumber}`,
  tableOid,
  columnNumber,
  typeOid,
  typeModifier: -1,
})

const row = (columnNumber: number, tableOid = TABLE) => ({
  table_oid: tableOid,
  column_number: columnNumber,
  domain_oid: EMAIL,
})

function knowing(fields: readonly ResultField[], ...rows: ReturnType<typeof row>[]): ColumnDomains {
  const columns = new ColumnDomains(['email'])
  columns.add(columns.keysOf(fields), rows)
  return columns
}

test('without names there is nothing to ask for, and columns are the same', () => {
  const columns = new ColumnDomains([])
  expect(columns.keysOf([field(1)])).toEqual([])
  expect(columns.same(field(1), field(2))).toBe(true)
})

test('columns of tables are asked for, expressions and system columns are not', () => {
  const columns = new ColumnDomains(['email'])
  const keys = columns.keysOf([field(1), field(0, { tableOid: 0 }), field(-6), field(2)])
  expect(columns.parametersFor(columns.unknown([...keys, ...keys]))).toEqual([
    [`${TABLE}`, `${TABLE}`],
    ['1', '2'],
    ['email'],
  ])
})

test('an answer tells of the columns in it, and that the others are of no domain', () => {
  const columns = knowing([field(1), field(2)], row(2))
  expect(columns.unknown(columns.keysOf([field(1), field(2)]))).toEqual([])
  expect([columns.domainOf(field(1)), columns.domainOf(field(2))]).toEqual([0, EMAIL])
  expect(columns.domainsOf(columns.keysOf([field(1), field(2)]))).toEqual([EMAIL])
})

test('a column that the server describes with another type is another column', () => {
  const columns = knowing([field(1)], row(1))
  const altered = field(1, { typeOid: 23 })
  expect(columns.domainOf(altered)).toBe(0)
  expect(columns.unknown(columns.keysOf([altered]))).toHaveLength(1)
})

describe('two columns are of the same domain', () => {
  const other = field(1, { tableOid: TABLE + 1 })

  test('when both are known to be', () => {
    expect(knowing([field(1), other], row(1), row(1, TABLE + 1)).same(field(1), other)).toBe(true)
    expect(knowing([field(1), other]).same(field(1), other)).toBe(true)
    expect(knowing([field(1), other], row(1)).same(field(1), other)).toBe(false)
  })

  test('when they are one, which nobody knows', () => {
    expect(knowing([]).same(field(1), field(1))).toBe(true)
  })

  test('never when one is not known', () => {
    expect(knowing([field(1)]).same(field(1), other)).toBe(false)
    expect(knowing([]).same(field(1), other)).toBe(false)
  })
})

describe('a column in doubt', () => {
  const columns = () => {
    const doubting = knowing([field(1), field(2)], row(1))
    doubting.doubt([field(1), field(3)])
    return doubting
  }

  test('is asked for again, and has its domain meanwhile', () => {
    const doubting = columns()
    expect(doubting.unknown(doubting.keysOf([field(1), field(2)]))).toEqual(doubting.keysOf([field(1)]))
    expect(doubting.domainOf(field(1))).toBe(EMAIL)
  })

  test.each([
    ['confirmed', [row(1)], false, EMAIL],
    ['found to be of no domain', [], true, 0],
  ])('is %s', (_what, rows, changed, domain) => {
    const doubting = columns()
    const keys = doubting.keysOf([field(1)])
    expect(doubting.add(keys, rows)).toBe(changed)
    expect(doubting.domainOf(field(1))).toBe(domain)
    expect(doubting.unknown(keys)).toEqual([])
  })
})

test('the columns that have been known longest give way to the 20,000 that came last', () => {
  const fields = Array.from({ length: 20_001 }, (_, index) => field(1, { tableOid: TABLE + index }))
  const columns = knowing(fields)
  expect(columns.unknown(columns.keysOf(fields))).toEqual(columns.keysOf(fields.slice(0, 1)))
})

test('what was forgotten is asked for again', () => {
  const columns = knowing([field(1)], row(1))
  columns.clear()
  expect(columns.domainOf(field(1))).toBe(0)
  expect(columns.unknown(columns.keysOf([field(1)]))).toHaveLength(1)
})
