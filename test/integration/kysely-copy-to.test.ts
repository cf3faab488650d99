/** `copyTo` for Kysely: tables and queries, in transactions, under plugins. */
import {
  CamelCasePlugin,
  DummyDriver,
  type Generated,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely'
import { copyFrom, type CopyStream, copyTo, queryOptions } from 'kysely-pgwire'
import { definePgTypes } from 'kysely-pgwire/types'
import { beforeEach, describe, expect, test } from 'vitest'

import { petShop } from './kysely-fixture.ts'

const shop = petShop()
beforeEach(() => shop.refill())

const ROWS = { format: 'rows' } as const
const done = { done: true, value: undefined }

async function collected<Row>(stream: CopyStream<Row[]>): Promise<Row[]> {
  const rows: Row[] = []
  for await (const batch of stream) rows.push(...batch)
  return rows
}

async function textOf(stream: CopyStream<Uint8Array>): Promise<string> {
  return new Response(stream.readable()).text()
}

const people = [
  { id: 1, name: 'Ann', age: 30 },
  { id: 2, name: 'Bob', age: 40 },
  { id: 3, name: 'Cid', age: null },
]

describe('a table', () => {
  test('is copied to bytes, and to rows', async () => {
    await using kysely = shop.open()
    const { db } = kysely
    await expect(textOf(copyTo(db, 'person'))).resolves.toBe('1\tAnn\t30\n2\tBob\t40\n3\tCid\t\\N\n')
    await expect(textOf(copyTo(db, 'person', { format: 'csv', header: true, columns: ['name', 'id'] }))).resolves.toBe(
      'name,id\nAnn,1\nBob,2\nCid,3\n',
    )
    await expect(collected(copyTo(db, 'person', ROWS))).resolves.toEqual(people)
    const stream = copyTo(db, 'person', ROWS)
    await collected(stream)
    expect(stream.rowCount).toBe(3)
  })

  test('has the names that plugins give, and so have its rows', async () => {
    await using kysely = shop.open<{ petOwner: { ownerId: Generated<number>; fullName: string } }>({
      plugins: [new CamelCasePlugin()],
    })
    await shop.query(`create table pet_owner (owner_id serial, full_name text)`)
    await shop.query(`insert into pet_owner values (1, 'Ann B')`)
    await expect(collected(copyTo(kysely.db, 'petOwner', ROWS))).resolves.toEqual([{ ownerId: 1, fullName: 'Ann B' }])
    await expect(textOf(copyTo(kysely.db, 'petOwner', { columns: ['fullName'] }))).resolves.toBe('Ann B\n')
    const query = kysely.db.selectFrom('petOwner').select('fullName').where('ownerId', '=', 1)
    await expect(collected(copyTo(kysely.db, query, ROWS))).resolves.toEqual([{ fullName: 'Ann B' }])
    await shop.query('drop table pet_owner')
  })

  test('is that of the schema', async () => {
    await using kysely = shop.open<{ note: { n: number }; 'beside.note': { n: number } }>()
    await shop.query('create schema beside')
    await shop.query('create table beside.note as select 7 as n')
    await expect(collected(copyTo(kysely.db.withSchema('beside'), 'note', ROWS))).resolves.toEqual([{ n: 7 }])
    await expect(textOf(copyTo(kysely.db, 'beside.note'))).resolves.toBe('7\n')
    await shop.query('drop schema beside cascade')
  })

  test('is no alias and no expression', async () => {
    await using kysely = shop.open()
    expect(() => copyTo(kysely.db, 'person as p' as 'person')).toThrow('is not a plain table')
  })
})

describe('a query', () => {
  test('is copied with its parameters', async () => {
    await using kysely = shop.open()
    const { db } = kysely
    const query = db
      .selectFrom('person')
      .select(['name', 'age'])
      .where('name', 'in', ['Ann', "C'id", 'Bob'])
      .where('age', '>', 30)
    await expect(collected(copyTo(db, query, ROWS))).resolves.toEqual([{ name: 'Bob', age: 40 }])
    await expect(textOf(copyTo(db, query, { format: 'csv' }))).resolves.toBe('Bob,40\n')
    await expect(collected(copyTo(db, query.compile(), ROWS))).resolves.toEqual([{ name: 'Bob', age: 40 }])
    const raw = sql<{ n: number }>`select ${-7}::int4 as n`
    await expect(collected(copyTo(db, raw, ROWS))).resolves.toEqual([{ n: -7 }])
  })

  test('may write', async () => {
    await using kysely = shop.open()
    const { db } = kysely
    const insert = db.insertInto('person').values({ name: 'Dan', age: 4 }).returning(['id', 'name'])
    await expect(collected(copyTo(db, insert, ROWS))).resolves.toEqual([{ id: 4, name: 'Dan' }])
    const silent = db.deleteFrom('person').where('name', '=', 'Dan')
    await expect(textOf(copyTo(db, silent))).rejects.toMatchObject({ name: 'FeatureNotSupportedError', code: '0A000' })
  })

  test('has its own columns, and the types of its options', async () => {
    await using kysely = shop.open()
    const { db } = kysely
    const query = db.selectFrom('person').select(({ fn }) => fn.countAll().as('n'))
    expect(() => copyTo(db, query, { columns: ['n'] } as never)).toThrow('A query has its own columns')
    await expect(collected(copyTo(db, query, ROWS))).resolves.toEqual([{ n: '3' }])
    const types = definePgTypes({ int8: 'bigint' })
    await expect(collected(copyTo(db, query, { ...ROWS, types }))).resolves.toEqual([{ n: 3n }])
    await expect(collected(copyTo(db, query.withPlugin(queryOptions({ types })), ROWS))).resolves.toEqual([{ n: 3n }])
  })
})

describe('the connection', () => {
  test('is taken at the first piece, and given back at the end, whichever it is', async () => {
    await using kysely = shop.open({ pool: { max: 1 } })
    const { db } = kysely
    const one = () => sql<{ one: number }>`select 1 as one`.execute(db)
    const endless = sql<{ n: number }>`select generate_series(1, 1000000000) as n`
    const unread = copyTo(db, 'person', ROWS)
    await one()
    await unread.return()
    for await (const _ of copyTo(db, endless)) break
    await one()
    await expect(collected(copyTo(db, sql<object>`select 1 / 0`, ROWS))).rejects.toMatchObject({ code: '22012' })
    await one()
    await expect(collected(copyTo(db, sql<object>`select nothing`, ROWS))).rejects.toMatchObject({ code: '42703' })
    await one()
    expect(() => copyTo(db, 'person', { format: 'xml' } as never)).not.toThrow()
    await expect(copyTo(db, 'person', { format: 'xml' } as never).next()).rejects.toMatchObject({ name: 'UsageError' })
    await one()
    const reader = copyTo(db, endless).readable().getReader()
    await reader.read()
    await reader.cancel()
    await one()
    // One that had to be cut may be on its way out.
    await expect.poll(async () => (await shop.backends()).length).toBeLessThanOrEqual(2)
  })

  test('may be waited for in vain: an abort does not wait, and takes none', async () => {
    await using kysely = shop.open({ pool: { max: 1 } })
    const { db } = kysely
    const holding = copyTo(db, sql<{ n: number }>`select generate_series(1, 1000000000) as n`, ROWS)
    await holding.next()
    const abort = new AbortController()
    const waiting = copyTo(db, 'person', { ...ROWS, signal: abort.signal })
    const pending = waiting.next()
    abort.abort('enough')
    await expect(pending).rejects.toBe('enough')
    await expect(waiting.next()).resolves.toEqual(done)
    await expect(copyTo(db, 'person', { signal: abort.signal }).next()).rejects.toBe('enough')
    await holding.return()
    await expect(collected(copyTo(db, 'person', ROWS))).resolves.toEqual(people)
  })

  test('of an aborted COPY serves again', async () => {
    await using kysely = shop.open({ pool: { max: 1 } })
    const abort = new AbortController()
    const stream = copyTo(kysely.db, sql<{ n: number }>`select generate_series(1, 1000000000) as n`, {
      ...ROWS,
      signal: abort.signal,
    })
    await stream.next()
    abort.abort('enough')
    await expect(stream.next()).rejects.toBe('enough')
    await expect(collected(copyTo(kysely.db, 'person', ROWS))).resolves.toEqual(people)
  })
})

describe('in a transaction', () => {
  test('it sees what the transaction has written', async () => {
    await using kysely = shop.open()
    await kysely.db.transaction().execute(async (trx) => {
      await trx.insertInto('person').values({ name: 'Dan' }).execute()
      await expect(collected(copyTo(trx, 'person', ROWS))).resolves.toHaveLength(4)
      for await (const _ of copyTo(trx, 'person')) break
      await trx.deleteFrom('person').where('name', '=', 'Dan').execute()
    })
    await expect(shop.query('select from person')).resolves.toHaveLength(3)
  })

  test('nothing else can be asked while it is read', async () => {
    await using kysely = shop.open()
    await kysely.db.transaction().execute(async (trx) => {
      const stream = copyTo(trx, 'person', ROWS)
      await stream.next()
      await expect(trx.selectFrom('person').selectAll().execute()).rejects.toMatchObject({ name: 'UsageError' })
      await expect(copyTo(trx, 'person').next()).rejects.toMatchObject({ name: 'UsageError' })
      await stream.return()
      await expect(trx.selectFrom('person').selectAll().execute()).resolves.toHaveLength(3)
    })
  })

  test('one that is left open does not commit', async () => {
    await using kysely = shop.open()
    const left = kysely.db.transaction().execute(async (trx) => {
      await trx.insertInto('person').values({ name: 'Dan' }).execute()
      await copyTo(trx, sql<object>`select generate_series(1, 100000)`, ROWS).next()
    })
    await expect(left).rejects.toMatchObject({ name: 'UsageError' })
    await expect(shop.query('select from person')).resolves.toHaveLength(3)
  })
})

test('what is copied out can be copied in', async () => {
  await using kysely = shop.open()
  const { db } = kysely
  const bytes = copyTo(db, db.selectFrom('person').select(['age', sql<string>`name || ' II'`.as('name')]), {
    format: 'binary',
  })
  await expect(copyFrom(db, 'person', bytes, { columns: ['age', 'name'], format: 'binary' })).resolves.toEqual({
    rowCount: 3,
  })
  await expect(db.selectFrom('person').select('name').where('name', 'like', '% II').execute()).resolves.toHaveLength(3)
})

test('a Kysely on another dialect is refused', async () => {
  const db = new Kysely<{ person: object }>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (kysely) => new PostgresIntrospector(kysely),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
  await expect(copyTo(db, 'person').next()).rejects.toMatchObject({ name: 'UsageError' })
})
