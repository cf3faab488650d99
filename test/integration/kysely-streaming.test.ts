import { fileURLToPath } from 'node:url'

import { CompiledQuery, sql } from 'kysely'
import { type PgwireAdapter, type PgwireConnection, UsageError } from 'kysely-pgwire'
import { beforeEach, describe, expect, test } from 'vitest'

import { faultProxy } from '../support/fault-proxy.ts'
import { errorFrom } from './error-from.ts'
import { type OpenKysely, petShop } from './kysely-fixture.ts'

const shop = petShop()
const thisFile = fileURLToPath(import.meta.url)

beforeEach(() => shop.refill())

interface Series {
  series: { i: number }
}

/** A query of `rows` rows that Kysely can stream. */
function series({ db }: OpenKysely<Series>, rows: number) {
  return db
    .selectFrom(sql<{ i: number }>`generate_series(1, ${rows}::int4)`.as<'series'>(sql`series(i)`))
    .select('series.i')
}

/** Lengths of the chunks that the dialect's connection gives. */
async function chunkLengths(kysely: OpenKysely<Series>, rows: number, chunkSize: number): Promise<number[]> {
  const lengths: number[] = []
  await kysely.db.getExecutor().provideConnection(async (connection) => {
    const query = CompiledQuery.raw(`select i from generate_series(1, ${rows}) i`)
    for await (const { rows: chunk } of connection.streamQuery(query, chunkSize)) lengths.push(chunk.length)
  })
  return lengths
}

describe('chunks', () => {
  test.each([
    [25, 10, [10, 10, 5]],
    [20, 10, [10, 10]],
    [0, 10, []],
    [1, 10, [1]],
    [10, 10, [10]],
    [11, 10, [10, 1]],
    [3, 1, [1, 1, 1]],
    [250, 100, [100, 100, 50]],
  ])('of %i rows at %i have the lengths %j', async (rows, chunkSize, expected) => {
    await using kysely = shop.open<Series>()
    await expect(chunkLengths(kysely, rows, chunkSize)).resolves.toEqual(expected)
  })

  test('have 100 rows unless the caller says otherwise', async () => {
    const seen: number[] = []
    await using kysely = shop.open<Series>()
    await kysely.db.connection().execute(async (db) => {
      const connection = (await db.getExecutor().provideConnection(async (one) => one)) as PgwireConnection
      const streamQuery = connection.streamQuery.bind(connection)
      connection.streamQuery = (query, chunkSize, options) => {
        seen.push(chunkSize)
        return streamQuery(query, chunkSize, options) as never
      }
      for await (const _ of series({ ...kysely, db }, 250).stream()) void _
      for await (const _ of series({ ...kysely, db }, 250).stream(7)) void _
    })
    expect(seen).toEqual([100, 7])
  })

  test.each([0, -1, 1.5, Number.NaN])('of %d rows are refused, and the connection is given back', async (chunkSize) => {
    await using kysely = shop.open<Series>({ pool: { max: 1 } })
    await expect(series(kysely, 5).stream(chunkSize).next()).rejects.toThrow(UsageError)
    await expect(sql`select 1 as one`.execute(kysely.db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
  })
})

describe('results that the caller keeps', () => {
  const expected = [
    [1, 2, 3, 4],
    [5, 6, 7, 8],
    [9, 10],
  ].map((chunk) => chunk.map((i) => ({ i })))

  test('of an executor’s stream have their rows at its end', async () => {
    await using kysely = shop.open<Series>()
    const results: { rows: unknown[] }[] = []
    const query = series(kysely, 10).compile()
    for await (const result of kysely.db.getExecutor().stream(query, 4)) results.push(result)
    expect(results.map((result) => result.rows)).toEqual(expected)
  })

  test.each([[undefined], [{}]])('of a connection’s stream with the options %j have them too', async (options) => {
    await using kysely = shop.open<Series>()
    const query = CompiledQuery.raw('select i from generate_series(1, 10) i')
    const results: { rows: unknown[] }[] = []
    await kysely.db.getExecutor().provideConnection(async (connection) => {
      for await (const result of connection.streamQuery(query, 4, options)) results.push(result)
    })
    expect(results.map((result) => result.rows)).toEqual(expected)
  })

  test('are let go of when there is a signal, since Kysely then keeps them all; their rows are not', async () => {
    await using kysely = shop.open<Series>()
    const query = CompiledQuery.raw('select i from generate_series(1, 10) i')
    const results: { rows: unknown[] }[] = []
    const rows: unknown[][] = []
    await kysely.db.getExecutor().provideConnection(async (connection) => {
      const { signal } = new AbortController()
      for await (const result of connection.streamQuery(query, 4, { signal })) {
        results.push(result)
        rows.push(result.rows)
      }
    })
    expect(results.map((result) => result.rows)).toEqual([[], [], []])
    expect(rows).toEqual(expected)
  })
})

describe('rows', () => {
  test('arrive in order and all of them', async () => {
    await using kysely = shop.open<Series>()
    const seen: number[] = []
    for await (const { i } of series(kysely, 1_234).stream(50)) seen.push(i)
    expect(seen).toEqual(Array.from({ length: 1_234 }, (_, index) => index + 1))
  })

  test('of insert … returning are streamed, and the insert is committed', async () => {
    await using kysely = shop.open()
    const ids: number[] = []
    const people = Array.from({ length: 25 }, (_, index) => ({ name: `P${index}` }))
    for await (const { id } of kysely.db.insertInto('person').values(people).returning('id').stream(10)) ids.push(id)
    expect(ids).toHaveLength(25)
    await expect(shop.query(`select 1 from person where name like 'P%'`)).resolves.toHaveLength(25)
  })

  test('of update and delete … returning are streamed', async () => {
    await using kysely = shop.open()
    const updated: unknown[] = []
    for await (const row of kysely.db.updateTable('person').set({ age: 1 }).returning('name').stream(1))
      updated.push(row)
    expect(updated).toHaveLength(3)
    const deleted: unknown[] = []
    for await (const row of kysely.db.deleteFrom('pet').returning('name').stream(1)) deleted.push(row)
    expect(deleted).toEqual([{ name: 'Tom' }, { name: 'Rex' }])
    await expect(shop.query('select 1 from pet')).resolves.toEqual([])
  })

  test('are streamed inside a transaction, which goes on afterwards', async () => {
    await using kysely = shop.open({ pool: { max: 1 } })
    const names = await kysely.db.transaction().execute(async (trx) => {
      await trx.insertInto('person').values({ name: 'Dan' }).execute()
      const seen: string[] = []
      for await (const { name } of trx.selectFrom('person').select('name').orderBy('id').stream(1)) {
        seen.push(name)
        if (seen.length === 2) break
      }
      await trx.insertInto('person').values({ name: 'Eve' }).execute()
      return seen
    })
    expect(names).toEqual(['Ann', 'Bob'])
    await expect(shop.query('select 1 from person')).resolves.toHaveLength(5)
  })
})

describe('leaving early', () => {
  test('22 times on a pool of 20 leaves all connections usable', async () => {
    await using kysely = shop.open<Series>({ pool: { max: 20 } })
    for (let round = 0; round < 22; round++) {
      for await (const { i } of series(kysely, 10_000).stream(10)) if (i === 5) break
    }
    await expect(series(kysely, 3).execute()).resolves.toHaveLength(3)
  })

  test('by break 22 times at once on a pool of 1 leaves it usable', async () => {
    await using kysely = shop.open<Series>({ pool: { max: 1 } })
    const breaking = Array.from({ length: 22 }, async () => {
      for await (const { i } of series(kysely, 10_000).stream(10)) if (i === 15) break
    })
    await Promise.all(breaking)
    await expect(series(kysely, 3).execute()).resolves.toHaveLength(3)
    await expect(shop.backends()).resolves.toHaveLength(1)
  })

  test('by throw passes the error on and leaves the connection usable', async () => {
    await using kysely = shop.open<Series>({ pool: { max: 1 } })
    const failing = (async () => {
      for await (const { i } of series(kysely, 10_000).stream(10)) if (i === 15) throw new Error('enough')
    })()
    await expect(failing).rejects.toThrow('enough')
    await expect(series(kysely, 3).execute()).resolves.toHaveLength(3)
    await expect(shop.backends()).resolves.toHaveLength(1)
  })

  test('by return, before and after the first row, leaves the connection usable', async () => {
    await using kysely = shop.open<Series>({ pool: { max: 1 } })
    const unused = series(kysely, 100).stream(10)
    await unused.return?.(undefined)
    const used = series(kysely, 100).stream(10)
    await expect(used.next()).resolves.toEqual({ done: false, value: { i: 1 } })
    await expect(used.return?.(undefined)).resolves.toEqual({ done: true, value: undefined })
    await expect(used.next()).resolves.toEqual({ done: true, value: undefined })
    await expect(series(kysely, 3).execute()).resolves.toHaveLength(3)
    await expect(shop.backends()).resolves.toHaveLength(1)
  })

  test('does not undo what an insert … returning has inserted', async () => {
    await using kysely = shop.open({ pool: { max: 1 } })
    const people = Array.from({ length: 25 }, (_, index) => ({ name: `P${index}` }))
    for await (const _ of kysely.db.insertInto('person').values(people).returning('id').stream(10)) break
    await sql`select 1`.execute(kysely.db)
    await expect(shop.query(`select 1 from person where name like 'P%'`)).resolves.toHaveLength(25)
  })
})

describe('prefetching', () => {
  test('the second batch arrives while the first is being used, and the third does not', async () => {
    await using proxy = await faultProxy(shop.server)
    await using kysely = shop.open<Series>({ url: proxy.through(shop.url), pool: { max: 1 } })
    let suspensions = 0
    const count = (): void => void proxy.after('s', 1, () => suspensions++).then(count)
    count()
    const second = proxy.after('s', 2)
    await kysely.db.getExecutor().provideConnection(async (connection) => {
      const stream = connection.streamQuery(CompiledQuery.raw('select * from generate_series(1, 100)'), 10)
      await stream.next()
      await second
      // A round trip of another connection through the same proxy: time enough for a third batch, had it been asked for.
      await using other = shop.open({ url: proxy.through(shop.url) })
      await sql`select 1`.execute(other.db)
      expect(suspensions).toBe(2)
      await stream.next()
      await expect.poll(() => suspensions).toBe(3)
      await stream.return?.()
    })
  })

  test('nothing is sent before the first row is asked for', async () => {
    await using kysely = shop.open<Series>({ pool: { max: 1 } })
    const { pool } = kysely.db.getExecutor().adapter as PgwireAdapter
    const stream = series(kysely, 10).stream()
    await new Promise(setImmediate)
    expect(pool.stats).toMatchObject({ size: 0, connecting: 0, waiting: 0 })
    await stream.return?.(undefined)
  })
})

describe('errors', () => {
  test('before the first row reject the first next, with a stack that ends in the caller’s file', async () => {
    await using kysely = shop.open()
    const { stack = '' } = await errorFrom(async function callerOfTheStream() {
      for await (const _ of kysely.db
        .selectFrom('nowhere' as 'person')
        .selectAll()
        .stream())
        void _
    })
    expect(stack).toMatch(/^UndefinedTableError: relation "nowhere" does not exist/)
    expect(stack.trimEnd().split('\n').at(-1)).toContain(thisFile)
    expect(stack).toContain('callerOfTheStream')
  })

  test('after some rows reject the next that meets them, with a stack that ends in the caller’s file', async () => {
    await using kysely = shop.open({ pool: { max: 1 } })
    let rows = 0
    const { stack = '' } = await errorFrom(async function callerOfTheStream() {
      const failing = kysely.db.selectFrom(
        sql<{ q: number }>`(select 1 / (15 - i) as q from generate_series(1, 30) i)`.as('s'),
      )
      for await (const _ of failing.select('q').stream(10)) rows++
    })
    expect(rows).toBe(10)
    expect(stack).toMatch(/^DivisionByZeroError: division by zero/)
    expect(stack.trimEnd().split('\n').at(-1)).toContain(thisFile)
    await expect(sql`select 1 as one`.execute(kysely.db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
  })

  test('of a stream with a signal have such a stack too', async () => {
    await using kysely = shop.open()
    const { signal } = new AbortController()
    const { stack = '' } = await errorFrom(async function callerOfTheStream() {
      const stream = kysely.db
        .selectFrom('nowhere' as 'person')
        .selectAll()
        .stream({ signal })
      for await (const _ of stream) void _
    })
    expect(stack.trimEnd().split('\n').at(-1)).toContain(thisFile)
  })

  test('of a connection that is killed reject once, and the next query works', async () => {
    await using kysely = shop.open<Series>({ pool: { max: 1 } })
    const stream = series(kysely, 100_000).stream(10)
    await stream.next()
    await shop.server.terminate(...(await shop.backends()))
    const failing = (async () => {
      for await (const _ of stream) void _
    })()
    await expect(failing).rejects.toMatchObject({ code: expect.stringMatching(/^(57P01|PGWIRE_CONNECTION_LOST)$/) })
    await expect(stream.next()).resolves.toEqual({ done: true, value: undefined })
    await expect(series(kysely, 3).execute()).resolves.toHaveLength(3)
  })
})

describe('a query on a connection with an open stream', () => {
  const everything = CompiledQuery.raw('select * from generate_series(1, 1000)')
  const one = CompiledQuery.raw('select 1 as one')

  test('is refused instead of waiting for ever, and served once the loop is left', async () => {
    await using kysely = shop.open({ pool: { max: 1 } })
    await kysely.db.getExecutor().provideConnection(async (connection) => {
      for await (const _ of connection.streamQuery(everything, 10)) {
        await expect(connection.executeQuery(one)).rejects.toThrow(UsageError)
        await expect(connection.streamQuery(one, 10).next()).rejects.toThrow(UsageError)
        break
      }
      await expect(connection.executeQuery(one)).resolves.toMatchObject({ rows: [{ one: 1 }] })
    })
  })

  test('that was given back without its end costs only that connection', async () => {
    await using kysely = shop.open({ pool: { max: 1 } })
    const stream = await kysely.db.getExecutor().provideConnection(async (connection) => {
      const abandoned = connection.streamQuery(everything, 10)
      await abandoned.next()
      return abandoned
    })
    await expect(sql`select 1 as one`.execute(kysely.db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
    const rest = (async () => {
      for await (const _ of { [Symbol.asyncIterator]: () => stream }) void _
    })()
    await expect(rest).rejects.toMatchObject({ code: 'PGWIRE_CONNECTION_CLOSED' })
  })

  test('that a transaction leaves behind ends the transaction with the error of its callback', async () => {
    await using kysely = shop.open({ pool: { max: 1 } })
    const transaction = kysely.db.transaction().execute(async (trx) => {
      const abandoned = trx.selectFrom('person').selectAll().stream(1)
      await abandoned.next()
      throw new Error('mine')
    })
    await expect(transaction).rejects.toThrow('mine')
    await expect(sql`select 1 as one`.execute(kysely.db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
  })
})
