import { Kysely, sql } from 'kysely'
import { PgwireDialect } from 'kysely-pgwire'
import { beforeEach, expect, test } from 'vitest'

import { petShop } from './kysely-fixture.ts'

const shop = petShop()

beforeEach(() => shop.refill())

test('a query is logged with its SQL, parameters and duration', async () => {
  await using kysely = shop.open()
  await kysely.db.selectFrom('person').select('name').where('id', '=', 2).execute()
  expect(kysely.events).toEqual([
    {
      level: 'query',
      isStream: false,
      query: expect.objectContaining({ sql: 'select "name" from "person" where "id" = $1', parameters: [2] }),
      queryDurationMillis: expect.any(Number),
    },
  ])
})

test('an error is logged with the error that the caller gets', async () => {
  await using kysely = shop.open()
  const error = await sql`select 1 / ${0}::int4`.execute(kysely.db).catch((reason: unknown) => reason)
  expect(kysely.events).toEqual([
    {
      level: 'error',
      error,
      query: expect.objectContaining({ sql: 'select 1 / $1::int4', parameters: [0] }),
      queryDurationMillis: expect.any(Number),
    },
  ])
})

test('a stream is logged once, at its end', async () => {
  await using kysely = shop.open()
  for await (const _ of kysely.db.selectFrom('person').selectAll().stream(1)) expect(kysely.events).toEqual([])
  expect(kysely.events).toMatchObject([{ level: 'query', isStream: true, query: { sql: 'select * from "person"' } }])
})

test('a stream that fails is logged as an error', async () => {
  await using kysely = shop.open()
  const failing = kysely.db
    .selectFrom('nowhere' as 'pet')
    .selectAll()
    .stream()
  const error = await failing.next().catch((reason: unknown) => reason)
  expect(kysely.events).toMatchObject([{ level: 'error', error }])
})

test('each query is logged once, however often its connection was used before', async () => {
  await using kysely = shop.open({ pool: { max: 1 } })
  for (let round = 0; round < 5; round++) await sql`select 1`.execute(kysely.db)
  await kysely.db.connection().execute((one) => sql`select 2`.execute(one))
  expect(kysely.log.map((entry) => entry.sql)).toEqual([...Array<string>(5).fill('select 1'), 'select 2'])
})

test('a query of a Kysely without log is not logged by another on the same dialect', async () => {
  const dialect = new PgwireDialect({ connection: shop.url })
  const logged: string[] = []
  await using silent = new Kysely({ dialect })
  await using talking = new Kysely({ dialect, log: (event) => void logged.push(event.query.sql) })
  await sql`select 1`.execute(silent)
  await sql`select 2`.execute(talking)
  await sql`select 3`.execute(silent)
  expect(logged).toEqual(['select 2'])
})
