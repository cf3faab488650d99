import { sql } from 'kysely'
import { beforeEach, describe, expect, test } from 'vitest'

import { petShop } from './kysely-fixture.ts'

const shop = petShop()

beforeEach(() => shop.refill())

/** What the dialect's connection gives to Kysely, before any builder has looked at it. */
async function rawResult(text: string) {
  await using kysely = shop.open()
  return await sql.raw(text).execute(kysely.db)
}

describe('numAffectedRows', () => {
  test.each([
    ['insert', `insert into person (name) values ('Dan'), ('Eve')`, 2n],
    ['insert that changes nothing', `insert into person (name) values ('Ann') on conflict do nothing`, 0n],
    ['insert with returning', `insert into person (name) values ('Dan') returning id`, 1n],
    ['update', 'update person set age = 1', 3n],
    ['update that matches nothing', 'update person set age = 1 where id = 99', 0n],
    ['update with returning', 'update person set age = 1 where id < 3 returning *', 2n],
    ['delete', 'delete from pet', 2n],
    ['delete that matches nothing', 'delete from pet where id = 99', 0n],
    ['delete with returning', 'delete from pet where id = 1 returning name', 1n],
  ])('counts the rows of %s', async (_what, text, expected) => {
    expect((await rawResult(text)).numAffectedRows).toBe(expected)
  })

  test.runIf(shop.server.majorVersion >= 15)('counts the rows of merge', async () => {
    const merge = `merge into person using (values ('Ann'), ('Zoe')) as new (name) on person.name = new.name
      when matched then update set age = 1 when not matched then insert (name) values (new.name)`
    expect((await rawResult(merge)).numAffectedRows).toBe(2n)
  })

  test.each([
    ['select', 'select * from person'],
    ['select over a data-modifying with', 'with new as (delete from pet returning *) select * from new'],
    ['create table as', 'create temporary table copy as select * from person'],
    ['values', 'values (1), (2)'],
    ['create table', 'create temporary table empty (id int)'],
    ['set', `set application_name = 'x'`],
    ['explain', 'explain select 1'],
    ['an empty statement', ''],
  ])('is undefined for %s', async (_what, text) => {
    const result = await rawResult(text)
    expect(result.numAffectedRows).toBeUndefined()
    expect(result.numChangedRows).toBeUndefined()
    expect(result.insertId).toBeUndefined()
  })
})

describe('rows', () => {
  test.each([
    ['of a command without rows', 'create temporary table t (id int)'],
    ['of an insert without returning', `insert into person (name) values ('Dan')`],
    ['of a select that finds nothing', 'select * from person where false'],
    ['of an empty statement', ''],
  ])('%s are an empty array', async (_what, text) => {
    expect((await rawResult(text)).rows).toEqual([])
  })

  test('of a select without columns are empty objects', async () => {
    expect((await rawResult('select')).rows).toEqual([{}])
    expect((await rawResult('select from person')).rows).toEqual([{}, {}, {}])
  })

  test('hold the last of columns with the same name', async () => {
    expect((await rawResult('select 1 as x, 2 as x')).rows).toEqual([{ x: 2 }])
  })

  test('can have a column named __proto__', async () => {
    const { rows } = await rawResult('select 1 as __proto__, 2 as constructor')
    expect(Object.entries(rows[0] as object)).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
    ])
  })
})

describe('builders', () => {
  test('insertInto tells how many rows, and gives rows only when they are asked for', async () => {
    await using kysely = shop.open()
    const insert = kysely.db.insertInto('person').values({ name: 'Dan' })
    const [result] = await insert.execute()
    expect(result?.numInsertedOrUpdatedRows).toBe(1n)
    expect(result?.insertId).toBeUndefined()
    await expect(kysely.db.insertInto('person').values({ name: 'Eve' }).returning('name').execute()).resolves.toEqual([
      { name: 'Eve' },
    ])
  })

  test('updateTable and deleteFrom count 0 rows as 0n', async () => {
    await using kysely = shop.open()
    const updated = await kysely.db.updateTable('person').set({ age: 1 }).where('id', '=', 99).executeTakeFirstOrThrow()
    expect(updated.numUpdatedRows).toBe(0n)
    expect(updated.numChangedRows).toBeUndefined()
    const deleted = await kysely.db.deleteFrom('person').where('id', '=', 99).executeTakeFirstOrThrow()
    expect(deleted.numDeletedRows).toBe(0n)
  })

  test('a data-modifying with gives the rows of its select', async () => {
    await using kysely = shop.open()
    const rows = await kysely.db
      .with('added', (cte) => cte.insertInto('person').values({ name: 'Dan', age: 5 }).returning(['name', 'age']))
      .selectFrom('added')
      .selectAll()
      .execute()
    expect(rows).toEqual([{ name: 'Dan', age: 5 }])
  })

  test('aggregates are strings where JavaScript numbers would lose digits', async () => {
    await using kysely = shop.open()
    const row = await kysely.db
      .selectFrom('person')
      .select(({ fn }) => [
        fn.countAll().as('count'),
        fn.sum('age').as('sum'),
        fn.avg('age').as('avg'),
        fn.max('age').as('max'),
      ])
      .executeTakeFirstOrThrow()
    expect(row).toEqual({ count: '3', sum: '70', avg: '35.0000000000000000', max: 40 })
  })

  test('1,000 queries at once on a pool of 10 each get their own answer', async () => {
    await using kysely = shop.open({ pool: { max: 10 } })
    const numbers = Array.from({ length: 1_000 }, (_, index) => index)
    const answers = await Promise.all(
      numbers.map(async (number) => {
        const { rows } = await sql<{ n: number }>`select ${number}::int4 as n`.execute(kysely.db)
        return rows[0]?.n
      }),
    )
    expect(answers).toEqual(numbers)
    expect((await shop.backends()).length).toBeLessThanOrEqual(10)
  })
})
