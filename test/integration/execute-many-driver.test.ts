/** `connection.executeMany`: one statement for many rows, streamed, all or nothing, against a real server. */
import { connect, createPool, type Connection, type PostgresError, positionOf } from 'kysely-pgwire'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { faultProxy } from '../support/fault-proxy.ts'
import { sharedServer } from '../support/shared-server.ts'
import type { TestDatabase } from '../support/test-server.ts'
import { deallocating } from './deallocating.ts'

const server = sharedServer()
let database: TestDatabase

beforeAll(async () => {
  database = await server.createDatabase()
  await behindOurBack('create table item (id int primary key, name text); create sequence ids')
})

afterAll(() => database.drop())

const behindOurBack = (sql: string) => server.query(sql, [], database.name)

beforeEach(() => behindOurBack('truncate item'))

const INSERT = 'insert into item values ($1, $2)'

const open = () => connect(database.url)
const count = async () => Number((await behindOurBack('select count(*) from item'))[0]?.['count'])
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error as PostgresError,
  )

const items = (length: number, name: unknown = 'x') => Array.from({ length }, (_, id) => [id, name])

/** Notes how many rows were taken from it, and whether it was told that no more are wanted. */
class Source {
  taken = 0
  returned = 0
  readonly #length: number
  readonly #row: (n: number) => readonly unknown[]

  constructor(length: number, row: (n: number) => readonly unknown[] = (n) => [n, 'x']) {
    this.#length = length
    this.#row = row
  }

  [Symbol.iterator](): Iterator<readonly unknown[]> {
    return {
      next: () =>
        this.taken >= this.#length ? { done: true, value: undefined } : { done: false, value: this.#row(this.taken++) },
      return: () => {
        this.returned++
        return { done: true, value: undefined }
      },
    }
  }

  async *async(pauseEvery = 0): AsyncGenerator<readonly unknown[]> {
    try {
      for (const row of this) {
        if (pauseEvery > 0 && this.taken % pauseEvery === 0) await new Promise((resolve) => setImmediate(resolve))
        yield row
      }
    } finally {
      this.returned++
    }
  }
}

async function usable(connection: Connection): Promise<void> {
  expect(connection.transactionStatus).toBe('I')
  expect((await connection.query('select 1 as one')).rows).toEqual([{ one: 1 }])
}

describe('executeMany', () => {
  test.each([1, 2, 1_000, 30_000])('executes for %i rows, and counts what it has changed', async (length) => {
    await using connection = await open()
    expect(await connection.executeMany(INSERT, items(length))).toMatchObject({
      command: 'INSERT',
      rowCount: length,
      rows: [],
    })
    expect(await count()).toBe(length)
    expect((await connection.executeMany('delete from item where id >= $1', [[1], [0]])).rowCount).toBe(length)
    await usable(connection)
  })

  test('takes async iterables, and iterables that pause', async () => {
    await using connection = await open()
    const source = new Source(5_000)
    expect((await connection.executeMany(INSERT, source.async())).rowCount).toBe(5_000)
    expect(
      (await connection.executeMany('delete from item where id = $1 and name = $2', new Source(5_000).async(7)))
        .rowCount,
    ).toBe(5_000)
    await usable(connection)
  })

  test('without rows sends nothing', async () => {
    await using connection = await open()
    expect(await connection.executeMany('not even SQL', [])).toMatchObject({ rowCount: 0, rows: [] })
    expect(await connection.executeMany('not even SQL', new Source(0).async())).toMatchObject({ rowCount: 0 })
  })

  test('takes one flight where the statement is known', async () => {
    await using proxy = await faultProxy(server)
    await using connection = await connect(proxy.through(database.url))
    await connection.executeMany(INSERT, items(1))
    await behindOurBack('truncate item')
    const before = proxy.flights
    await connection.executeMany(INSERT, items(500))
    expect(proxy.flights - before).toBe(1)
  })

  test('gives the rows that the statement returns, if asked to', async () => {
    await using connection = await open()
    const sql = `${INSERT} returning id, name`
    expect((await connection.executeMany(sql, items(3_000), { returning: true })).rows).toEqual(
      items(3_000).map(([id, name]) => ({ id, name })),
    )
    await behindOurBack('truncate item')
    expect((await connection.executeMany(sql, items(3), { returning: true, rowMode: 'array' })).rows).toEqual(items(3))
    expect((await connection.executeMany('select $1::int', [[1], [2]])).rows).toEqual([])
  })

  test('gives rows with types that nobody has met', async () => {
    await behindOurBack(`create type pair as (a int, b text)`)
    await using connection = await open()
    const sql = `select row($1::int, row($1, 'x')::pair) as r`
    const { rows } = await connection.executeMany(sql, [[1], [2]], { returning: true })
    expect(rows).toEqual([{ r: [1, { a: 1, b: 'x' }] }, { r: [2, { a: 2, b: 'x' }] }])
    await behindOurBack('drop type pair')
  })

  test.each([0, 1, 20_000])(
    'that the server refuses at row %i applies nothing, names the row, and stops the source',
    async (bad) => {
      await using connection = await open()
      await connection.executeMany(INSERT, [[-1, 'kept']])
      const source = new Source(5_000_000, (n) => [n === bad ? -1 : n, 'x'])
      const error = await failure(connection.executeMany(INSERT, source))
      expect(error).toMatchObject({ code: '23505', outcome: 'rolled-back', rowIndex: bad })
      expect(source.returned).toBe(1)
      expect(source.taken).toBeLessThan(bad + 200_000)
      expect(await count()).toBe(1)
      await usable(connection)
    },
  )

  test('that fails in its commit blames no row', async () => {
    await behindOurBack('create table child (item int references item deferrable initially deferred)')
    await using connection = await open()
    const error = await failure(connection.executeMany('insert into child values ($1)', [[1], [2]]))
    expect(error).toMatchObject({ code: '23503', outcome: 'rolled-back' })
    expect(positionOf(error)).toEqual({})
    await usable(connection)
    await behindOurBack('drop table child')
  })

  test('with a value that cannot be encoded among the first rows sends nothing', async () => {
    await using connection = await open()
    await connection.query('begin')
    const source = new Source(100, (n) => [n === 40 ? 1.5 : n, 'x'])
    const error = await failure(connection.executeMany(INSERT, source))
    expect(error).toMatchObject({ name: 'CodecError', outcome: 'not-sent', rowIndex: 40, parameter: 1 })
    expect(error.message).toBe('Cannot encode parameter $1 as int4: not an integer, in row [40]')
    expect(source.returned).toBe(1)
    expect(connection.transactionStatus).toBe('T')
    await connection.query('commit')
    // The statement that was to be prepared in front of it is prepared all the same.
    expect((await connection.executeMany(INSERT, items(2))).rowCount).toBe(2)
  })

  test.each(['sync', 'async'])(
    'with a value that cannot be encoded in a later chunk applies nothing: %s',
    async (kind) => {
      await using connection = await open()
      const source = new Source(50_000, (n) => [n === 20_000 ? 1.5 : n, 'x'])
      const error = await failure(connection.executeMany(INSERT, kind === 'sync' ? source : source.async()))
      expect(error).toMatchObject({ name: 'CodecError', outcome: 'rolled-back', rowIndex: 20_000 })
      expect(source.returned).toBeGreaterThan(0)
      expect(await count()).toBe(0)
      await usable(connection)
    },
  )

  test('with a row of the wrong length names it', async () => {
    await using connection = await open()
    const error = await failure(connection.executeMany(INSERT, [[1, 'x'], [2]]))
    expect(error).toMatchObject({ name: 'UsageError', outcome: 'not-sent', rowIndex: 1 })
    const none = await failure(connection.executeMany(INSERT, [[1, 'x'], 7 as unknown as unknown[]]))
    expect(none).toMatchObject({ name: 'UsageError', rowIndex: 1 })
    expect(await count()).toBe(0)
    await usable(connection)
  })

  test.each([0, 5, 20_000])(
    'whose source throws at row %i applies nothing, and rejects with that very error',
    async (bad) => {
      await using connection = await open()
      const thrown = new Error('the file ends here')
      const source = () =>
        new Source(50_000, (n) => {
          if (n === bad) throw thrown
          return [n, 'x']
        })
      for (const rows of [source(), source().async(), source().async(3)]) {
        expect(await failure(connection.executeMany(INSERT, rows))).toBe(thrown)
        expect(await count()).toBe(0)
        await usable(connection)
      }
    },
  )

  test('in a transaction is a part of it, and leaves it failed when rows were sent in vain', async () => {
    await using connection = await open()
    await connection.query('begin')
    await connection.executeMany(INSERT, items(10))
    expect(connection.transactionStatus).toBe('T')
    const bad = new Source(50_000, (n) => [n === 20_000 ? 1.5 : n + 100, 'x'])
    expect(await failure(connection.executeMany(INSERT, bad))).toMatchObject({ rowIndex: 20_000 })
    expect(connection.transactionStatus).toBe('E')
    await connection.query('rollback')
    expect(await count()).toBe(0)
  })

  test('in chunks of their own leaves those before the failure applied, and says how many rows they are', async () => {
    await using connection = await open()
    const options = { atomic: false, chunkRows: 100 }
    expect((await connection.executeMany(INSERT, items(1_000), options)).rowCount).toBe(1_000)
    await behindOurBack('truncate item')
    const rows = items(1_000).map(([id, name]) => [id === 555 ? 1 : id, name])
    const error = await failure(connection.executeMany(INSERT, rows, options))
    expect(error).toMatchObject({ code: '23505', rowIndex: 555, rowsApplied: 500 })
    expect(await count()).toBe(500)
    const source = new Source(1_000, (n) => [n === 250 ? 1.5 : n + 2_000, 'x'])
    const unsent = await failure(connection.executeMany(INSERT, source.async(), options))
    expect(unsent).toMatchObject({ rowIndex: 250, rowsApplied: 200 })
    expect(await count()).toBe(700)
    expect(
      (
        await connection.executeMany(
          `${INSERT} returning id`,
          items(300, 'y').map(([id, name]) => [Number(id) + 5_000, name]),
          { ...options, returning: true },
        )
      ).rows.length,
    ).toBe(300)
    await usable(connection)
  })

  test.each(deallocating)('survives %s: what was read already is sent again', async (command) => {
    await using connection = await open()
    await connection.executeMany(INSERT, items(1))
    for (const rows of [new Source(3_000), new Source(3_000).async(), new Source(3_000).async(5)]) {
      await behindOurBack('truncate item')
      await connection.execute(command)
      expect((await connection.executeMany(INSERT, rows)).rowCount).toBe(3_000)
      expect(await count()).toBe(3_000)
    }
  })

  test('survives a type of a parameter that has changed', async () => {
    await behindOurBack(`create type pair as (a int); create table pairs (p pair)`)
    await using connection = await open()
    await connection.executeMany('insert into pairs values ($1)', [[{ a: 1 }]])
    await behindOurBack(
      `drop table pairs; drop type pair; create type pair as (a int, b text); create table pairs (p pair)`,
    )
    await connection.executeMany('insert into pairs values ($1)', [[{ a: 1, b: 'x' }], [{ a: 2, b: 'y' }]])
    expect(await behindOurBack('select (p).b from pairs')).toEqual([{ b: 'x' }, { b: 'y' }])
    await behindOurBack('drop table pairs; drop type pair')
  })

  test('does not hoard rows: the source is read as fast as the server takes them', async () => {
    await using connection = await open()
    const row = [1, 'x'.repeat(100_000)]
    let peak = 0
    const source = new Source(3_000, (n) => {
      if (n % 100 === 0) peak = Math.max(peak, process.memoryUsage().arrayBuffers)
      return row
    })
    const before = process.memoryUsage().arrayBuffers
    expect((await connection.executeMany('select length($2), $1::int', source)).rowCount).toBe(3_000)
    expect(peak - before).toBeLessThan(128 * 1024 * 1024)
  })

  test('does not block on a server that answers more than it is asked', async () => {
    await using connection = await open()
    const text = 'x'.repeat(10_000)
    const { rowCount } = await connection.executeMany(
      'select $1::text from generate_series(1, 5)',
      new Source(5_000, () => [text]),
    )
    expect(rowCount).toBe(25_000)
  })

  test('is aborted while the server works, and while the source is waited for', async () => {
    await using connection = await open()
    for (const rows of [
      [[600], [0]],
      (async function* () {
        yield [0]
        yield [0]
        await new Promise(() => {})
      })(),
    ] as const) {
      const controller = new AbortController()
      const running = failure(
        connection.executeMany('insert into item select nextval($$ids$$) from pg_sleep($1)', rows, {
          signal: controller.signal,
        }),
      )
      setTimeout(() => controller.abort(new Error('enough')), 50)
      expect((await running).message).toBe('enough')
      await connection.settled()
      expect(await count()).toBe(0)
      await usable(connection)
    }
    const source = new Source(3)
    const aborted = connection.executeMany(INSERT, source, { signal: AbortSignal.abort(new Error('too late')) })
    expect((await failure(aborted)).message).toBe('too late')
  })

  test('tells at once what the server has refused, whatever the source does', async () => {
    await using connection = await open()
    async function* rows() {
      yield [1, 'x']
      yield [1, 'x']
      await new Promise(() => {})
    }
    expect(await failure(connection.executeMany(INSERT, rows()))).toMatchObject({ code: '23505', rowIndex: 1 })
    await usable(connection)
  })

  test('whose connection is lost half-way applies nothing', async () => {
    await using connection = await open()
    const source = new Source(100_000, (n) => {
      if (n === 50_000) connection.terminate()
      return [n, 'x']
    })
    const error = await failure(connection.executeMany(INSERT, source))
    expect(error).toMatchObject({ name: 'ConnectionError' })
    expect(source.returned).toBe(1)
    expect(await count()).toBe(0)
  })

  test('keeps its place in the order of calls, and lets others in when it is over', async () => {
    await using connection = await open()
    const seen = `select count(*)::int as n from item`
    const [before, , behind] = await Promise.all([
      connection.query<{ n: number }>(seen),
      connection.executeMany(INSERT, items(10_000)),
      new Promise((resolve) => setImmediate(resolve)).then(() => connection.query<{ n: number }>(seen)),
    ])
    expect([before.rows[0]?.n, behind.rows[0]?.n]).toEqual([0, 10_000])
  })

  test('refuses COPY and chunks of nothing', async () => {
    await using connection = await open()
    expect(await failure(connection.executeMany('copy item from stdin', [[], []]))).toMatchObject({
      name: 'UsageError',
    })
    expect(await failure(connection.executeMany(INSERT, [[1, 'x']], { chunkRows: 0 }))).toMatchObject({
      name: 'UsageError',
    })
    await usable(connection)
  })

  test('runs on a pool', async () => {
    await using pool = createPool({ connection: database.url, max: 1 })
    expect((await pool.executeMany(INSERT, items(100))).rowCount).toBe(100)
    expect(pool.stats).toMatchObject({ size: 1, idle: 1 })
  })
})
