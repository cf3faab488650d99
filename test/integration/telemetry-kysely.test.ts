/** Telemetry of what runs through Kysely, and Kysely's own `log` beside it. */
import { Kysely, type LogEvent, sql } from 'kysely'
import { PgwireDialect, queryOptions } from 'kysely-pgwire'
import { expect, test } from 'vitest'

import { poolFixture } from './pool-fixture.ts'
import { hearTraces } from './telemetry-fixture.ts'

const fixture = poolFixture()

interface Database {
  readonly pg_type: { readonly typname: string; readonly oid: number }
}

function open(log?: (event: LogEvent) => void): Kysely<Database> {
  return new Kysely<Database>({
    dialect: new PgwireDialect({ connection: fixture.url }),
    ...(log === undefined ? {} : { log }),
  })
}

test('a query of a builder is traced with its SQL and its tag, shared connection or not', async () => {
  await using db = open()
  using heard = hearTraces('pgwire:query')
  const query = db
    .selectFrom('pg_type')
    .select('typname')
    .where('oid', '=', 23)
    .withPlugin(queryOptions({ tag: 'types.one' }))
  for (let round = 0; round < 5; round++) await query.execute()
  const traced = { sql: 'select "typname" from "pg_type" where "oid" = $1', tag: 'types.one', rowCount: 1 }
  expect(heard.traces).toMatchObject(Array.from({ length: 5 }, () => traced))
  expect(heard.traces[0]?.statementCacheHit).toBe(false)
  expect(heard.traces[4]?.statementCacheHit).toBe(true)
})

test('Kysely’s own log says the same as without telemetry', async () => {
  const events: LogEvent[] = []
  await using db = open((event) => void events.push(event))
  const run = async (): Promise<void> => {
    await sql`select ${'value'}::text`.execute(db)
    await sql`select 1 / ${0}::int4`.execute(db).catch(() => {})
  }
  await run()
  using heard = hearTraces('pgwire:query')
  await run()
  const told = events.map(({ level, query }) => ({ level, sql: query.sql, parameters: query.parameters }))
  expect(told).toHaveLength(4)
  expect(told.slice(2)).toEqual(told.slice(0, 2))
  expect(heard.traces).toHaveLength(2)
})

test('the error of a traced query has the caller’s stack', async () => {
  await using db = open()
  using heard = hearTraces('pgwire:query')
  async function askedHere(): Promise<void> {
    await sql`select 1 / 0`.execute(db)
  }
  const error = await askedHere().then(
    () => expect.unreachable('it succeeded'),
    (reason: unknown) => reason as Error,
  )
  expect(error.stack).toContain('askedHere')
  expect(heard.traces[0]?.error).toBe(error)
})

test('a stream of a builder is traced as a stream', async () => {
  await using db = open()
  using heard = hearTraces('pgwire:query')
  for await (const row of db.selectFrom('pg_type').select('oid').limit(5).stream(2)) void row
  expect(heard.traces).toMatchObject([{ verb: 'stream', rowCount: 5 }])
})

test('a transaction is traced from its BEGIN to its end', async () => {
  await using db = open()
  using heard = hearTraces('pgwire:transaction')
  await db.transaction().execute((tx) => tx.selectFrom('pg_type').select('oid').limit(1).execute())
  const own = new Error('no more')
  await db
    .transaction()
    .execute(() => Promise.reject(own))
    .catch(() => {})
  await db
    .transaction()
    .execute((tx) => sql`select 1 / 0`.execute(tx).catch(() => {}))
    .catch(() => {})
  expect(heard.traces).toMatchObject([
    { nested: false, outcome: 'committed', error: undefined },
    { nested: false, outcome: 'rolled-back', error: undefined },
    { nested: false, outcome: 'rolled-back', error: { name: 'AbortedTransactionError' } },
  ])
  for (const { durationMs } of heard.traces) expect(durationMs).toBeGreaterThan(0)
})
