import { type Connection, UsageError } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { deallocating } from './deallocating.ts'
import { errorFrom } from './error-from.ts'
import { ledger } from './ledger.ts'

const facts = ledger()
let connection: Connection

beforeAll(async () => {
  connection = await facts.connect()
  await connection.execute(`
    create schema shop; create type shop.color as enum ('red', 'green');
    create domain shop.amount as numeric check (value > 0);
    create table shop.item (id int4, color shop.color, colors shop.color[], price shop.amount)`)
})
afterAll(() => connection.close())

test('says which types it takes and gives, with their schemas', async () => {
  using statement = await connection.prepare('select * from shop.item where id = $1 and color = $2 and price < $3')
  const oidOf = async (type: string) => Number(await connection.fetchValue('select $1::regtype::oid', [type]))
  const color = await oidOf('shop.color')
  expect(statement.sql).toContain('from shop.item')
  expect(statement.parameters).toEqual([
    { oid: 23, name: 'int4', schema: 'pg_catalog' },
    { oid: color, name: 'color', schema: 'shop' },
    { oid: 1700, name: 'numeric', schema: 'pg_catalog' },
  ])
  expect(statement.columns).toMatchObject([
    { name: 'id', typeOid: 23, type: 'int4', typeSchema: 'pg_catalog', columnNumber: 1 },
    { name: 'color', typeOid: color, type: 'color', typeSchema: 'shop' },
    { name: 'colors', typeOid: await oidOf('shop.color[]'), typeSchema: 'shop' },
    { name: 'price', typeOid: 1700, typeSchema: 'pg_catalog' },
  ])
})

test.each(['rollback', `set application_name = 'x'`, '', '-- nothing'])(
  'has no columns where there are none: %j',
  async (sql) => {
    using statement = await connection.prepare(sql)
    expect(statement.columns).toEqual([])
    expect(await statement.fetchValue()).toBeNull()
  },
)

test('runs with other parameters every time, and survives an error of one of them', async () => {
  using statement = await connection.prepare('select 10 / $1::int4 as n')
  expect(await statement.query([5])).toMatchObject({ rows: [{ n: 2 }], rowCount: 1, command: 'SELECT' })
  expect(await errorFrom(() => statement.query([0]))).toMatchObject({ code: '22012' })
  expect(await statement.fetch([2])).toEqual([{ n: 5 }])
  expect(await statement.fetchRow([1])).toEqual({ n: 10 })
  expect(await statement.fetchValue([10], { column: 'n' })).toBe(1)
  expect(await errorFrom(() => statement.query([]))).toBeInstanceOf(Error)
})

test('gives its rows in batches and one by one', async () => {
  using statement = await connection.prepare('select n from generate_series(1, $1::int4) n')
  const batches: number[] = []
  for await (const batch of statement.stream([25], { batchRows: 10 })) batches.push(batch.length)
  expect(batches).toEqual([10, 10, 5])
  const rows: unknown[] = []
  for await (const row of statement.cursor([3], { prefetch: 2 })) rows.push(row)
  expect(rows).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
})

test.each([
  ['select nowhere', '42703'],
  ['selekt', '42601'],
  ['select 1; select 2', '42601'],
])('is refused by the server before it is run: %s', async (sql, code) => {
  const error = await errorFrom(async function caller() {
    await connection.prepare(sql)
  })
  expect(error).toMatchObject({ code, outcome: 'rolled-back' })
  expect(error.stack).toContain('caller')
})

describe('outlives', () => {
  test.each(deallocating)('%s', async (sql) => {
    using statement = await connection.prepare('select $1::int4 as n')
    expect(await statement.fetchValue([1])).toBe(1)
    await connection.query(sql)
    expect(await statement.fetchValue([2])).toBe(2)
  })

  test('a change of its columns', async () => {
    await connection.execute('create table changing (a int4); insert into changing values (1)')
    using statement = await connection.prepare('select * from changing')
    expect(await statement.fetch()).toEqual([{ a: 1 }])
    await connection.execute(`alter table changing alter a type text; alter table changing add b int4 default 2`)
    expect(await statement.fetch()).toEqual([{ a: '1', b: 2 }])
  })
})

describe('explains', () => {
  test('its plan with parameters, and executes nothing', async () => {
    using statement = await connection.prepare('insert into ledger select n from generate_series(1, $1::int4) n')
    const plan = await statement.explain([3])
    expect(plan).toMatchObject({ Plan: { 'Node Type': 'ModifyTable', Operation: 'Insert' } })
    expect(plan).not.toHaveProperty('Execution Time')
    expect(await facts.all()).toEqual([])
  })

  test('what it costs to execute, and rolls that back', async () => {
    using statement = await connection.prepare('insert into ledger select n from generate_series(1, $1::int4) n')
    expect(await statement.explain([3], { analyze: true })).toMatchObject({
      'Execution Time': expect.any(Number),
      Plan: { Plans: [{ 'Actual Rows': 3 }] },
    })
    expect(await facts.all()).toEqual([])
    expect(connection.transactionStatus).toBe('I')
  })

  test('the same within a transaction, which goes on', async () => {
    await connection.transaction(async (transaction) => {
      await transaction.query('insert into ledger values (7)')
      const statement = await transaction.prepare('insert into ledger select n from generate_series(1, $1::int4) n')
      await statement.explain([3], { analyze: true })
      expect(await statement.query([1])).toMatchObject({ rowCount: 1 })
    })
    expect(await facts.all()).toEqual([1, 7])
    await facts.empty()
  })

  test('not what cannot be explained', async () => {
    using statement = await connection.prepare('vacuum ledger')
    expect(await errorFrom(() => statement.explain())).toMatchObject({ code: '42601' })
    expect(connection.transactionStatus).toBe('I')
  })
})

test('leaves the session idle and without a lock until it is run', async () => {
  using statement = await connection.prepare('select * from ledger')
  expect(statement.columns).toHaveLength(1)
  expect(
    await facts.query(`select state, (select count(*)::int from pg_locks l where l.pid = a.pid) as locks
      from pg_stat_activity a where pid = ${connection.processId}`),
  ).toEqual([{ state: 'idle', locks: 0 }])
})

test('is of no use once it is closed, and the server forgets it with the next one that is prepared', async () => {
  const statement = await connection.prepare('select 1 as closing')
  const kept = `select count(*)::int4 from pg_prepared_statements where statement = 'select 1 as closing'`
  expect(await connection.fetchValue(kept)).toBe(1)
  statement.close()
  statement.close()
  expect(await errorFrom(() => statement.query())).toBeInstanceOf(UsageError)
  expect(() => statement.cursor()).toThrow(UsageError)
  await connection.query('select 1 as another')
  expect(await connection.fetchValue(kept)).toBe(0)
})

test('of a transaction is of no use behind its end', async () => {
  const statement = await connection.transaction((transaction) => transaction.prepare('select 1'))
  expect(await errorFrom(() => statement.query())).toBeInstanceOf(UsageError)
})
