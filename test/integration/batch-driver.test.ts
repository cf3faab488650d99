/** `connection.batch`: several statements in one flight, all or nothing, against a real server. */
import { connect, createPool, type Connection, type PostgresError, positionOf } from 'kysely-pgwire'
import { definePgTypes, mapCodec, int4 } from 'kysely-pgwire/types'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { faultProxy } from '../support/fault-proxy.ts'
import { sharedServer } from '../support/shared-server.ts'
import type { TestDatabase } from '../support/test-server.ts'
import { deallocating, UNSEEN } from './deallocating.ts'

const server = sharedServer()
let database: TestDatabase

beforeAll(async () => {
  database = await server.createDatabase()
})

afterAll(() => database.drop())

const behindOurBack = (sql: string) => server.query(sql, [], database.name)

beforeEach(async () => {
  await behindOurBack('drop table if exists owner, pets cascade')
  await behindOurBack('create table owner (id int primary key)')
  await behindOurBack(
    'create table pets (id int primary key, name text, owner int references owner deferrable initially deferred)',
  )
  await behindOurBack(`insert into pets values (1, 'Rex', null)`)
})

const open = () => connect(database.url)
const pets = async () => (await behindOurBack('select id from pets order by id')).map((row) => row['id'])
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error as PostgresError,
  )
const insert = (id: number, name: unknown = 'x') => ({
  sql: 'insert into pets values ($1, $2)',
  parameters: [id, name],
})

async function prepared(connection: Connection): Promise<number> {
  const [result] = await connection.execute(`select count(*) from pg_prepared_statements where name like '\\_p%'`)
  return Number(result?.rows[0]?.[0])
}

describe('a batch', () => {
  test('gives the results of its queries, in order', async () => {
    await using connection = await open()
    const [one, changed, many, nothing] = await connection.batch<[{ n: number }, never, { id: number }, never]>([
      { sql: 'select $1::int as n', parameters: [7] },
      { sql: `update pets set name = 'Tom' where id = $1`, parameters: [1] },
      { sql: 'select id from pets, generate_series(1, 100)' },
      { sql: '' },
    ])
    expect(one.rows).toEqual([{ n: 7 }])
    expect(changed).toMatchObject({ command: 'UPDATE', rowCount: 1, rows: [] })
    expect(many.rowCount).toBe(100)
    expect(many.columns.map(({ name }) => name)).toEqual(['id'])
    expect(nothing).toMatchObject({ command: '', rowCount: null, rows: [] })
    expect(await connection.batch([])).toEqual([])
    expect((await connection.batch([{ sql: 'select 1, 2' }], { rowMode: 'array' }))[0]?.rows).toEqual([[1, 2]])
  })

  test('takes one flight once its statements are described, two for those of another connection, and two for new ones', async () => {
    await using proxy = await faultProxy(server)
    await using pool = createPool({ connection: proxy.through(database.url), max: 2 })
    await using first = await pool.acquire()
    await using second = await pool.acquire()

    const queries = Array.from({ length: 20 }, (_, n) => ({ sql: `select ${n} + $1::int as n`, parameters: [n] }))
    const flightsOf = async (connection: Connection) => {
      const before = proxy.flights
      expect((await connection.batch<{ n: number }[]>(queries)).map(({ rows }) => rows[0]?.n)).toEqual(
        queries.map((_, n) => 2 * n),
      )
      return proxy.flights - before
    }
    expect(await flightsOf(first.connection)).toBe(2)
    expect(await flightsOf(first.connection)).toBe(1)
    expect(await flightsOf(second.connection)).toBe(1)
  })

  test('looks the new types of all its statements up together', async () => {
    await behindOurBack(`create type mood as enum ('ok'); create type size as enum ('small')`)
    await using proxy = await faultProxy(server)
    await using connection = await connect(proxy.through(database.url))
    const before = proxy.flights
    const results = await connection.batch([
      { sql: 'select $1::mood as v', parameters: ['ok'] },
      { sql: 'select array[$1::size] as v', parameters: ['small'] },
    ])
    expect(results.map(({ rows }) => rows)).toEqual([[{ v: 'ok' }], [{ v: ['small'] }]])
    // Describe all; describe and ask the question for types; run.
    expect(proxy.flights - before).toBe(4)
    await behindOurBack('drop type mood; drop type size')
  })

  test('that fails has no effect, says which query failed, and leaves the connection usable', async () => {
    await using connection = await open()
    for (const state of ['cold', 'warm']) {
      const error = await failure(connection.batch([insert(2), insert(3), insert(1), insert(4)]))
      expect(error, state).toMatchObject({
        name: 'UniqueViolationError',
        code: '23505',
        outcome: 'rolled-back',
        queryIndex: 2,
      })
      expect(await pets(), state).toEqual([1])
    }
    expect((await connection.batch([insert(2), insert(3)])).map(({ rowCount }) => rowCount)).toEqual([1, 1])
    expect(await pets()).toEqual([1, 2, 3])
  })

  test('whose statement cannot be parsed says which, and runs none', async () => {
    await using connection = await open()
    const error = await failure(connection.batch([insert(2), { sql: 'selekt' }, { sql: 'select 1' }]))
    expect(error).toMatchObject({ code: '42601', queryIndex: 1, outcome: 'rolled-back' })
    expect(await pets()).toEqual([1])
    expect(await prepared(connection)).toBe(2)
    await connection.batch([{ sql: 'select 2' }])
    expect(await prepared(connection)).toBe(1)
  })

  test('that fails in its commit blames no query', async () => {
    await using connection = await open()
    const error = await failure(
      connection.batch([{ sql: 'insert into pets values (5, $1, 99)', parameters: ['x'] }, { sql: 'select 1' }]),
    )
    expect(error).toMatchObject({ code: '23503', outcome: 'rolled-back' })
    expect(positionOf(error)).toEqual({})
    expect(await pets()).toEqual([1])
  })

  test.each(['cold', 'warm'])(
    'with a value that cannot be encoded is not sent, and says where it is: %s',
    async (state) => {
      await using connection = await open()
      if (state === 'warm') await connection.batch([insert(8), { sql: 'select $1::int', parameters: [1] }])
      await connection.query('begin')
      const error = await failure(
        connection.batch([insert(2), { sql: 'select 5' }, { sql: 'select $1::int', parameters: [1.5] }]),
      )
      expect(error).toMatchObject({ name: 'CodecError', outcome: 'not-sent', queryIndex: 2, parameter: 1 })
      expect(error.message).toBe('Cannot encode parameter $1 as int4: not an integer, in query [2] of the batch')
      expect(connection.transactionStatus).toBe('T')
      await connection.query('commit')
      // What would have been prepared in front of it is prepared after all.
      await connection.batch([insert(2), { sql: 'select 5' }, { sql: 'select $1::int', parameters: [1] }])
      expect(await pets()).toContain(2)
    },
  )

  test('with too few or too many parameters says where, and is not sent', async () => {
    await using connection = await open()
    const few = await failure(connection.batch([insert(2), { sql: 'select $1::int' }]))
    expect(few).toMatchObject({ name: 'UsageError', outcome: 'not-sent', queryIndex: 1 })
    const parameters = Array.from({ length: 65_536 }, () => 1)
    const many = await failure(connection.batch([insert(2), { sql: 'select 1', parameters }]))
    expect(many).toMatchObject({ name: 'UsageError', outcome: 'not-sent', queryIndex: 1 })
    const nul = await failure(connection.batch([insert(2), { sql: 'select \0' }]))
    expect(nul).toMatchObject({ name: 'UsageError', outcome: 'not-sent', queryIndex: 1 })
    expect(await pets()).toEqual([1])
  })

  test('with a row that cannot be decoded is applied, and says which query it was', async () => {
    const decode = (): never => {
      throw new Error('it cannot be read')
    }
    const types = definePgTypes({ codecs: [mapCodec(int4, { decode, encode: (value) => value })] })
    await using connection = await open()
    const queries = [insert(2), { sql: 'select 1 as one' }, insert(3)]
    const error = await failure(connection.batch(queries, { types }))
    expect(error).toMatchObject({ name: 'CodecError', column: 'one', outcome: 'applied', queryIndex: 1 })
    expect(await pets()).toEqual([1, 2, 3])
  })

  test('in a transaction is a part of it', async () => {
    await using connection = await open()
    await connection.query('begin')
    await connection.batch([insert(2), insert(3)])
    expect(connection.transactionStatus).toBe('T')
    expect(await failure(connection.batch([insert(4), insert(1)]))).toMatchObject({ queryIndex: 1 })
    expect(connection.transactionStatus).toBe('E')
    expect(await failure(connection.batch([insert(5)]))).toMatchObject({ code: '25P02', queryIndex: 0 })
    await connection.query('rollback')
    expect(await pets()).toEqual([1])
  })

  test('with a statement of transactions in it does not claim that it was rolled back', async () => {
    await using connection = await open()
    const error = await failure(connection.batch([{ sql: 'begin' }, insert(2), { sql: 'commit' }, insert(1)]))
    expect(error).toMatchObject({ code: '23505', queryIndex: 3, outcome: 'unknown' })
    expect(await pets()).toEqual([1, 2])
  })

  test('parses a statement that occurs in it a thousand times once', async () => {
    await using connection = await open()
    const results = await connection.batch<{ n: number }[]>(
      Array.from({ length: 1_000 }, (_, n) => ({ sql: 'select $1::int as n', parameters: [n] })),
    )
    expect(results.map(({ rows }) => rows[0]?.n)).toEqual(results.map((_, n) => n))
    expect(await prepared(connection)).toBe(1)
  })

  test.each([0, 8])('keeps at most %i statements, whatever it consists of', async (size) => {
    await using connection = await connect(`${database.url}?statement_cache_size=${size}`)
    const queries = Array.from({ length: 300 }, (_, n) => ({
      sql: `select ${n % 100} + $1::int as n`,
      parameters: [n],
    }))
    for (let round = 0; round < 3; round++) {
      const results = await connection.batch<{ n: number }[]>([...queries, queries[299]!])
      expect(results.map(({ rows }) => rows[0]?.n)).toEqual([...queries.map((_, n) => (n % 100) + n), 398])
    }
    expect(await prepared(connection)).toBeLessThanOrEqual(size + 100)
    await connection.query('select 1')
    expect(await prepared(connection)).toBeLessThanOrEqual(size + 1)
  })

  test('that fails among statements that are new here has them prepared again the next time, and leaves none behind', async () => {
    await using connection = await connect(`${database.url}?statement_cache_size=8`)
    const queries = Array.from({ length: 40 }, (_, n) => ({ sql: `select ${n} + $1::int as n`, parameters: [n] }))
    await connection.batch(queries)
    for (let round = 0; round < 5; round++) {
      const failing = queries.map((query, n) =>
        n === 10 + round ? { sql: 'select 1 / $1::int', parameters: [0] } : query,
      )
      expect(await failure(connection.batch(failing))).toMatchObject({ code: '22012', queryIndex: 10 + round })
    }
    expect((await connection.batch<{ n: number }[]>(queries)).map(({ rows }) => rows[0]?.n)).toEqual(
      queries.map((_, n) => 2 * n),
    )
    await connection.query('select 1')
    expect(await prepared(connection)).toBeLessThanOrEqual(9)
  })

  test.each(deallocating)('survives %s', async (command) => {
    await using connection = await open()
    await connection.batch([insert(2), { sql: 'select 1' }])
    await connection.execute(command)
    await connection.batch([{ sql: 'select 1' }, insert(3)])
    await connection.execute(command)
    expect(await pets()).toEqual([1, 2, 3])
  })

  test('has no error in a transaction but for statements that were dropped unseen', async () => {
    await using connection = await open()
    await connection.batch([{ sql: 'select 1' }])
    await connection.query('begin')
    await connection.execute('deallocate all')
    expect(await connection.batch([{ sql: 'select 1' }])).toHaveLength(1)
    await connection.execute(UNSEEN)
    expect(await failure(connection.batch([{ sql: 'select 1' }]))).toMatchObject({ code: '26000', queryIndex: 0 })
    await connection.query('rollback')
  })

  test('survives a table whose columns have changed', async () => {
    await using connection = await open()
    const queries = [insert(2), { sql: 'select * from pets where id = 1' }]
    await connection.batch(queries)
    await behindOurBack('alter table pets add column age int default 3')
    await behindOurBack('delete from pets where id = 2')
    const [, selected] = await connection.batch([{ sql: 'select 1' }, queries[1]!])
    expect(selected?.rows).toEqual([{ id: 1, name: 'Rex', owner: null, age: 3 }])
  })

  test('reads rows with types that nobody has met', async () => {
    await behindOurBack(`create type pair as (a int, b text)`)
    await using connection = await open()
    const [first, second, third] = await connection.batch([
      { sql: 'select 1 as n' },
      { sql: `select row(1, row(2, 'x')::pair) as r from generate_series(1, 3)` },
      { sql: `select row(array[row(3, 'y')::pair]) as r` },
    ])
    expect(first?.rows).toEqual([{ n: 1 }])
    expect(second?.rows).toEqual(Array.from({ length: 3 }, () => ({ r: [1, { a: 2, b: 'x' }] })))
    expect(third?.rows).toEqual([{ r: [[{ a: 3, b: 'y' }]] }])
    expect(second?.columns.map(({ name }) => name)).toEqual(['r'])
    await behindOurBack('drop type pair')
  })

  test('of COPY is refused, wherever it stands', async () => {
    await using connection = await open()
    const select = { sql: 'select 1 as n' }
    for (const sql of ['copy pets from stdin', 'copy pets to stdout']) {
      for (const queries of [[{ sql }], [insert(2), { sql }], [{ sql }, select], [select, { sql }, select]]) {
        const error = await failure(connection.batch(queries))
        expect(error).toMatchObject({ name: 'UsageError', queryIndex: queries.findIndex((query) => query.sql === sql) })
        expect(await connection.query('select 1 as n')).toMatchObject({ rows: [{ n: 1 }] })
        await behindOurBack('delete from pets where id = 2')
      }
    }
  })

  test('of 5,000 queries that send and give 20 kB each does not block', async () => {
    await using connection = await open()
    const text = 'x'.repeat(20_000)
    const results = await connection.batch<{ t: string }[]>(
      Array.from({ length: 5_000 }, () => ({ sql: 'select $1::text as t', parameters: [text] })),
    )
    expect(results.every(({ rows }) => rows[0]?.t === text)).toBe(true)
  })

  test('stands in order with what is asked before and behind it', async () => {
    await using connection = await open()
    const [before, [within], behind] = await Promise.all([
      connection.query(`insert into pets values (2, 'a')`),
      connection.batch([{ sql: 'select count(*)::int as n from pets' }, insert(3)]),
      connection.query('select count(*)::int as n from pets'),
    ])
    expect(before.rowCount).toBe(1)
    expect(within?.rows).toEqual([{ n: 2 }])
    expect(behind.rows).toEqual([{ n: 3 }])
  })

  test('takes its parameters as they were when it was called', async () => {
    await using connection = await open()
    const parameters = [1]
    const queries = [{ sql: 'select $1::int as n', parameters }]
    const running = connection.batch(queries)
    parameters[0] = 2
    queries.length = 0
    expect((await running)[0]?.rows).toEqual([{ n: 1 }])
  })

  test('is aborted as a whole', async () => {
    await using connection = await open()
    const sleep = { sql: 'select pg_sleep($1)', parameters: [600] }
    for (const state of ['cold', 'warm']) {
      const controller = new AbortController()
      const running = failure(connection.batch([insert(2), sleep], { signal: controller.signal }))
      if (state === 'warm') await expect.poll(() => connection.idle).toBe(false)
      setTimeout(() => controller.abort(new Error('enough')), 50)
      expect((await running).message).toBe('enough')
      await connection.settled()
      expect(await pets()).toEqual([1])
    }
    expect(
      await failure(connection.batch([insert(2)], { signal: AbortSignal.abort(new Error('too late')) })),
    ).toMatchObject({ message: 'too late' })
    expect(await pets()).toEqual([1])
  })

  test('whose connection is lost does not know its outcome, unless it was not sent', async () => {
    await using connection = await open()
    await connection.batch([{ sql: 'select 1' }, { sql: 'select pg_sleep($1)', parameters: [0] }])
    const running = failure(connection.batch([{ sql: 'select 1' }, { sql: 'select pg_sleep($1)', parameters: [600] }]))
    await new Promise((resolve) => setTimeout(resolve, 50))
    connection.terminate()
    const error = await running
    expect(error).toMatchObject({ name: 'ConnectionError', outcome: 'unknown' })
    expect(positionOf(error)).toEqual({})
    expect(await failure(connection.batch([insert(4)]))).toMatchObject({ outcome: 'not-sent' })
  })

  test('runs on a pool', async () => {
    await using pool = createPool({ connection: database.url, max: 1 })
    await pool.batch([insert(2), insert(3)])
    expect(await failure(pool.batch([insert(4), insert(2)]))).toMatchObject({ queryIndex: 1 })
    expect(await pets()).toEqual([1, 2, 3])
    expect(pool.stats).toMatchObject({ size: 1, idle: 1 })
  })
})
