import { CamelCasePlugin, DeduplicateJoinsPlugin, type Generated, ParseJSONResultsPlugin, sql } from 'kysely'
import { jsonArrayFrom, jsonBuildObject, jsonObjectFrom, mergeAction } from 'kysely/helpers/postgres'
import { beforeEach, describe, expect, test } from 'vitest'

import { type Person, petShop } from './kysely-fixture.ts'

const shop = petShop()

beforeEach(() => shop.refill())

describe('plugins', () => {
  test('CamelCasePlugin renames columns both ways, in streams too', async () => {
    interface CamelShop {
      person: Person
      pet: { id: Generated<number>; ownerId: number; name: string }
    }
    await using kysely = shop.open<CamelShop>({ plugins: [new CamelCasePlugin()] })
    await kysely.db.insertInto('pet').values({ ownerId: 2, name: 'Kit' }).execute()
    const pets = kysely.db.selectFrom('pet').select(['ownerId', 'name']).where('name', '=', 'Kit')
    await expect(pets.execute()).resolves.toEqual([{ ownerId: 2, name: 'Kit' }])
    const streamed: unknown[] = []
    for await (const pet of pets.stream()) streamed.push(pet)
    expect(streamed).toEqual([{ ownerId: 2, name: 'Kit' }])
  })

  test('ParseJSONResultsPlugin leaves what is parsed already as it is, and parses what is text', async () => {
    await using kysely = shop.open({ plugins: [new ParseJSONResultsPlugin()] })
    const { rows } =
      await sql`select '{"a": [1]}'::jsonb as parsed, '{"b": [2]}'::text as text, '[1' as broken`.execute(kysely.db)
    expect(rows).toEqual([{ parsed: { a: [1] }, text: { b: [2] }, broken: '[1' }])
  })

  test('DeduplicateJoinsPlugin sends a join that was added twice once', async () => {
    await using kysely = shop.open({ plugins: [new DeduplicateJoinsPlugin()] })
    const rows = await kysely.db
      .selectFrom('person')
      .innerJoin('pet', 'pet.owner_id', 'person.id')
      .innerJoin('pet', 'pet.owner_id', 'person.id')
      .select(['person.name as owner', 'pet.name as pet'])
      .orderBy('pet.id')
      .execute()
    expect(rows).toEqual([
      { owner: 'Ann', pet: 'Tom' },
      { owner: 'Ann', pet: 'Rex' },
    ])
    expect(kysely.log[0]?.sql.match(/inner join/g)).toHaveLength(1)
  })
})

describe('helpers', () => {
  test('jsonArrayFrom and jsonObjectFrom give nested arrays, objects and null', async () => {
    await using kysely = shop.open()
    const rows = await kysely.db
      .selectFrom('person')
      .select((eb) => [
        'person.name',
        jsonArrayFrom(
          eb
            .selectFrom('pet')
            .select(['pet.name', 'pet.species'])
            .whereRef('owner_id', '=', 'person.id')
            .orderBy('pet.id'),
        ).as('pets'),
        jsonObjectFrom(
          eb.selectFrom('pet').select('pet.name').whereRef('owner_id', '=', 'person.id').orderBy('pet.id').limit(1),
        ).as('first'),
      ])
      .orderBy('person.id')
      .limit(2)
      .execute()
    expect(rows).toEqual([
      {
        name: 'Ann',
        pets: [
          { name: 'Tom', species: 'cat' },
          { name: 'Rex', species: 'dog' },
        ],
        first: { name: 'Tom' },
      },
      { name: 'Bob', pets: [], first: null },
    ])
  })

  test('jsonBuildObject gives an object', async () => {
    await using kysely = shop.open()
    const row = await kysely.db
      .selectFrom('person')
      .select((eb) => jsonBuildObject({ who: eb.ref('name'), years: eb.ref('age') }).as('who'))
      .executeTakeFirstOrThrow()
    expect(row).toEqual({ who: { who: 'Ann', years: 30 } })
  })

  test.runIf(shop.server.majorVersion >= 17)('mergeAction tells which action a merge took', async () => {
    await using kysely = shop.open()
    const rows = await kysely.db
      .mergeInto('person')
      .using(sql<{ n: string }>`(values ('Ann'), ('Zoe'))`.as<'new'>(sql`new (n)`), (join) =>
        join.on('person.name', '=', sql`new.n`),
      )
      .whenMatched()
      .thenUpdateSet({ age: 1 })
      .whenNotMatched()
      .thenInsertValues({ name: sql<string>`new.n` })
      .returning([mergeAction().as('action'), 'name'])
      .execute()
    expect(rows).toEqual(
      expect.arrayContaining([
        { action: 'UPDATE', name: 'Ann' },
        { action: 'INSERT', name: 'Zoe' },
      ]),
    )
  })

  test('explain gives the plan', async () => {
    await using kysely = shop.open()
    const plan = await kysely.db
      .selectFrom('person')
      .selectAll()
      .explain('json', sql`analyze`)
    expect(plan[0]).toHaveProperty(['QUERY PLAN', 0, 'Plan', 'Node Type'], 'Seq Scan')
  })
})
