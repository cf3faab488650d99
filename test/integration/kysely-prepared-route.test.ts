/** A prepared query of Kysely's soon goes straight to the pool. Where that would be another thing, it does not. */
import { Kysely, type KyselyPlugin, sql } from 'kysely'
import { PgwireDialect, type PgwireDialectConfig, PoolClosedError, prepare } from 'kysely-pgwire'
import { beforeEach, expect, test } from 'vitest'

import { type PetShop, petShop } from './kysely-fixture.ts'

const shop = petShop()

beforeEach(() => shop.refill())

const RUNS = 6

/** Without a log: what Kysely logs takes Kysely's way. */
const open = (config: PgwireDialectConfig = {}): Kysely<PetShop> =>
  new Kysely<PetShop>({ dialect: new PgwireDialect({ connection: shop.url, ...config }) })

const nameById = (db: Kysely<PetShop>) =>
  prepare(db, (p) => db.selectFrom('person').select('name').where('id', '=', p('id')))

const backend = (db: Kysely<PetShop>) => prepare(db, () => db.selectNoFrom(sql<number>`pg_backend_pid()`.as('pid')))

test('gives the same each time', async () => {
  await using db = open()
  const query = nameById(db)
  for (let run = 0; run < RUNS; run++) expect(await query.execute({ id: 1 })).toEqual([{ name: 'Ann' }])
  await expect(Promise.all([1, 2, 3].map((id) => query.executeTakeFirst({ id })))).resolves.toEqual([
    { name: 'Ann' },
    { name: 'Bob' },
    { name: 'Cid' },
  ])
})

test('is logged each time where Kysely logs', async () => {
  await using kysely = shop.open()
  const query = nameById(kysely.db)
  for (let run = 0; run < RUNS; run++) await query.execute({ id: 1 })
  expect(kysely.log.map((entry) => entry.sql)).toEqual(
    Array<string>(RUNS).fill('select "name" from "person" where "id" = $1'),
  )
})

test('is seen by plugins each time', async () => {
  await using db = open()
  const seen: unknown[] = []
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      seen.push(result.rows)
      return { ...result, rows: result.rows.map((row) => ({ ...row, seen: true })) }
    },
  }
  const query = nameById(db.withPlugin(plugin))
  for (let run = 0; run < RUNS; run++) expect(await query.execute({ id: 1 })).toEqual([{ name: 'Ann', seen: true }])
  expect(seen).toHaveLength(RUNS)
})

test('stays on the connection of db.connection()', async () => {
  await using db = open({ pool: { max: 3 } })
  await db.connection().execute(async (one) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(one)
    // Another connection is the one that an idle pool would give first.
    await Promise.all([sql`select pg_sleep(0.01)`.execute(db), sql`select pg_sleep(0.01)`.execute(db)])
    const query = backend(one)
    for (let run = 0; run < RUNS; run++) expect(await query.execute({})).toEqual(rows)
  })
})

test('stays on the connection of db.connection() when it is the first that uses it', async () => {
  await using db = open({ pool: { max: 3 } })
  await Promise.all([1, 2, 3].map(() => sql`select pg_sleep(0.01)`.execute(db)))
  await db.connection().execute(async (one) => {
    const query = backend(one)
    const pids = new Set<unknown>()
    for (let run = 0; run < RUNS; run++) {
      pids.add((await query.executeTakeFirst({}))?.pid)
      // Whoever came to the pool now would get another one.
      await sql`select 1`.execute(db)
    }
    expect(pids.size).toBe(1)
  })
})

test('is a part of its transaction each time', async () => {
  await using db = open({ pool: { max: 3 } })
  const onPool = nameById(db)
  for (let run = 0; run < RUNS; run++) await onPool.execute({ id: 1 })
  await db.transaction().execute(async (trx) => {
    await trx.updateTable('person').set({ name: 'Zoe' }).where('id', '=', 1).execute()
    for (const query of [nameById(trx), onPool.using(trx)]) {
      for (let run = 0; run < RUNS; run++) expect(await query.execute({ id: 1 })).toEqual([{ name: 'Zoe' }])
    }
    expect(await onPool.execute({ id: 1 })).toEqual([{ name: 'Ann' }])
  })
})

test('runs the hooks each time', async () => {
  const reserved: unknown[] = []
  await using db = open({ onReserveConnection: async (connection) => void reserved.push(connection) })
  const query = nameById(db)
  for (let run = 0; run < RUNS; run++) await query.execute({ id: 1 })
  expect(reserved).toHaveLength(RUNS)
})

test('rejects behind the end of its Kysely', async () => {
  const db = open()
  const query = nameById(db)
  for (let run = 0; run < RUNS; run++) await query.execute({ id: 1 })
  await db.destroy()
  await expect(query.execute({ id: 1 })).rejects.toThrow(PoolClosedError)
})
