import { sql } from 'kysely'
import { connect } from 'kysely-pgwire'
import { expect, test } from 'vitest'

import { petShop } from './kysely-fixture.ts'

const shop = petShop()

test('destroy waits for a query that runs', async () => {
  const { db } = shop.open()
  const ended: string[] = []
  const holder = await connect(shop.url)
  await holder.query('select pg_advisory_lock(1)')
  const query = sql`select pg_advisory_xact_lock(1) /* outlives destroy */`.execute(db).then(() => ended.push('query'))
  await expect.poll(() => shop.running('outlives destroy')).toHaveLength(1)
  const destroyed = db.destroy().then(() => ended.push('destroy'))
  await holder.close()
  await Promise.all([query, destroyed])
  expect(ended).toEqual(['query', 'destroy'])
  await expect.poll(() => shop.backends()).toEqual([])
})

test('destroy waits for a transaction, which can go on and commit', async () => {
  await shop.refill()
  const { db } = shop.open()
  let destroyed: Promise<void> | undefined
  await db.transaction().execute(async (trx) => {
    await trx.insertInto('person').values({ name: 'Dan' }).execute()
    destroyed = db.destroy()
    await trx.insertInto('person').values({ name: 'Eve' }).execute()
  })
  await destroyed
  await expect(shop.query('select 1 from person')).resolves.toHaveLength(5)
  await expect.poll(() => shop.backends()).toEqual([])
})

test('destroy serves a query that waits for a connection', async () => {
  const { db } = shop.open({ pool: { max: 1 } })
  await using holder = await connect(shop.url)
  await holder.query('select pg_advisory_lock(1)')
  const running = sql`select pg_advisory_xact_lock(1) /* before the waiting */`.execute(db)
  await expect.poll(() => shop.running('before the waiting')).toHaveLength(1)
  const waiting = sql`select 1 as one`.execute(db)
  // The waiting query has reached the pool when a second one, started later, has failed behind a destroy.
  await Promise.resolve()
  const destroyed = db.destroy()
  await holder.close()
  const [, result] = await Promise.all([running, waiting, destroyed])
  expect(result.rows).toEqual([{ one: 1 }])
})

test('a query after destroy is refused', async () => {
  const { db } = shop.open()
  await sql`select 1`.execute(db)
  await db.destroy()
  await expect(sql`select 1`.execute(db)).rejects.toThrow('driver has already been destroyed')
})

test('a query that is started right before destroy settles', async () => {
  for (let attempt = 0; attempt < 20; attempt++) {
    const { db } = shop.open({ pool: { max: 1 } })
    const started = Promise.allSettled([sql`select 1`.execute(db), sql`select 2`.execute(db)])
    for (let tick = 0; tick < attempt; tick++) await Promise.resolve()
    await db.destroy()
    expect(await started).toHaveLength(2)
    await expect.poll(() => shop.backends()).toEqual([])
  }
})

test('destroy twice is the same as once', async () => {
  const { db } = shop.open()
  await sql`select 1`.execute(db)
  await Promise.all([db.destroy(), db.destroy()])
  await db.destroy()
  await expect.poll(() => shop.backends()).toEqual([])
})

test('destroy before the first use does nothing, and the first use still works', async () => {
  const { db } = shop.open()
  await db.destroy()
  await expect(sql`select 1 as one`.execute(db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
  await db.destroy()
  await expect.poll(() => shop.backends()).toEqual([])
})

test('await using destroys', async () => {
  {
    await using kysely = shop.open()
    await using db = kysely.db
    await sql`select 1`.execute(db)
    await expect(shop.backends()).resolves.toHaveLength(1)
  }
  await expect.poll(() => shop.backends()).toEqual([])
})

test('destroy resolves although the server is gone', async () => {
  const { db } = shop.open({ pool: { max: 2 } })
  await Promise.all([sql`select 1`.execute(db), sql`select 2`.execute(db)])
  await shop.server.terminate(...(await shop.backends()))
  await db.destroy()
})

test('nothing is opened before the first query', async () => {
  await using kysely = shop.open({ pool: { min: 3 } })
  kysely.db.selectFrom('person').selectAll().compile()
  await expect(shop.backends()).resolves.toEqual([])
  await sql`select 1`.execute(kysely.db)
  await expect.poll(() => shop.backends()).toHaveLength(3)
})
