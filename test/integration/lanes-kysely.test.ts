import { type Kysely, sql } from 'kysely'
import { batch, connect, executeMany, type PgwireAdapter, pipeline, type Pool } from 'kysely-pgwire'
import { beforeEach, expect, test } from 'vitest'

import { type PetShop, petShop } from './kysely-fixture.ts'
import { prove } from './lanes-fixture.ts'

const shop = petShop()
beforeEach(() => shop.refill())

const poolOf = (db: Kysely<PetShop>): Pool => (db.getExecutor().adapter as PgwireAdapter).pool

const person = (db: Kysely<PetShop>, id: number) => db.selectFrom('person').select('name').where('id', '=', id)
const birthday = (db: Kysely<PetShop>, id: number) => db.updateTable('person').set({ age: 31 }).where('id', '=', id)

/** Lets the pool of one connection learn that what a builder makes is short, and the other statements. */
async function proveBuilders(db: Kysely<PetShop>, ...others: readonly string[]): Promise<Pool> {
  const first = await person(db, 1).execute()
  expect(first).toEqual([{ name: 'Ann' }])
  const pool = poolOf(db)
  const built = [person(db, 1), birthday(db, 1)].map((query) => query.compile())
  const statements = [...built, ...others.map((text) => ({ sql: text, parameters: [] }))]
  const runs = statements.map(
    ({ sql: text, parameters }) =>
      (signal?: AbortSignal) =>
        pool.query(text, parameters, { signal }),
  )
  await prove(pool, 1, ...runs)
  return pool
}

/** Runs `use` while a statement on the only connection of the pool waits for a lock: others may get on still. */
async function besideStuckRead(db: Kysely<PetShop>, use: (pool: Pool) => Promise<void>): Promise<void> {
  const read = 'select name from pet'
  const pool = await proveBuilders(db, read)
  await using admin = await connect(shop.url)
  await admin.execute('begin; lock table pet in access exclusive mode')
  const stuck = pool.query(read)
  try {
    await use(pool)
  } finally {
    await admin.execute('commit')
    await stuck
  }
}

test('single queries of a builder share the only connection', async () => {
  await using kysely = shop.open({ pool: { max: 1, acquireTimeoutMs: 0 } })
  const { db } = kysely
  let queries: Promise<unknown>[] = []
  await besideStuckRead(db, async (pool) => {
    queries = [person(db, 1).execute(), person(db, 2).executeTakeFirst(), birthday(db, 3).execute()]
    await new Promise(setImmediate)
    expect(pool.stats).toMatchObject({ size: 1, busy: 1, waiting: 0 })
  })
  await expect(Promise.all(queries)).resolves.toMatchObject([
    [{ name: 'Ann' }],
    { name: 'Bob' },
    [{ numUpdatedRows: 1n }],
  ])
})

let dees = 0

const aloneOnes: Record<string, (db: Kysely<PetShop>) => Promise<unknown>> = {
  'a raw query': (db) => sql`select name from person where id = 1`.execute(db),
  'a transaction': (db) => db.transaction().execute((trx) => person(trx, 1).execute()),
  'a controlled transaction': async (db) => (await db.startTransaction().execute()).rollback().execute(),
  'a stream': async (db) => {
    for await (const _ of person(db, 1).stream()) break
  },
  'a batch': (db) => batch(db, [person(db, 1), person(db, 2)]),
  'a pipeline': (db) => pipeline(db, [person(db, 1), person(db, 2)]),
  executeMany: (db) =>
    executeMany(db, (p) => db.insertInto('person').values({ name: p('name'), age: null }), [{ name: `Dee ${++dees}` }]),
  'an explanation': (db) => person(db, 1).explain(),
  'a function of the session': (db) => db.selectNoFrom(sql`current_setting('TimeZone')`.as('tz')).execute(),
  'a schema builder': (db) =>
    db.schema.createTable('made').ifNotExists().temporary().addColumn('a', 'integer').execute(),
  'a query that may be cancelled on the server': (db) =>
    person(db, 1).execute({ signal: new AbortController().signal, inflightQueryAbortStrategy: 'cancel query' }),
}

test.each(Object.entries(aloneOnes))('%s has a connection alone', async (_name, run) => {
  await using kysely = shop.open({ pool: { max: 1, acquireTimeoutMs: 0 } })
  // However often it was run, and was quick.
  for (let time = 0; time < 6; time++) await run(kysely.db)
  let running: Promise<unknown> = Promise.resolve()
  await besideStuckRead(kysely.db, async (pool) => {
    running = run(kysely.db)
    await expect.poll(() => pool.stats.waiting).toBe(1)
  })
  await running
})

test('the second query on one connection has it alone, and those behind it stay there', async () => {
  await using kysely = shop.open({ pool: { max: 2, acquireTimeoutMs: 0 } })
  const { db } = kysely
  const pids = await db.connection().execute(async (one) => {
    await person(one, 1).execute()
    const pid = async () => (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(one)).rows[0]?.pid
    return [await pid(), await pid(), (await person(one, 1).execute(), await pid())]
  })
  expect(new Set(pids).size).toBe(1)
})

test('hooks see each connection before anything runs on it, and nothing is shared then', async () => {
  const reserved: string[] = []
  await using kysely = shop.open({
    pool: { max: 1, acquireTimeoutMs: 0 },
    onReserveConnection: async (connection) => {
      reserved.push('reserved')
      await connection.executeQuery(sql`set application_name = 'hooked'`.compile(kysely.db))
    },
  })
  const { db } = kysely
  for (let run = 0; run < 10; run++) await person(db, 1).execute()
  reserved.length = 0
  await Promise.all(Array.from({ length: 20 }, () => person(db, 1).execute()))
  expect(reserved).toHaveLength(20)
})

test('an error of one query of a builder is its own', async () => {
  await using kysely = shop.open({ pool: { max: 1, acquireTimeoutMs: 0 } })
  const { db } = kysely
  await proveBuilders(db)
  const grow = (id: number, age: number) => db.updateTable('person').set({ age }).where('id', '=', id).execute()
  for (let run = 0; run < 5; run++) await grow(1, 30)
  const results = await Promise.allSettled([
    ...Array.from({ length: 10 }, (_, n) => person(db, (n % 3) + 1).executeTakeFirstOrThrow()),
    grow(1, -1),
    ...Array.from({ length: 10 }, (_, n) => person(db, (n % 3) + 1).executeTakeFirstOrThrow()),
    grow(2, 41),
  ])
  const refused = results.filter(({ status }) => status === 'rejected')
  expect(refused).toMatchObject([{ reason: { code: '23514' } }])
  expect(results[10]).toBe(refused[0])
  await expect(db.selectFrom('person').select('age').orderBy('id').execute()).resolves.toEqual([
    { age: 30 },
    { age: 41 },
    { age: null },
  ])
})

test('a query that is aborted while it waits to share is not sent', async () => {
  await using kysely = shop.open({ pool: { max: 1, acquireTimeoutMs: 0 } })
  const { db } = kysely
  const pool = await proveBuilders(db)
  const held = await pool.acquire()
  const controller = new AbortController()
  const aborted = db.updateTable('person').set({ age: 99 }).where('id', '=', 1).execute({ signal: controller.signal })
  const other = person(db, 1).execute()
  await expect.poll(() => pool.stats.waiting).toBe(2)
  controller.abort()
  await expect(aborted).rejects.toMatchObject({ name: 'AbortError' })
  expect(pool.stats.waiting).toBe(1)
  held.release()
  await other
  await expect(shop.query('select age from person where id = 1')).resolves.not.toEqual([{ age: 99 }])
})
test('what a single connection does first is in the session that it does the rest in', async () => {
  await using kysely = shop.open({ pool: { max: 3, acquireTimeoutMs: 0 } })
  const { db } = kysely
  const adopt = (name: string) =>
    db.connection().execute(async (one) => {
      const { id } = await one.insertInto('person').values({ name, age: 1 }).returning('id').executeTakeFirstOrThrow()
      const { rows } = await sql<{ last: number }>`select lastval()::int4 as last`.execute(one)
      return { id, last: rows[0]?.last }
    })
  for (let run = 0; run < 10; run++) await adopt(`first ${run}`)
  const adopted = await Promise.all(Array.from({ length: 30 }, (_, n) => adopt(`n ${n}`)))
  for (const { id, last } of adopted) expect(last).toBe(id)
})
