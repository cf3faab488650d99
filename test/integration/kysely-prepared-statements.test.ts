import { sql } from 'kysely'
import { beforeEach, expect, test } from 'vitest'

import { petShop } from './kysely-fixture.ts'

const shop = petShop()

beforeEach(() => shop.refill())

const prepared = sql<{
  statement: string
}>`select statement from pg_prepared_statements where statement not like '%pg_prepared_statements%'`

test('20 equal queries leave one named prepared statement', async () => {
  await using kysely = shop.open({ pool: { max: 1 } })
  for (let id = 0; id < 20; id++) await kysely.db.selectFrom('person').select('name').where('id', '=', id).execute()
  const { rows } = await prepared.execute(kysely.db)
  expect(rows).toEqual([{ statement: 'select "name" from "person" where "id" = $1' }])
})

test('no more statements are kept than the cache may hold, and the last used are kept', async () => {
  await using kysely = shop.open({ url: `${shop.url}?statement_cache_size=5`, pool: { max: 1 } })
  const often = sql.raw(`select 'often' as used`)
  await often.execute(kysely.db)
  const nameOf = sql<{
    name: string
  }>`select name from pg_prepared_statements where statement = ${`select 'often' as used`}`
  const before = await nameOf.execute(kysely.db)
  for (let number = 0; number < 50; number++) {
    await sql.raw(`select ${number} as changing`).execute(kysely.db)
    await often.execute(kysely.db)
  }
  const { rows } = await prepared.execute(kysely.db)
  expect(rows.length).toBeLessThanOrEqual(5)
  expect(rows.map((row) => row.statement)).toContain('select 49 as changing')
  const after = await nameOf.execute(kysely.db)
  expect(before.rows).toHaveLength(1)
  expect(after.rows).toEqual(before.rows)
})

test('inserts of many rows, each number of them another text, stay prepared nowhere', async () => {
  await shop.query('create table wide (n int)')
  await using kysely = shop.open<{ wide: { n: number } }>({ pool: { max: 1 } })
  for (let more = 0; more < 5; more++) {
    const values = Array.from({ length: 4_000 + more }, (_, n) => ({ n }))
    const [result] = await kysely.db.insertInto('wide').values(values).execute()
    expect(result?.numInsertedOrUpdatedRows).toBe(4_000n + BigInt(more))
  }
  await kysely.db.insertInto('wide').values({ n: 1 }).execute()
  const { rows } = await prepared.execute(kysely.db)
  expect(rows).toEqual([{ statement: 'insert into "wide" ("n") values ($1)' }])
})

test('a stream of a statement that is too long to be kept gives its rows, and leaves nothing prepared', async () => {
  await using kysely = shop.open({ pool: { max: 1 } })
  const ids = Array.from({ length: 5_000 }, (_, index) => index)
  const names: string[] = []
  const long = kysely.db.selectFrom('person').select('name').where('id', 'in', ids).orderBy('id')
  for (let use = 0; use < 2; use++) for await (const { name } of long.stream(2)) names.push(name)
  expect(names).toEqual(['Ann', 'Bob', 'Cid', 'Ann', 'Bob', 'Cid'])
  expect((await prepared.execute(kysely.db)).rows).toEqual([])
})

test('a statement whose table has got another column gives the new columns', async () => {
  await shop.query('create table growing (a int)')
  await shop.query('insert into growing values (1)')
  await using kysely = shop.open({ pool: { max: 1 } })
  const all = sql`select * from growing`
  await expect(all.execute(kysely.db)).resolves.toMatchObject({ rows: [{ a: 1 }] })
  await shop.query(`alter table growing add column b text default 'new'`)
  await expect(all.execute(kysely.db)).resolves.toMatchObject({ rows: [{ a: 1, b: 'new' }] })
  await shop.query('alter table growing alter column a type text')
  await expect(all.execute(kysely.db)).resolves.toMatchObject({ rows: [{ a: '1', b: 'new' }] })
})

test('a query works after discard all and deallocate all', async () => {
  await using kysely = shop.open({ pool: { max: 1 } })
  const one = sql`select 1 as one`
  for (const forget of ['discard all', 'deallocate all']) {
    await one.execute(kysely.db)
    await sql.raw(forget).execute(kysely.db)
    await expect(one.execute(kysely.db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
  }
})

test('a statement that fails to parse is not kept, and works once it can', async () => {
  await using kysely = shop.open({ pool: { max: 1 } })
  const all = sql`select * from later`
  await expect(all.execute(kysely.db)).rejects.toMatchObject({ code: '42P01' })
  await shop.query('create table later (a int)')
  await expect(all.execute(kysely.db)).resolves.toMatchObject({ rows: [] })
})
