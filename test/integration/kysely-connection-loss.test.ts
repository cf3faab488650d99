import { sql } from 'kysely'
import type { Connection, PgwireConnection } from 'kysely-pgwire'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { type OpenKysely, type OpenOptions, petShop } from './kysely-fixture.ts'

const shop = petShop()
const SLEEP_SECONDS = 15
const uncaught: unknown[] = []
const connections: Connection[] = []
const note = (error: unknown): void => void uncaught.push(error)

beforeEach(async () => {
  uncaught.length = 0
  connections.length = 0
  process.on('uncaughtException', note)
  process.on('unhandledRejection', note)
  await shop.refill()
})

afterEach(async () => {
  // A rejection counts as unhandled once the promise jobs of its turn are done.
  await new Promise(setImmediate)
  process.off('uncaughtException', note)
  process.off('unhandledRejection', note)
  expect(uncaught).toEqual([])
})

const open = (options: OpenOptions): OpenKysely =>
  shop.open({
    ...options,
    onCreateConnection: async (created) => void connections.push((created as PgwireConnection).connection),
  })

/** Resolves when the driver knows it, too: what was sent before that would fail with what the server has said last. */
async function killAll(): Promise<void> {
  const pids = await shop.backends()
  await shop.server.terminate(...pids)
  const killed = connections.filter(({ processId }) => pids.includes(processId))
  await expect.poll(() => killed.every(({ closed }) => closed)).toBe(true)
}

const one = sql<{ one: number }>`select 1 as one`
const ONE = { rows: [{ one: 1 }] }

test('a connection killed during a query: one error, and the next query works', async () => {
  await using kysely = open({ pool: { max: 1 } })
  const query = sql.raw(`select pg_sleep(${SLEEP_SECONDS}) /* killed */`).execute(kysely.db)
  const rejected = expect(query).rejects.toMatchObject({ code: '57P01', severity: 'FATAL' })
  await expect.poll(() => shop.running('killed'), { interval: 5 }).toHaveLength(1)
  await killAll()
  await rejected
  await expect(one.execute(kysely.db)).resolves.toMatchObject(ONE)
})

test('a connection killed between two statements of a transaction: the next statement rejects, the pool goes on', async () => {
  await using kysely = open({ pool: { max: 1 } })
  const transaction = kysely.db.transaction().execute(async (trx) => {
    await trx.insertInto('person').values({ name: 'Dan' }).execute()
    await killAll()
    await trx.insertInto('person').values({ name: 'Eve' }).execute()
  })
  await expect(transaction).rejects.toMatchObject({
    code: 'PGWIRE_CONNECTION_LOST',
    outcome: expect.stringMatching(/not-sent|unknown/),
  })
  await expect(one.execute(kysely.db)).resolves.toMatchObject(ONE)
  await expect(shop.query('select 1 from person')).resolves.toHaveLength(3)
})

test('a connection killed before the callback throws: the caller sees the error of the callback', async () => {
  await using kysely = open({ pool: { max: 1 } })
  const transaction = kysely.db.transaction().execute(async (trx) => {
    await trx.insertInto('person').values({ name: 'Dan' }).execute()
    await killAll()
    throw new Error('mine')
  })
  await expect(transaction).rejects.toThrow('mine')
  await expect(one.execute(kysely.db)).resolves.toMatchObject(ONE)
})

test('a connection killed before the commit: the commit rejects', async () => {
  await using kysely = open({ pool: { max: 1 } })
  const transaction = kysely.db.transaction().execute(async (trx) => {
    await trx.insertInto('person').values({ name: 'Dan' }).execute()
    await killAll()
  })
  await expect(transaction).rejects.toMatchObject({ code: 'PGWIRE_CONNECTION_LOST' })
  await expect(one.execute(kysely.db)).resolves.toMatchObject(ONE)
})

test('a controlled transaction whose connection was killed can be rolled back, and the pool goes on', async () => {
  await using kysely = open({ pool: { max: 1 } })
  const trx = await kysely.db.startTransaction().execute()
  await killAll()
  await expect(one.execute(trx)).rejects.toMatchObject({ code: 'PGWIRE_CONNECTION_LOST' })
  await trx.rollback().execute()
  await expect(one.execute(kysely.db)).resolves.toMatchObject(ONE)
})

test('idle connections killed: the next queries work', async () => {
  await using kysely = open({ pool: { max: 5 } })
  const all = () => Promise.all(Array.from({ length: 5 }, () => sql`select pg_sleep(0.05)`.execute(kysely.db)))
  await all()
  // Those for which nobody waited any more may have come later.
  await expect.poll(() => connections.length).toBe(5)
  await expect.poll(() => shop.backends()).toHaveLength(5)
  await killAll()
  await expect
    .poll(() => (kysely.db.getExecutor().adapter as never as { pool: { stats: object } }).pool.stats)
    .toMatchObject({ size: 0 })
  await all()
  await expect(one.execute(kysely.db)).resolves.toMatchObject(ONE)
})

test('20 queries in flight on 5 connections that are all killed: each settles, and the pool recovers', async () => {
  await using kysely = open({ pool: { max: 5 } })
  const queries = Array.from({ length: 20 }, (_, index) =>
    sql.raw(`select pg_sleep(${index < 5 ? SLEEP_SECONDS : 0}) /* many */`).execute(kysely.db),
  )
  const settled = Promise.allSettled(queries)
  await expect.poll(() => shop.running('many'), { interval: 5 }).toHaveLength(5)
  await killAll()
  const results = await settled
  expect(results.map((result) => result.status)).toEqual(
    Array.from({ length: 20 }, (_, index) => (index < 5 ? 'rejected' : 'fulfilled')),
  )
  await expect(one.execute(kysely.db)).resolves.toMatchObject(ONE)
})

test('a transaction left open by a raw begin is rolled back when its connection is released', async () => {
  await using kysely = open({ pool: { max: 1 } })
  await kysely.db.connection().execute(async (db) => {
    await sql`begin`.execute(db)
    await db.insertInto('person').values({ name: 'Dan' }).execute()
  })
  await expect(sql`select pg_current_xact_id_if_assigned() as xid`.execute(kysely.db)).resolves.toMatchObject({
    rows: [{ xid: null }],
  })
  await expect(shop.query(`select 1 from person where name = 'Dan'`)).resolves.toEqual([])
  await expect(
    shop.query(`select 1 from pg_stat_activity where state like 'idle in%' and datname = current_database()`),
  ).resolves.toEqual([])
})

test('a failed transaction left open is rolled back when its connection is released', async () => {
  await using kysely = open({ pool: { max: 1 } })
  await kysely.db.connection().execute(async (db) => {
    await sql`begin`.execute(db)
    await sql`select 1 / 0`.execute(db).catch(() => {})
  })
  await expect(one.execute(kysely.db)).resolves.toMatchObject(ONE)
})
