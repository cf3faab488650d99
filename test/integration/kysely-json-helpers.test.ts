import { type ExpressionBuilder, type Generated, type Kysely, ParseJSONResultsPlugin, sql } from 'kysely'
import { jsonArrayFrom, jsonBuildObject, jsonObjectFrom } from 'kysely-pgwire'
import { definePgTypes, type Float, type Interval, type Oid, type Range } from 'kysely-pgwire/types'
import * as kysely from 'kysely/helpers/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type OpenKysely, petShop } from './kysely-fixture.ts'

interface Shop {
  owner: { id: Generated<`${number}`>; name: string }
  stay: {
    owner: `${number}`
    nights: Range<string>
    length: Interval | null
    price: `${number}` | 'NaN' | 'Infinity' | '-Infinity'
    weight: Float
    type: Oid
    photo: Uint8Array | null
  }
}

const shop = petShop()
let opened: OpenKysely<Shop>
let db: Kysely<Shop>

beforeAll(async () => {
  await shop.query('create table owner (id bigint primary key, name text not null)')
  await shop.query(`create table stay (owner bigint not null, nights daterange not null, length interval,
    price numeric not null, weight float8 not null, type oid not null, photo bytea)`)
  await shop.query(`insert into owner values (1, 'Ann'), (2, 'Bo')`)
  await shop.query(
    `insert into stay values (1, '[2024-02-28,2024-03-01)', '2 days', 12.50, 'NaN', 23, '\\x00ff'), (1, 'empty', null, 'NaN', 1.5, 1, null)`,
  )
  opened = shop.open<Shop>()
  db = opened.db
})

afterAll(() => opened[Symbol.asyncDispose]())

const stays = [
  {
    owner: 1,
    nights: '[2024-02-28,2024-03-01)',
    length: '2 days',
    price: 12.5,
    weight: 'NaN',
    type: '23',
    photo: '\\x00ff',
  },
  { owner: 1, nights: 'empty', length: null, price: 'NaN', weight: 1.5, type: '1', photo: null },
] as const

describe('rows of rows have the values that their types say', () => {
  test('jsonArrayFrom: all rows, none at all', async () => {
    const owners = await db
      .selectFrom('owner')
      .select((eb) => ['name', jsonArrayFrom(allStays(eb)).as('stays')])
      .orderBy('id')
      .execute()
    const typed: { name: string; stays: { price: number | 'NaN' | 'Infinity' | '-Infinity'; type: string }[] }[] =
      owners
    expect(typed).toEqual([
      { name: 'Ann', stays },
      { name: 'Bo', stays: [] },
    ])
  })

  test('jsonObjectFrom: a row, none, and one too many', async () => {
    const longest = db
      .selectFrom('owner')
      .select((eb) => jsonObjectFrom(allStays(eb).where('length', 'is not', null)).as('stay'))
    await expect(longest.orderBy('id').execute()).resolves.toEqual([{ stay: stays[0] }, { stay: null }])
    const several = db.selectFrom('owner').select((eb) => jsonObjectFrom(allStays(eb)).as('stay'))
    await expect(several.execute()).rejects.toMatchObject({ code: '21000' })
  })

  test('jsonBuildObject: expressions by name', async () => {
    const { self } = await db
      .selectFrom('owner')
      .select((eb) =>
        jsonBuildObject({
          id: eb.ref('id'),
          "it's": eb.ref('name'),
          big: sql<bigint>`9007199254740991::int8`,
        }).as('self'),
      )
      .orderBy('id')
      .executeTakeFirstOrThrow()
    const typed: { id: number; "it's": string; big: number } = self
    expect(typed).toEqual({ id: 1, "it's": 'Ann', big: 9_007_199_254_740_991 })
  })
})

test('the SQL is that of Kysely’s own helpers', () => {
  const pairs = [
    [jsonArrayFrom(db.selectFrom('stay').selectAll()), kysely.jsonArrayFrom(db.selectFrom('stay').selectAll())],
    [jsonObjectFrom(db.selectFrom('stay').selectAll()), kysely.jsonObjectFrom(db.selectFrom('stay').selectAll())],
    [jsonBuildObject({ one: sql`1` }), kysely.jsonBuildObject({ one: sql`1` })],
  ] as const
  for (const [ours, theirs] of pairs) expect(ours.compile(db).sql).toBe(theirs.compile(db).sql)
})

test('under a profile with JSON as text, a plugin makes of them what their types say', async () => {
  const types = definePgTypes({ json: 'string' })
  const rows = (db: Kysely<Shop>): Promise<unknown[]> =>
    db
      .selectFrom('owner')
      .select((eb) => jsonArrayFrom(allStays(eb)).as('stays'))
      .orderBy('id')
      .limit(1)
      .execute()
  await using asText = shop.open<Shop>({ types })
  const [text] = (await rows(asText.db)) as [{ stays: string }]
  expect(JSON.parse(text.stays)).toEqual(stays)
  await using parsed = shop.open<Shop>({ types, plugins: [new ParseJSONResultsPlugin()] })
  await expect(rows(parsed.db)).resolves.toEqual([{ stays }])
})

function allStays(eb: ExpressionBuilder<Shop, 'owner'>) {
  return eb.selectFrom('stay').selectAll('stay').whereRef('stay.owner', '=', 'owner.id').orderBy('price')
}
