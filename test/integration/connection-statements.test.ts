/** Prepared statements and their descriptions: kept, shared, evicted, and found out when something changes behind our back. */
import { connect, type Connection, createPool } from 'kysely-pgwire'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { faultProxy } from '../support/fault-proxy.ts'
import { sharedServer } from '../support/shared-server.ts'
import type { TestDatabase } from '../support/test-server.ts'
import { UNSEEN } from './deallocating.ts'

const server = sharedServer()
let database: TestDatabase

beforeAll(async () => {
  database = await server.createDatabase()
})

afterAll(() => database.drop())

/** On a connection that is not under test. */
const behindOurBack = (sql: string) => server.query(sql, [], database.name)

beforeEach(() =>
  behindOurBack(
    'drop table if exists pets; create table pets (id int, name text); insert into pets values (1, $$Rex$$)',
  ),
)

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error as Error,
  )

async function prepared(connection: Connection): Promise<number> {
  const [result] = await connection.execute(`select count(*) from pg_prepared_statements where name like '\\_p%'`)
  return Number(result?.rows[0]?.[0])
}

describe('a cache of 8 statements', () => {
  const open = () => connect(`${database.url}?statement_cache_size=8`)

  test.each(['cold', 'described by another connection'])('takes 200 statements in one pipeline, %s', async (state) => {
    await using pool = createPool({ connection: `${database.url}?statement_cache_size=8`, max: 2 })
    await using first = await pool.acquire()
    await using second = await pool.acquire()
    const all = (connection: Connection) =>
      Promise.all(Array.from({ length: 200 }, (_, n) => connection.query(`select ${n} as n, $1::int as given`, [n])))
    if (state !== 'cold') await all(first.connection)
    for (let round = 0; round < 3; round++) {
      const results = await all(second.connection)
      expect(results.map(({ rows }) => rows[0])).toEqual(Array.from({ length: 200 }, (_, n) => ({ n, given: n })))
    }
  })

  test('keeps no more than that on the server: what gave way is closed', async () => {
    await using connection = await open()
    for (let n = 0; n < 50; n++) await connection.query(`select ${n}`)
    // The last one to give way is closed together with the next Parse.
    expect(await prepared(connection)).toBeLessThanOrEqual(9)
  })

  test('keeps those that were used last', async () => {
    await using proxy = await faultProxy(server)
    await using connection = await connect(`${proxy.through(database.url)}?statement_cache_size=8`)
    for (let n = 0; n < 20; n++) {
      await connection.query('select $1::int as favourite', [n])
      await connection.query(`select ${n}`)
    }
    const names = await connection.execute(`select statement from pg_prepared_statements`)
    expect(names[0]?.rows.flat()).toContain('select $1::int as favourite')
  })

  test.each([0, 1])('of size %i instead works as well', async (size) => {
    await using connection = await connect(`${database.url}?statement_cache_size=${size}`)
    for (let round = 0; round < 3; round++) {
      const queries = Array.from({ length: 10 }, (_, n) => connection.query(`select ${n % 3} as n, $1::int as i`, [n]))
      const results = await Promise.all(queries)
      expect(results.map(({ rows }) => rows[0])).toEqual(Array.from({ length: 10 }, (_, n) => ({ n: n % 3, i: n })))
    }
    expect(await prepared(connection)).toBeLessThanOrEqual(size + 1)
  })

  test('forgets a statement that could not be prepared', async () => {
    await using connection = await open()
    expect(await failure(connection.query('select * from later'))).toMatchObject({ code: '42P01' })
    await connection.query('create temporary table later as select 1 as n')
    expect((await connection.query('select * from later')).rows).toEqual([{ n: 1 }])
  })
})

/** What takes prepared statements away, or makes them unusable. */
const changes: readonly (readonly [string, (connection: Connection) => Promise<unknown>, unknown[]])[] = [
  ['DEALLOCATE ALL', (connection) => connection.execute('deallocate all'), [{ id: 1, name: 'Rex' }]],
  ['DISCARD ALL', (connection) => connection.execute('discard all'), [{ id: 1, name: 'Rex' }]],
  ['DEALLOCATE ALL that nobody sees', (connection) => connection.execute(UNSEEN), [{ id: 1, name: 'Rex' }]],
  [
    'a column that is added',
    () => behindOurBack('alter table pets add column legs int default 4'),
    [{ id: 1, name: 'Rex', legs: 4 }],
  ],
  ['a column that is dropped', () => behindOurBack('alter table pets drop column name'), [{ id: 1 }]],
  [
    'a column with another type',
    () => behindOurBack('alter table pets alter column id type text using id::text'),
    [{ id: '1', name: 'Rex' }],
  ],
  [
    'a column with a type that has to be looked up',
    () =>
      behindOurBack(
        `drop type if exists species cascade; create type species as enum ('dog'); alter table pets alter column name type species using 'dog'`,
      ),
    [{ id: 1, name: 'dog' }],
  ],
  [
    'a column with another name',
    () => behindOurBack('alter table pets rename column name to called'),
    [{ id: 1, called: 'Rex' }],
  ],
]

describe.each(changes)('%s', (what, change, rows) => {
  const lookedUp = what === 'a column with a type that has to be looked up'
  const sql = 'select * from pets'
  const collect = async (connection: Connection) => {
    const all: unknown[] = []
    for await (const batch of connection.stream(sql)) all.push(...batch)
    return all
  }

  test('is not noticed outside a transaction', async () => {
    await using connection = await connect(database.url)
    await connection.query(sql)
    await change(connection)
    expect((await connection.query(sql)).rows).toEqual(rows)
    expect((await connection.query(sql)).rows).toEqual(rows)
  })

  test('is not noticed by a pipeline', async () => {
    await using connection = await connect(database.url)
    await connection.query(sql)
    await change(connection)
    const results = await Promise.all([connection.query(sql), connection.query('select 2 as n'), connection.query(sql)])
    expect(results.map((result) => result.rows)).toEqual([rows, [{ n: 2 }], rows])
  })

  test('is not noticed by a stream', async () => {
    await using connection = await connect(database.url)
    await collect(connection)
    await change(connection)
    expect(await collect(connection)).toEqual(rows)
    expect(await collect(connection)).toEqual(rows)
    // The outdated statement was closed in front of this one.
    await connection.query('select 2 as n')
    expect(await prepared(connection)).toBeLessThanOrEqual(lookedUp ? 3 : 2)
  })

  test.each(['a query', 'a pipeline', 'a stream'])(
    'is not noticed by %s on another connection of the pool, which only knows the description',
    async (way) => {
      await using pool = createPool({ connection: database.url, max: 2 })
      await using first = await pool.acquire()
      await using second = await pool.acquire()
      await first.connection.query(sql)
      await change(second.connection)
      if (way === 'a stream') expect(await collect(second.connection)).toEqual(rows)
      const queries = Array.from({ length: way === 'a pipeline' ? 5 : 1 }, () => second.connection.query(sql))
      for (const result of await Promise.all(queries)) expect(result.rows).toEqual(rows)
      expect((await first.connection.query(sql)).rows).toEqual(rows)
      expect(await collect(second.connection)).toEqual(rows)
    },
  )

  test.skipIf(what === 'DISCARD ALL' || what === 'DEALLOCATE ALL')(
    'is a clean error inside a transaction, and the next transaction works',
    async () => {
      await using connection = await connect(database.url)
      await connection.query(sql)
      await connection.query('begin')
      if (what === 'DEALLOCATE ALL that nobody sees') {
        await change(connection)
        expect(await failure(connection.query(sql))).toMatchObject({ code: '26000', outcome: 'rolled-back' })
      } else {
        await change(connection)
        expect(await failure(connection.query(sql))).toMatchObject({ code: '0A000', outcome: 'rolled-back' })
      }
      expect(connection.transactionStatus).toBe('E')
      await connection.query('rollback')
      await connection.query('begin')
      expect((await connection.query(sql)).rows).toEqual(rows)
      await connection.query('commit')
    },
  )
})

test('DEALLOCATE ALL is not noticed in a transaction', async () => {
  await using connection = await connect(database.url)
  await connection.query('select * from pets')
  await connection.query('begin')
  for (const verb of ['execute', 'query'] as const) {
    await connection[verb]('deallocate all')
    expect((await connection.query('select * from pets')).rows).toEqual([{ id: 1, name: 'Rex' }])
  }
  await connection.query('commit')
})

test('a statement whose columns have changed is prepared again, under a name', async () => {
  await using connection = await connect(database.url)
  for (const column of ['a', 'b']) {
    await connection.query('select * from pets')
    await behindOurBack(`alter table pets add column ${column} int4`)
    expect((await connection.query('select * from pets')).rows[0]).toHaveProperty(column, null)
  }
  const names = await connection.execute(`select statement from pg_prepared_statements`)
  expect(names[0]?.rows.flat()).toContain('select * from pets')
})

test('DEALLOCATE ALL does not disturb the look-up of types', async () => {
  await using connection = await connect(database.url)
  await behindOurBack(`create type size as enum ('big'); create type colour as enum ('red')`)
  expect((await connection.query(`select 'big'::size as it`)).rows).toEqual([{ it: 'big' }])
  await connection.execute('deallocate all')
  expect((await connection.query(`select 'red'::colour as it`)).rows).toEqual([{ it: 'red' }])
})

test('DEALLOCATE ALL in the middle of a pipeline is not noticed', async () => {
  await using connection = await connect(database.url)
  const sql = 'select * from pets'
  const results = await Promise.all([connection.query(sql), connection.query('deallocate all'), connection.query(sql)])
  expect(results[2].rows).toEqual([{ id: 1, name: 'Rex' }])
})

describe('a parameter whose column gets another type', () => {
  const insert = 'insert into pets (id, name) values ($1, $2)'

  test.each<[string, string, unknown, string]>([
    ['wider', 'alter table pets alter column id type bigint', 3_000_000_000, '3000000000'],
    ['text', 'alter table pets alter column id type text', 'not a number', 'not a number'],
    [
      'a uuid',
      `alter table pets alter column id type uuid using null`,
      '9d0e4a7c-28a5-4b59-8d0c-111111111111',
      '9d0e4a7c-28a5-4b59-8d0c-111111111111',
    ],
    ['an array', `alter table pets alter column id type int[] using array[id]`, [1, 2], '{1,2}'],
  ])('(%s) is encoded by the new type, on the second attempt at the latest', async (_what, change, value, stored) => {
    await using pool = createPool({ connection: database.url, max: 2 })
    await using first = await pool.acquire()
    await using second = await pool.acquire()
    for (const { connection } of [first, second]) await connection.query(insert, [2, 'two'])
    await behindOurBack(change)
    for (const { connection } of [first, second]) {
      await connection.query(insert, [value, 'new']).catch(() => {})
      await connection.query(insert, [value, 'again'])
    }
    const rows = await behindOurBack(`select id::text as id from pets where name = 'again'`)
    expect(rows).toEqual([{ id: stored }, { id: stored }])
  })

  test('from text to something else is not noticed at all', async () => {
    await using connection = await connect(database.url)
    await connection.query(insert, [2, '["two"]'])
    await behindOurBack('alter table pets alter column name type jsonb using to_jsonb(name)')
    await connection.query(insert, [3, '["three"]'])
    expect(await behindOurBack('select name from pets where id = 3')).toEqual([{ name: ['three'] }])
  })
})

test('a wrong value costs a prepared statement nothing but a look at its description', async () => {
  await using connection = await connect(database.url)
  const sql = 'select $1::int4 as n'
  await connection.query(sql, [1])
  for (let n = 0; n < 5; n++) {
    expect(await failure(connection.query(sql, ['x']))).toMatchObject({ code: '22P02' })
    expect(await failure(connection.query(sql, [1.5]))).toMatchObject({ code: 'PGWIRE_ENCODE' })
    expect((await connection.query(sql, [n])).rows).toEqual([{ n }])
  }
  expect(await prepared(connection)).toBeLessThanOrEqual(2)
})

describe('round trips', () => {
  test('the first connection of a pool needs two for a new statement, every other one, and all need one afterwards', async () => {
    await using proxy = await faultProxy(server)
    await using pool = createPool({ connection: proxy.through(database.url), max: 3 })
    const leases = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()])
    const trips: number[] = []
    for (const { connection } of [...leases, ...leases]) {
      const before = proxy.flights
      const { rows } = await connection.query('select id, name from pets where id = $1', [1])
      expect(rows).toEqual([{ id: 1, name: 'Rex' }])
      trips.push(proxy.flights - before)
    }
    expect(trips).toEqual([2, 1, 1, 1, 1, 1])
    for (const lease of leases) lease.release()
  })

  test('queries of one tick leave together', async () => {
    await using proxy = await faultProxy(server)
    await using connection = await connect(proxy.through(database.url))
    await connection.query('select $1::int as n', [0])
    const before = proxy.flights
    await Promise.all(Array.from({ length: 50 }, (_, n) => connection.query('select $1::int as n', [n])))
    expect(proxy.flights - before).toBe(1)
  })

  test('an enum is looked up once for a pool', async () => {
    await behindOurBack(`drop type if exists mood; create type mood as enum ('sad', 'ok')`)
    await using proxy = await faultProxy(server)
    await using pool = createPool({ connection: proxy.through(database.url), max: 2 })
    await using first = await pool.acquire()
    await using second = await pool.acquire()
    const trips = async (connection: Connection, sql: string) => {
      const before = proxy.flights
      expect((await connection.query(sql)).rows).toEqual([{ mood: 'ok', moods: ['sad', 'ok'] }])
      return proxy.flights - before
    }
    const sql = `select 'ok'::mood as mood, array['sad', 'ok']::mood[] as moods`
    // Prepare, prepare the look-up, look up, execute.
    expect(await trips(first.connection, sql)).toBe(4)
    expect(await trips(second.connection, `${sql} -- again`)).toBe(2)
    expect(await trips(second.connection, sql)).toBe(1)
  })
})
