/** Anonymous records name types that nobody has met: the rows are kept, the types looked up, nothing executed twice. */
import { connect, type Connection, createPool } from 'kysely-pgwire'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { faultProxy } from '../support/fault-proxy.ts'
import { sharedServer } from '../support/shared-server.ts'
import type { TestDatabase } from '../support/test-server.ts'

const server = sharedServer()
let database: TestDatabase

beforeAll(async () => {
  database = await server.createDatabase()
  await behindOurBack(
    `create type mood as enum ('sad', 'ok'); create type point_of as (x int, mood mood); create domain amount as int;
     create type span as range (subtype = int4); create table log (n int)`,
  )
})

beforeEach(() => behindOurBack('truncate log'))

afterAll(() => database.drop())

const behindOurBack = (sql: string) => server.query(sql, [], database.name)

const errorFrom = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error as Error,
  )

async function batchesOf(connection: Connection, sql: string, batchRows: number): Promise<unknown[][]> {
  const batches: unknown[][] = []
  for await (const batch of connection.stream(sql, [], { batchRows })) batches.push(batch)
  return batches
}

/** Known rows in front, another type in each, records in records. */
const mixed = `
  select n, case when n < 3 then row(n)
    when n = 3 then row(n, 'ok'::mood)
    when n = 4 then row(n, array['sad'::mood, null])
    when n = 5 then row(n, row('x'::text, row(n, 'ok'::mood)::point_of))
    when n = 6 then row(n, array[row(n, null)::point_of])
    else row(n, 8::amount, null) end as r
  from generate_series(1, 7) as n`

const mixedRows = [
  { n: 1, r: [1] },
  { n: 2, r: [2] },
  { n: 3, r: [3, 'ok'] },
  { n: 4, r: [4, ['sad', null]] },
  { n: 5, r: [5, ['x', { x: 5, mood: 'ok' }]] },
  { n: 6, r: [6, [{ x: 6, mood: null }]] },
  { n: 7, r: [7, 8, null] },
]

describe('records of types that nobody has met', () => {
  test('are decoded, and the columns say what they are', async () => {
    await using connection = await connect(database.url)
    const { rows, rowCount, columns } = await connection.query(mixed)
    expect(rows).toEqual(mixedRows)
    expect(rowCount).toBe(7)
    expect(columns).toMatchObject([{ type: 'int4' }, { name: 'r', type: 'record', format: 'binary' }])
    expect((await connection.query(mixed)).rows).toEqual(mixedRows)
  })

  test('are decoded in rows that are arrays', async () => {
    await using connection = await connect(database.url)
    const { rows } = await connection.query(mixed, [], { rowMode: 'array' })
    expect(rows).toEqual(mixedRows.map(({ n, r }) => [n, r]))
  })

  test.each([1, 2, 3, 7, 100])('are decoded in a stream of batches of %i', async (batchRows) => {
    for (const cacheSize of [0, 256]) {
      await using connection = await connect(`${database.url}?statement_cache_size=${cacheSize}`)
      const batches = await batchesOf(connection, mixed, batchRows)
      expect(batches.flat()).toEqual(mixedRows)
      expect(batches[0]).toHaveLength(Math.min(batchRows, 7))
      expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    }
  })

  test('are decoded in the stream of a transaction, which goes on', async () => {
    await using connection = await connect(database.url)
    await connection.query('begin')
    await connection.query('insert into log values (1)')
    expect((await batchesOf(connection, mixed, 2)).flat()).toEqual(mixedRows)
    await connection.query('commit')
    expect(await behindOurBack('select n from log')).toEqual([{ n: 1 }])
  })

  test('are decoded whichever queries stand before and behind in a pipeline', async () => {
    await using connection = await connect(database.url)
    const one = 'select $1::int as n'
    await connection.query(one, [0])
    const results = await Promise.all([
      connection.query(one, [1]),
      connection.query(mixed),
      connection.query(one, [2]),
      connection.query(mixed),
      connection.query(one, [3]),
    ])
    expect(results.map(({ rows }) => rows)).toEqual([[{ n: 1 }], mixedRows, [{ n: 2 }], mixedRows, [{ n: 3 }]])
  })

  test('take one look-up for all rows and columns, and none the next time', async () => {
    await using proxy = await faultProxy(server)
    await using connection = await connect(proxy.through(database.url))
    const flights = async () => {
      const before = proxy.flights
      await connection.query(`select row('ok'::mood, n) as r, row(n, 5::amount) as s from generate_series(1, 1000) n`)
      return proxy.flights - before
    }
    // Prepare, execute, prepare the look-up, look up.
    expect(await flights()).toBe(4)
    expect(await flights()).toBe(1)
  })

  test('100,000 rows with an unknown type in the last are all there', async () => {
    await using connection = await connect(database.url)
    const sql = `select n, case when n = 100000 then row('ok'::mood) end as r from generate_series(1, 100000) as n`
    const { rows } = await connection.query<{ n: number; r: unknown }>(sql)
    expect(rows).toHaveLength(100_000)
    expect(rows.slice(-2)).toEqual([
      { n: 99_999, r: null },
      { n: 100_000, r: ['ok'] },
    ])
  })

  test('do not execute a statement twice', async () => {
    await using connection = await connect(database.url)
    const { rows } = await connection.query(`insert into log values (1) returning n, row('ok'::mood) as r`)
    expect(rows).toEqual([{ n: 1, r: ['ok'] }])
    expect(await behindOurBack('select n from log')).toEqual([{ n: 1 }])
  })
})

describe('when the server cannot be asked', () => {
  test('because the transaction has failed meanwhile, the query rejects, and the connection serves', async () => {
    await using connection = await connect(database.url)
    await connection.query('begin')
    const [records, , after] = await Promise.allSettled([
      connection.query(`insert into log values (1) returning row('ok'::mood) as r`),
      connection.query('select 1/0'),
      connection.query('select 1 as n'),
    ])
    expect(after.status).toBe('rejected')
    expect(records).toMatchObject({
      status: 'rejected',
      reason: {
        name: 'CodecError',
        code: 'PGWIRE_DECODE',
        column: 'r',
        type: 'record',
        outcome: 'applied',
        cause: { code: '25P02' },
      },
    })
    await connection.query('rollback')
    expect((await connection.query(`select row('ok'::mood) as r`)).rows).toEqual([{ r: ['ok'] }])
  })

  test('because the connection is lost, the query rejects as applied', async () => {
    await using proxy = await faultProxy(server)
    await using connection = await connect(proxy.through(database.url))
    const sql = `insert into log values (1) returning row('ok'::mood) as r`
    // Described, so that the flight with the rows is followed by that of the look-up.
    await connection.query('select 1')
    const statement = connection.query(sql)
    const slow = connection.query('select pg_sleep(30)')
    // Only behind the rows has it been told how to send this one.
    const asleep = `select from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`
    await expect.poll(() => behindOurBack(asleep)).toHaveLength(1)
    expect(await behindOurBack('select n from log')).toEqual([{ n: 1 }])
    connection.terminate()
    expect(await errorFrom(statement)).toMatchObject({ name: 'CodecError', column: 'r', outcome: 'applied' })
    expect(await errorFrom(slow)).toMatchObject({ name: 'ConnectionError' })
  })
})

test('a stream that is left, or aborted, while types are looked up ends as ever', async () => {
  await using pool = createPool({ connection: database.url, max: 1 })
  for (let round = 0; round < 20; round++) {
    await using lease = await pool.acquire()
    const { connection } = lease
    const stop = new AbortController()
    const stream = connection.stream(
      `select row($1::int, 'ok'::mood) as r from generate_series(1, 1000) -- ${round}`,
      [1],
      {
        batchRows: 10,
        signal: stop.signal,
      },
    )
    const first = stream.next().catch((error: unknown) => error)
    for (let turn = 0; turn < round; turn++) await new Promise((resolve) => setImmediate(resolve))
    if (round % 2 === 0) stop.abort()
    else await stream.return()
    await first
    expect((await connection.query('select 1 as n')).rows).toEqual([{ n: 1 }])
  }
})

test('a record in a range over a composite, an array of records and a record of nothing are read', async () => {
  await using connection = await connect(database.url)
  const { rows } = await connection.query(
    `select array[row('ok'::mood), row('sad'::mood)] as many, row() as none, row(null::mood) as nothing, row('[1,3)'::span) as range`,
  )
  expect(rows).toMatchObject([
    { many: [['ok'], ['sad']], none: [], nothing: [null], range: [{ lower: 1, upper: 3, bounds: '[)' }] },
  ])
})
