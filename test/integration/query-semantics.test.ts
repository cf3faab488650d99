import type { Connection, PostgresError } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { errorFrom } from './error-from.ts'
import { ledger } from './ledger.ts'

const facts = ledger()
let connection: Connection

beforeAll(async () => {
  connection = await facts.connect()
})
afterAll(() => connection.close())

describe('a script', () => {
  test('gives the results of all its statements', async () => {
    const results = await connection.execute(`
      select 1 as a, null as b; select true from pg_type where false; select generate_series(0, 9);
      create temporary table of_script (n int); insert into of_script values (1), (2)`)
    expect(results.map(({ command, rowCount }) => [command, rowCount])).toEqual([
      ['SELECT', 1],
      ['SELECT', 0],
      ['SELECT', 10],
      ['CREATE TABLE', null],
      ['INSERT', 2],
    ])
    expect(results[0]).toMatchObject({ columns: ['a', 'b'], rows: [['1', null]] })
  })

  test('whose second statement fails has no effect, and none of the results is told', async () => {
    const error = await errorFrom(() => connection.execute('insert into ledger values (1); select 1 / 0; select 2'))
    expect(error).toMatchObject({ code: '22012', outcome: 'rolled-back' })
    expect(await facts.all()).toEqual([])
  })

  test('with statements of transactions leaves the session as the server says', async () => {
    const states = []
    for (const script of ['begin; select 1', 'select 2; rollback', 'begin; commit; begin', 'rollback; select 3']) {
      await connection.execute(script)
      states.push(connection.transactionStatus)
    }
    expect(states).toEqual(['T', 'I', 'T', 'I'])
    await errorFrom(() => connection.execute('begin; select 1 / 0'))
    expect(connection.transactionStatus).toBe('E')
    await connection.execute('rollback')
  })
})

test.each(['', ';', ' ;; ', '-- nothing', '/* nothing */ -- at all'])(
  'a query of nothing gives nothing: %j',
  async (sql) => {
    expect(await connection.query(sql)).toMatchObject({ rows: [], rowCount: null, command: '', columns: [] })
    expect(await connection.fetchValue(sql)).toBeNull()
    expect(await connection.execute(sql)).toEqual([])
    expect(await connection.cursor(sql).fetch(1)).toEqual([])
  },
)

test('of columns with the same name an object has the last, an array all', async () => {
  const sql = 'select 1 as a, 2 as b, 3 as a'
  expect(await connection.fetch(sql)).toEqual([{ a: 3, b: 2 }])
  expect(await connection.fetch(sql, [], { rowMode: 'array' })).toEqual([[1, 2, 3]])
})

test('a literal without a type is text', async () => {
  expect(await connection.query(`select 'test' as t, null as n`)).toMatchObject({
    rows: [{ t: 'test', n: null }],
    columns: [{ type: 'text' }, { type: 'text' }],
  })
})

test('a small value that is kept does not keep what it has come with', async () => {
  const sql = `select decode('0102030405060708', 'hex') as bytes, repeat('x', 10000) as text from generate_series(1, 500)`
  const rows = await connection.fetch<{ bytes: Buffer }>(sql)
  const kept = new Set(rows.map(({ bytes }) => bytes.buffer))
  const size = [...kept].reduce((total, { byteLength }) => total + byteLength, 0)
  expect(rows.length).toBe(500)
  // 4 kB of values, in blocks that Node shares out.
  expect(size).toBeLessThanOrEqual(2 * Buffer.poolSize)
})

test('an error message of 100 KB arrives whole', async () => {
  const error = await errorFrom(() => connection.query(`do $$ begin raise '%', repeat('x', 100000); end $$`))
  expect(error.message).toBe('x'.repeat(100_000))
})

test('an error says where in the statement, and where in the server', async () => {
  const error = (await errorFrom(() => connection.query('select  nowhere'))) as PostgresError
  expect(error).toMatchObject({ code: '42703', position: '9', severityCode: 'ERROR', file: 'parse_relation.c' })
  expect(error.routine).toEqual(expect.any(String))
  const inner = await errorFrom(() => connection.query(`do $$ begin execute 'selekt'; end $$`))
  expect(inner).toMatchObject({
    code: '42601',
    internalQuery: 'selekt',
    internalPosition: '1',
    where: expect.any(String),
  })
})

test('statements that are asked at once run in their order, whatever they are', async () => {
  const setting = `select current_setting('application_name')`
  const heard: string[] = []
  const [before, , between, , behind] = await Promise.all([
    connection.fetchValue(setting),
    connection.execute(`set application_name = 'one'`),
    connection.fetchValue(setting),
    connection.batch([{ sql: `set application_name = 'two'` }]),
    connection.fetchValue(setting),
    connection.listen('order', ({ payload }) => heard.push(payload)),
    connection.notify('order', 'heard'),
  ])
  expect([between, behind]).toEqual(['one', 'two'])
  expect(before).not.toBe('one')
  expect(heard).toEqual(['heard'])
})

test('a pipeline is no transaction: what refuses one runs in the middle of it', async () => {
  await connection.execute('create table lonely (n int)')
  const name = `lonely_${process.pid}_${Date.now()}`
  const done = await Promise.all([
    connection.query('select 1'),
    connection.query('vacuum lonely'),
    connection.query('create index concurrently on lonely (n)'),
    connection.query(`create database ${name} template template0`),
    connection.query(`drop database ${name}`),
    connection.query('select 2'),
  ])
  expect(done.map(({ command }) => command)).toEqual([
    'SELECT',
    'VACUUM',
    'CREATE INDEX',
    'CREATE DATABASE',
    'DROP DATABASE',
    'SELECT',
  ])
})
