/** Types that nobody has met are looked up once for a pool, however many connections meet them at the same time. */
import { connect, type Connection, createPool } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { faultProxy } from '../support/fault-proxy.ts'
import { sharedServer } from '../support/shared-server.ts'
import type { TestDatabase } from '../support/test-server.ts'

const server = sharedServer()
let database: TestDatabase

const names = Array.from({ length: 30 }, (_, index) => `kind_${index}`)

beforeAll(async () => {
  database = await server.createDatabase()
  const types = names.map(
    (name) => `create type ${name} as enum ('a', 'b'); create type pair_of_${name} as (n int, k ${name});`,
  )
  await server.query(types.join('\n'), [], database.name)
})

afterAll(() => database.drop())

/** How often a connection has executed the look-up, by the server's own count. */
async function lookUps(connection: Connection): Promise<number> {
  const [result] = await connection.execute(
    `select coalesce(sum(generic_plans + custom_plans), 0) from pg_prepared_statements where statement like '%pg_catalog.pg_enum%'`,
  )
  return Number(result?.rows[0]?.[0])
}

describe.each([
  ['columns', (n: number) => names.map((name) => `row(${n}, 'b')::pair_of_${name} as ${name}`).join()],
  ['records', (n: number) => names.map((name) => `row(${n}, row(${n}, 'b')::pair_of_${name}) as ${name}`).join()],
])('50 first queries over 10 connections with 30 types in %s', (what, columns) => {
  test('are all answered, after as many look-ups as one would take', async () => {
    await using pool = createPool({ connection: database.url, max: 10 })
    const leases = await Promise.all(Array.from({ length: 10 }, () => pool.acquire()))
    const queries = Array.from({ length: 50 }, (_, n) => leases[n % 10]!.connection.query(`select ${columns(n)}`))
    const results = await Promise.all(queries)
    for (const [n, { rows }] of results.entries()) {
      const pair = { n, k: 'b' }
      expect(rows).toEqual([Object.fromEntries(names.map((name) => [name, what === 'columns' ? pair : [n, pair]]))])
    }
    const counts = await Promise.all(leases.map(({ connection }) => lookUps(connection)))
    for (const lease of leases) lease.release()
    expect(counts.reduce((sum, count) => sum + count)).toBe(1)
  })
})

test('a connection that is stuck with its look-up keeps nobody else waiting for long', async () => {
  await using proxy = await faultProxy(server)
  await using pool = createPool({ connection: proxy.through(database.url), max: 2 })
  await using stuck = await pool.acquire()
  await using free = await pool.acquire()
  const sql = `select 'a'::kind_0 as it`
  // Behind the answer to its Parse; what it asks for then does not arrive.
  const described = proxy.after('Z', 1, (connection) => connection.stall())
  const first = stuck.connection.query(sql)
  await described
  expect((await free.connection.query(sql)).rows).toEqual([{ it: 'a' }])
  proxy.resume()
  expect((await first).rows).toEqual([{ it: 'a' }])
})

test('a type without a codec is a string, and its column says so', async () => {
  await server.query(
    `create type shade; create function shade_in(cstring) returns shade language internal immutable strict as 'textin';
     create function shade_out(shade) returns cstring language internal immutable strict as 'textout';
     create type shade (input = shade_in, output = shade_out, like = text)`,
    [],
    database.name,
  )
  await using connection = await connect(database.url)
  const { rows, columns } = await connection.query(`select $1::shade as it, array['x'::shade, null] as them, 1 as n`, [
    'dark',
  ])
  expect(rows).toEqual([{ it: 'dark', them: ['x', null], n: 1 }])
  expect(columns).toMatchObject([
    { type: 'shade', format: 'text' },
    { type: '_shade', format: 'text' },
    { type: 'int4', format: 'binary' },
  ])
})

test('a type that the snapshot of a transaction hides is its text for that time, and what it is afterwards', async () => {
  await using connection = await connect(database.url)
  await connection.query('begin isolation level repeatable read')
  await connection.query('select 1')
  await server.query(`create type late as (n int); create table lately (it late)`, [], database.name)
  const { columns } = await connection.query('select it from lately')
  expect(columns).toMatchObject([{ format: 'text' }])
  await connection.query('commit')
  await server.query(`insert into lately values (row(1))`, [], database.name)
  expect((await connection.query('select it from lately')).rows).toEqual([{ it: { n: 1 } }])
})
