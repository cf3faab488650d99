import { CompiledQuery, Kysely, PostgresAdapter, sql } from 'kysely'
import {
  ConfigError,
  type Connection,
  createPool,
  PgwireAdapter,
  PgwireConnection,
  PgwireDialect,
  UsageError,
} from 'kysely-pgwire'
import { expect, test } from 'vitest'

import { petShop } from './kysely-fixture.ts'

const shop = petShop()

test('the adapter is a PgwireAdapter and a PostgresAdapter', async () => {
  await using kysely = shop.open()
  const { adapter } = kysely.db.getExecutor()
  expect(adapter).toBeInstanceOf(PgwireAdapter)
  expect(adapter).toBeInstanceOf(PostgresAdapter)
  expect(adapter).toMatchObject({
    supportsReturning: true,
    supportsTransactionalDdl: true,
    supportsCreateIfNotExists: true,
  })
})

test('the adapter of a Kysely, a transaction and a connection leads to the one pool', async () => {
  await using kysely = shop.open({ pool: { max: 3 } })
  const poolOf = (db: Kysely<never>) => (db.getExecutor().adapter as PgwireAdapter).pool
  const pool = poolOf(kysely.db as never)
  await sql`select 1`.execute(kysely.db)
  expect(pool.stats).toEqual({ size: 1, idle: 1, busy: 0, connecting: 0, waiting: 0 })
  await kysely.db.transaction().execute(async (trx) => expect(poolOf(trx as never)).toBe(pool))
  await kysely.db.connection().execute(async (one) => expect(poolOf(one as never)).toBe(pool))
  const trx = await kysely.db.startTransaction().execute()
  expect(poolOf(trx as never)).toBe(pool)
  await trx.rollback().execute()
  expect(poolOf(kysely.db.withSchema('x') as never)).toBe(pool)
})

test('a pool that was given is the pool, and destroy closes it', async () => {
  await using pool = createPool({ connection: shop.url, max: 2 })
  const db = new Kysely({ dialect: new PgwireDialect({ pool }) })
  expect((db.getExecutor().adapter as PgwireAdapter).pool).toBe(pool)
  await sql`select 1`.execute(db)
  expect(pool.stats.size).toBe(1)
  await db.destroy()
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'PGWIRE_POOL_CLOSED' })
})

test('a pool that is given beside a connection is refused, since it has its own', async () => {
  await using pool = createPool({ connection: shop.url })
  await using db = new Kysely({ dialect: new PgwireDialect({ pool, connection: shop.url }) })
  await expect(sql`select 1`.execute(db)).rejects.toThrow(ConfigError)
})

test('two Kyselys of one dialect have a pool each', async () => {
  const dialect = new PgwireDialect({ connection: shop.url })
  await using one = new Kysely({ dialect })
  await using two = new Kysely({ dialect })
  expect((one.getExecutor().adapter as PgwireAdapter).pool).not.toBe((two.getExecutor().adapter as PgwireAdapter).pool)
})

test('a connection gives the driver’s own, from when it is bound on', async () => {
  await using kysely = shop.open({ pool: { max: 1 } })
  const seen = new Set<unknown>()
  for (let round = 0; round < 5; round++) {
    await kysely.db.getExecutor().provideConnection(async (connection) => {
      if (!(connection instanceof PgwireConnection)) throw new TypeError('Not one of this dialect')
      expect(() => connection.connection).toThrow(UsageError)
      const bound = await connection.bind()
      expect(connection.connection).toBe(bound)
      seen.add(bound)
    })
  }
  await kysely.db
    .transaction()
    .execute((trx) =>
      trx
        .getExecutor()
        .provideConnection(async (connection) => void seen.add((connection as PgwireConnection).connection)),
    )
  expect(seen.size).toBe(1)
  const [connection] = seen as Set<Connection>
  expect([connection?.processId]).toEqual(await shop.backends())
})

test('queries that are started at once on a provided connection are answered in order', async () => {
  await using kysely = shop.open({ pool: { max: 1 } })
  const answers = await kysely.db
    .getExecutor()
    .provideConnection((connection) =>
      Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          connection.executeQuery<{ n: number }>(sql`select ${index}::int4 as n`.compile(kysely.db)),
        ),
      ),
    )
  expect(answers.map((answer) => answer.rows[0]?.n)).toEqual(Array.from({ length: 50 }, (_, index) => index))
})

test('a connection that was released is of no use', async () => {
  await using kysely = shop.open({ pool: { max: 1 } })
  let kept: PgwireConnection | undefined
  await kysely.db.getExecutor().provideConnection(async (connection) => {
    kept = connection as PgwireConnection
    await kept.bind()
  })
  const query = CompiledQuery.raw('select 1')
  await expect((async () => kept?.executeQuery(query))()).rejects.toThrow(UsageError)
  await expect(kept?.bind()).rejects.toThrow(UsageError)
  await expect(kept?.streamQuery(query, 10).next()).rejects.toThrow(UsageError)
  expect(() => kept?.connection).toThrow(UsageError)
})

test('one that waits for a connection when it is released takes none', async () => {
  const driver = new PgwireDialect({ connection: shop.url, pool: { max: 1 } }).createDriver()
  await driver.init()
  const [holder, waiting] = [await driver.acquireConnection(), await driver.acquireConnection()]
  await (holder as PgwireConnection).bind()
  const refused = expect((waiting as PgwireConnection).bind()).rejects.toThrow(UsageError)
  await driver.releaseConnection(waiting)
  const next = await driver.acquireConnection()
  await driver.releaseConnection(holder)
  await refused
  await expect(next.executeQuery(CompiledQuery.raw('select 1 as one'))).resolves.toMatchObject({ rows: [{ one: 1 }] })
  await driver.releaseConnection(next)
  await driver.destroy()
})
