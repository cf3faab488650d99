import { fileURLToPath } from 'node:url'

import { type Kysely, sql } from 'kysely'
import { CodecError, ConfigError, ConnectionError, PostgresError } from 'kysely-pgwire'
import { DatabaseError } from 'pg-protocol'
import { beforeEach, describe, expect, test } from 'vitest'

import { errorFrom } from './error-from.ts'
import { type PetShop, petShop } from './kysely-fixture.ts'

const shop = petShop()
const thisFile = fileURLToPath(import.meta.url)

beforeEach(() => shop.refill())

const lastLine = (error: Error) => error.stack?.trimEnd().split('\n').at(-1)

describe('an error of the server', () => {
  test('is a PostgresError, a DatabaseError of pg-protocol and an Error', async () => {
    await using kysely = shop.open()
    const error = await errorFrom(async () => void (await sql`select 1 / 0`.execute(kysely.db)))
    expect(error).toBeInstanceOf(PostgresError)
    expect(error).toBeInstanceOf(DatabaseError)
    expect(error).toBeInstanceOf(Error)
  })

  test('says what was violated, where', async () => {
    await using kysely = shop.open()
    const error = await errorFrom(() => kysely.db.insertInto('person').values({ name: 'Ann' }).execute())
    expect(error).toMatchObject({
      code: '23505',
      severity: 'ERROR',
      message: 'duplicate key value violates unique constraint "person_name_key"',
      detail: 'Key (name)=(Ann) already exists.',
      schema: 'public',
      table: 'person',
      constraint: 'person_name_key',
      outcome: 'rolled-back',
    })
  })

  test.each([
    ['not null', sql`insert into person (name) values (null)`, { code: '23502', column: 'name', table: 'person' }],
    ['check', sql`insert into person (name, age) values ('x', -1)`, { code: '23514', constraint: 'person_age_check' }],
    [
      'foreign key',
      sql`insert into pet (owner_id, name) values (99, 'x')`,
      { code: '23503', constraint: 'pet_owner_id_fkey' },
    ],
    ['syntax', sql`selct 1`, { code: '42601', position: '1' }],
    ['unknown column', sql`select person.nam from person`, { code: '42703', hint: expect.stringContaining('name') }],
    ['too long', sql`insert into person (name) values ('123456789012345678901')`, { code: '22001' }],
    [
      'raised',
      sql`do $$ begin raise exception 'mine' using errcode = 'ZZ001', hint = 'try', detail = 'why'; end $$`,
      {
        code: 'ZZ001',
        hint: 'try',
        detail: 'why',
        message: 'mine',
        where: expect.stringContaining('inline_code_block'),
      },
    ],
  ])('of kind "%s" has the server’s fields', async (_what, query, expected) => {
    await using kysely = shop.open()
    await expect(query.execute(kysely.db)).rejects.toMatchObject(expected)
  })

  test('leaves the connection usable', async () => {
    await using kysely = shop.open({ pool: { max: 1 } })
    for (let attempt = 0; attempt < 20; attempt++)
      await errorFrom(async () => void (await sql`select 1 / 0`.execute(kysely.db)))
    await expect(sql`select 1 as one`.execute(kysely.db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
    await expect(shop.backends()).resolves.toHaveLength(1)
  })
})

test('two statements in one are refused with 42601, with and without parameters', async () => {
  await using kysely = shop.open()
  await expect(sql`select 1; select 2`.execute(kysely.db)).rejects.toMatchObject({ code: '42601' })
  await expect(sql`select ${1}::int4; select 2`.execute(kysely.db)).rejects.toMatchObject({ code: '42601' })
})

test('a value that does not fit is a CodecError that names the parameter and its type and not the value', async () => {
  await using kysely = shop.open({ pool: { max: 1 } })
  const error = await errorFrom(() => kysely.db.insertInto('person').values({ name: 'x', age: 41.987 }).execute())
  expect(error).toBeInstanceOf(CodecError)
  expect(error).toMatchObject({ code: 'PGWIRE_ENCODE', parameter: 2, type: 'int4', outcome: 'not-sent' })
  expect(`${error.message}${error.stack}`).not.toContain('41.987')
  await expect(sql`select 1 as one`.execute(kysely.db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
})

test('more than 65,535 parameters are refused before anything is sent', async () => {
  await using kysely = shop.open({ pool: { max: 1 } })
  const ids = Array.from({ length: 65_536 }, (_, index) => index)
  const query = kysely.db.selectFrom('person').select('id').where('id', 'in', ids)
  await expect(query.execute()).rejects.toMatchObject({ code: 'PGWIRE_USAGE', outcome: 'not-sent' })
  await expect(
    kysely.db.selectFrom('person').select('id').where('id', 'in', ids.slice(1)).execute(),
  ).resolves.toHaveLength(3)
})

describe('the last line of the stack is in the caller’s file', () => {
  test.each([
    ['a query', async (db) => void (await sql`select 1 / 0`.execute(db))],
    [
      'a query that fails in a builder',
      async (db) => void (await db.insertInto('person').values({ name: 'Ann' }).execute()),
    ],
    [
      'executeTakeFirstOrThrow',
      async (db) =>
        void (await db
          .selectFrom('x' as 'pet')
          .selectAll()
          .executeTakeFirstOrThrow()),
    ],
    [
      'a query in a transaction',
      async (db) => {
        await db.transaction().execute(async (trx) => void (await sql`select 1 / 0`.execute(trx)))
      },
    ],
    [
      'a query in a controlled transaction',
      async (db) => {
        const trx = await db.startTransaction().execute()
        try {
          await sql`select 1 / 0`.execute(trx)
        } finally {
          await trx.rollback().execute()
        }
      },
    ],
    [
      'a query on one connection',
      async (db) => {
        await db.connection().execute(async (one) => void (await sql`select 1 / 0`.execute(one)))
      },
    ],
    [
      'a query with a signal',
      async (db) => {
        await sql`select 1 / 0`.execute(db, { signal: new AbortController().signal })
      },
    ],
    ['a value that cannot be encoded', async (db) => void (await sql`select ${'a\0b'}::text`.execute(db))],
    [
      'a stream',
      async (db) => {
        for await (const _ of db
          .selectFrom('x' as 'pet')
          .selectAll()
          .stream())
          void _
      },
    ],
    ['a schema change', async (db) => void (await db.schema.createTable('person').execute())],
    [
      'a commit',
      async (db) => {
        await sql`create table if not exists late (id int unique deferrable initially deferred)`.execute(db)
        await db.transaction().execute(async (trx) => void (await sql`insert into late values (1), (1)`.execute(trx)))
      },
    ],
  ] as [string, (db: Kysely<PetShop>) => Promise<void>][])('for %s', async (_what, run) => {
    await using kysely = shop.open()
    // The second time the statement is known, and the pool has a connection: other paths, the same stack.
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = await errorFrom(() => run(kysely.db))
      expect(lastLine(error)).toContain(thisFile)
    }
  })

  test('for a connection that cannot be made', async () => {
    await using kysely = shop.open({ url: shop.server.urlOf({ database: 'no_such_database' }) })
    const error = await errorFrom(async () => void (await sql`select 1`.execute(kysely.db)))
    expect(error).toMatchObject({ code: '3D000' })
    expect(lastLine(error)).toContain(thisFile)
  })

  test('for each of several queries that share a failed connection', async () => {
    await using kysely = shop.open({ url: shop.server.urlOf({ database: 'no_such_database' }), pool: { max: 1 } })
    async function firstCaller() {
      await sql`select 1`.execute(kysely.db)
    }
    async function secondCaller() {
      await sql`select 1`.execute(kysely.db)
    }
    const [first, second] = await Promise.all([errorFrom(firstCaller), errorFrom(secondCaller)])
    expect(first.stack).toContain('firstCaller')
    expect(second.stack).toContain('secondCaller')
    expect(second).toMatchObject({ code: '3D000' })
  })

  test('for a connection that was not free in time', async () => {
    await using kysely = shop.open({ pool: { max: 1, acquireTimeoutMs: 10 } })
    // A login can take longer than this pool is willing to wait.
    const warm = async () =>
      sql`select 1`.execute(kysely.db).then(
        () => true,
        () => false,
      )
    await expect.poll(warm).toBe(true)
    await kysely.db.connection().execute(async (holder) => {
      await sql`select 1`.execute(holder)
      const error = await errorFrom(async () => void (await sql`select 1`.execute(kysely.db)))
      expect(error).toMatchObject({ code: 'PGWIRE_POOL_TIMEOUT' })
      expect(lastLine(error)).toContain(thisFile)
    })
  })
})

test('options that cannot be are reported by the first query, and by every other', async () => {
  await using kysely = shop.open({ pool: { max: 0 } })
  await expect(sql`select 1`.execute(kysely.db)).rejects.toThrow(ConfigError)
  await expect(sql`select 1`.execute(kysely.db)).rejects.toThrow(ConfigError)
})

test('a server that is not there is a ConnectionError with host, port and phase', async () => {
  await using kysely = shop.open({ url: 'postgres://nobody@127.0.0.1:1/nothing' })
  const error = await errorFrom(async () => void (await sql`select 1`.execute(kysely.db)))
  expect(error).toBeInstanceOf(ConnectionError)
  expect(error).toMatchObject({
    code: 'PGWIRE_CONNECT_FAILED',
    host: '127.0.0.1',
    port: 1,
    phase: 'connecting',
    outcome: 'not-sent',
  })
  expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' })
})
