import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { expect, test } from 'vitest'

import { petShop } from './kysely-fixture.ts'

const shop = petShop()

const migrations: Record<string, Migration> = {
  '1-toy': {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .createTable('toy')
        .addColumn('id', 'serial', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull())
        .execute()
    },
    down: async (db: Kysely<unknown>) => void (await db.schema.dropTable('toy').execute()),
  },
  '2-price': {
    up: async (db: Kysely<unknown>) => void (await db.schema.alterTable('toy').addColumn('price', 'numeric').execute()),
    down: async (db: Kysely<unknown>) => void (await db.schema.alterTable('toy').dropColumn('price').execute()),
  },
}

const migratorOf = (db: Kysely<unknown>, list = migrations) =>
  new Migrator({ db, provider: { getMigrations: async () => list } })

const columns = async () =>
  (await shop.query(`select column_name from information_schema.columns where table_name = 'toy' order by 1`)).map(
    (row) => row['column_name'],
  )
const locks = () =>
  shop.query(
    `select 1 from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
  )

test('migrations go up, one down, and all down, and leave no lock', async () => {
  await using kysely = shop.open<unknown>()
  const migrator = migratorOf(kysely.db)
  expect((await migrator.migrateToLatest()).error).toBeUndefined()
  await expect(columns()).resolves.toEqual(['id', 'name', 'price'])
  const { results } = await migrator.migrateDown()
  expect(results).toEqual([{ direction: 'Down', migrationName: '2-price', status: 'Success' }])
  await expect(columns()).resolves.toEqual(['id', 'name'])
  await migrator.migrateUp()
  await expect(columns()).resolves.toEqual(['id', 'name', 'price'])
  expect((await migrator.getMigrations()).map(({ executedAt }) => executedAt instanceof Date)).toEqual([true, true])
  await migrator.migrateDown()
  await migrator.migrateDown()
  await expect(columns()).resolves.toEqual([])
  await expect(locks()).resolves.toEqual([])
})

test('a migration that fails is rolled back with those before it, and leaves no lock', async () => {
  await using kysely = shop.open<unknown>({ pool: { max: 1 } })
  const broken: Record<string, Migration> = {
    ...migrations,
    '3-broken': { up: async (db) => void (await sql`select 1 / 0`.execute(db)) },
  }
  const { error, results } = await migratorOf(kysely.db, broken).migrateToLatest()
  expect(error).toMatchObject({ code: '22012' })
  expect(results?.map(({ status }) => status)).toEqual(['Success', 'Success', 'Error'])
  await expect(columns()).resolves.toEqual([])
  await expect(locks()).resolves.toEqual([])
})

test('two migrators at once apply each migration once', async () => {
  await using one = shop.open<unknown>()
  await using two = shop.open<unknown>()
  const outcomes = await Promise.all([migratorOf(one.db).migrateToLatest(), migratorOf(two.db).migrateToLatest()])
  expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined])
  expect(outcomes.flatMap(({ results }) => results ?? [])).toHaveLength(2)
  await expect(columns()).resolves.toEqual(['id', 'name', 'price'])
  await expect(locks()).resolves.toEqual([])
})

test('two migrators of one Kysely at once apply each migration once', async () => {
  await using kysely = shop.open<unknown>({ pool: { max: 2 } })
  await migratorOf(kysely.db).migrateTo('1-toy')
  const outcomes = await Promise.all([migratorOf(kysely.db).migrateToLatest(), migratorOf(kysely.db).migrateToLatest()])
  expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined])
  await expect(columns()).resolves.toEqual(['id', 'name', 'price'])
})

test('migrations run inside a transaction of the caller, and disappear with it', async () => {
  await using kysely = shop.open<unknown>({ pool: { max: 1 } })
  const { error } = await migratorOf(kysely.db).migrateTo('1-toy')
  expect(error).toBeUndefined()
  const inside = kysely.db.transaction().execute(async (trx) => {
    const outcome = await migratorOf(trx).migrateToLatest()
    expect(outcome.error).toBeUndefined()
    const { rows } = await sql`select price from toy`.execute(trx)
    expect(rows).toEqual([])
    throw new Error('take it back')
  })
  await expect(inside).rejects.toThrow('take it back')
  await expect(columns()).resolves.toEqual(['id', 'name'])
  await expect(locks()).resolves.toEqual([])
})

test('migrations can run without a transaction', async () => {
  await using kysely = shop.open<unknown>()
  const migrator = new Migrator({
    db: kysely.db,
    provider: {
      getMigrations: async () => ({
        ...migrations,
        '3-index': { up: async (db) => void (await sql`create index concurrently toy_name on toy (name)`.execute(db)) },
      }),
    },
  })
  const { error } = await migrator.migrateToLatest({ disableTransactions: true })
  expect(error).toBeUndefined()
  await expect(shop.query(`select 1 from pg_indexes where indexname = 'toy_name'`)).resolves.toHaveLength(1)
  await expect(locks()).resolves.toEqual([])
})
