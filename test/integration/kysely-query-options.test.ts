/** `queryOptions`: a plugin that has the queries of a Kysely, or a single one, run with options of the driver. */
import {
  CamelCasePlugin,
  DummyDriver,
  Kysely,
  type LogEvent,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely'
import {
  batch,
  executeArrays,
  executeMany,
  type KyselyQueryOptions,
  type PgwireAdapter,
  pipeline,
  type Placeholders,
  prepare,
  queryOptions,
  queryOptionsOf,
  QueryTimeoutError,
  tagOf,
  UsageError,
} from 'kysely-pgwire'
import { definePgTypes } from 'kysely-pgwire/types'
import { beforeEach, describe, expect, test } from 'vitest'

import { type PetShop, petShop } from './kysely-fixture.ts'

const shop = petShop()

beforeEach(() => shop.refill())

const tagged = (tag: string) => queryOptions({ tag })

const timeoutOf = (promise: Promise<unknown>): Promise<QueryTimeoutError> =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(QueryTimeoutError)
      return error as QueryTimeoutError
    },
  )

const tagsOf = (events: readonly LogEvent[]) => events.map(({ query }) => queryOptionsOf(query)?.tag)

const inOrder = (one = '', other = '') => one.localeCompare(other)

/** A query of the builder that takes ten minutes. */
const slow = (db: Kysely<PetShop>) =>
  db
    .selectFrom('person')
    .select(sql`pg_sleep(600)`.as('slept'))
    .limit(1)

describe('a time limit', () => {
  test('of a Kysely, of a query, of a fragment: the statement is stopped, and the next one runs', async () => {
    await using kysely = shop.open({ pool: { max: 1 } })
    const { db } = kysely
    const limited = queryOptions({ timeoutMs: 50 })
    // Described, they are sent at once: what is given up while it is described is known not to have been.
    const { pool } = db.getExecutor().adapter as PgwireAdapter
    const fragment = sql`select pg_sleep(600)`
    {
      await using lease = await pool.acquire()
      for (const query of [slow(db).compile(), fragment.compile(db)]) await lease.connection.prepare(query.sql)
    }
    const calls = [
      () => slow(db.withPlugin(limited)).execute(),
      () => slow(db).withPlugin(limited).execute(),
      () => slow(db).withPlugin(limited).executeTakeFirst(),
      () => fragment.withPlugin(limited).execute(db),
      () => slow(db).withPlugin(limited).stream().next(),
      () => db.transaction().execute((trx) => slow(trx).withPlugin(limited).execute()),
      () => db.connection().execute((one) => slow(one).withPlugin(limited).execute()),
    ]
    for (const call of calls) {
      expect(await timeoutOf(call())).toMatchObject({ timeoutMs: 50, outcome: 'unknown' })
      expect(await db.selectFrom('person').select('name').where('id', '=', 1).execute()).toEqual([{ name: 'Ann' }])
      expect(await shop.running('pg_sleep')).toEqual([])
    }
  })

  test('beside a signal of Kysely’s own', async () => {
    await using kysely = shop.open({ pool: { max: 1 } })
    const { db } = kysely
    const abortable = { signal: new AbortController().signal, inflightQueryAbortStrategy: 'cancel query' } as const
    const query = slow(db).withPlugin(queryOptions({ timeoutMs: 50 }))
    expect(await timeoutOf(query.execute(abortable))).toMatchObject({ timeoutMs: 50 })
    const controller = new AbortController()
    const patient = slow(db).withPlugin(queryOptions({ timeoutMs: 60_000 }))
    const aborted = patient.execute({ signal: controller.signal, inflightQueryAbortStrategy: 'cancel query' })
    await expect.poll(() => shop.running('pg_sleep'), { interval: 5 }).toHaveLength(1)
    controller.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
    expect(await db.selectFrom('pet').select('name').execute()).toHaveLength(2)
  })

  test('of the connection is not for BEGIN, COMMIT and savepoints', async () => {
    await shop.query(`
      create table if not exists slow_commit (n int4);
      create or replace function wait_a_moment() returns trigger language plpgsql as
        $$ begin perform pg_sleep(2.2); return null; end $$;
      drop trigger if exists slow on slow_commit;
      create constraint trigger slow after insert on slow_commit
        deferrable initially deferred for each row execute function wait_a_moment();
    `)
    await using kysely = shop.open({ url: `${shop.url}?query_timeout_ms=2000` })
    await kysely.db.transaction().execute((trx) => sql`insert into slow_commit values (1)`.execute(trx))
    const controlled = await kysely.db.startTransaction().execute()
    const saved = await controlled.savepoint('one').execute()
    await sql`insert into slow_commit values (2)`.execute(saved)
    await saved.releaseSavepoint('one').execute()
    await controlled.commit().execute()
    expect(await shop.query('select count(*)::int4 as n from slow_commit')).toEqual([{ n: 2 }])
    expect(await timeoutOf(slow(kysely.db).execute())).toMatchObject({ timeoutMs: 2_000 })
    await kysely.db
      .withPlugin(queryOptions({ timeoutMs: 0 }))
      .selectFrom('pet')
      .select(sql`pg_sleep(2.2)`.as('s'))
      .execute()
  })
})

describe('a tag', () => {
  test('is there for the log, and on the error', async () => {
    await using kysely = shop.open()
    const { db, events } = kysely
    await db.selectFrom('person').selectAll().withPlugin(tagged('persons.all')).execute()
    const failing = db
      .withPlugin(tagged('failing'))
      .selectFrom('person')
      .select(sql`1 / 0`.as('x'))
      .execute()
    expect(tagOf(await failing.catch((error: unknown) => error))).toBe('failing')
    for await (const _ of db.selectFrom('pet').selectAll().withPlugin(tagged('streamed')).stream(1)) continue
    await db.selectFrom('pet').selectAll().execute()
    expect(tagsOf(events)).toEqual(['persons.all', 'failing', 'streamed', undefined])
    expect(events.map(({ level }) => level)).toEqual(['query', 'error', 'query', 'query'])
  })

  test('of one query is not that of others made of the same builder', async () => {
    await using kysely = shop.open()
    const base = kysely.db.selectFrom('person').select('name')
    const run = (tag: string) => base.withPlugin(tagged(tag)).execute()
    await Promise.all([run('one'), base.execute(), run('two'), base.where('id', '=', 1).execute(), run('three')])
    await base.execute()
    const logged = tagsOf(kysely.events)
    expect(logged.filter((tag) => tag !== undefined).toSorted(inOrder)).toEqual(['one', 'three', 'two'])
    expect(logged).toHaveLength(6)
    const [one, none, two] = [
      base.withPlugin(tagged('one')).compile(),
      base.compile(),
      base.withPlugin(tagged('two')).compile(),
    ]
    expect([one, none, two].map((compiled) => queryOptionsOf(compiled)?.tag)).toEqual(['one', undefined, 'two'])
  })

  test('of a part is not that of the whole', async () => {
    await using kysely = shop.open()
    const { db } = kysely
    const part = slow(db).withPlugin(queryOptions({ timeoutMs: 1, tag: 'part' }))
    const whole = db
      .with('never', () => part)
      .selectFrom('person')
      .select('name')
      .where('id', '=', 1)
    expect(queryOptionsOf(whole.compile())).toBeUndefined()
    expect(await whole.execute()).toEqual([{ name: 'Ann' }])
  })
})

describe('several plugins', () => {
  test('the later one decides, field by field; what is undefined decides nothing', async () => {
    await using kysely = shop.open()
    const types = definePgTypes({ int8: 'bigint' })
    const db = kysely.db.withPlugin(queryOptions({ timeoutMs: 60_000, tag: 'of the Kysely', types }))
    const query = db.selectFrom('person').select('name')
    const compiled = query.withPlugin(queryOptions({ tag: 'own', prepare: false, timeoutMs: undefined })).compile()
    expect(queryOptionsOf(compiled)).toEqual({ timeoutMs: 60_000, tag: 'own', types, prepare: false })
    expect(queryOptionsOf(query.compile())).toEqual({ timeoutMs: 60_000, tag: 'of the Kysely', types })
    const off = query.withPlugin(queryOptions({ timeoutMs: 0 })).compile()
    expect(queryOptionsOf(off)).toMatchObject({ timeoutMs: 0, tag: 'of the Kysely' })
  })

  const camel = new CamelCasePlugin()
  const outer = queryOptions({ timeoutMs: 60_000, tag: 'outer' })
  const inner = tagged('inner')

  test.each([
    ['before', [camel, outer, inner]],
    ['between', [outer, camel, inner]],
    ['behind', [outer, inner, camel]],
  ])('one that rewrites the tree %s them changes nothing', async (_where, plugins) => {
    await using kysely = shop.open<{ pet: { ownerId: number; name: string } }>({ plugins })
    const query = kysely.db.selectFrom('pet').select('ownerId')
    for (let round = 0; round < 2; round++) {
      expect(queryOptionsOf(query.compile())).toEqual({ timeoutMs: 60_000, tag: 'inner' })
      expect(await query.execute()).toEqual([{ ownerId: 1 }, { ownerId: 1 }])
    }
    const own = query.withPlugin(tagged('own')).compile()
    expect(queryOptionsOf(own)).toEqual({ timeoutMs: 60_000, tag: 'own' })
    expect(queryOptionsOf(query.compile())).toEqual({ timeoutMs: 60_000, tag: 'inner' })
    expect(tagsOf(kysely.events)).toEqual(['inner', 'inner'])
  })

  test('of siblings under a Kysely that rewrites the tree each keeps its own', async () => {
    await using kysely = shop.open<{ pet: { ownerId: number; name: string } }>({ plugins: [camel] })
    const base = kysely.db.selectFrom('pet').select('ownerId')
    const one = base.withPlugin(queryOptions({ tag: 'one', timeoutMs: 9 })).compile()
    const two = base.withPlugin(tagged('two')).compile()
    expect([one, base.compile(), two].map(queryOptionsOf)).toEqual([
      { tag: 'one', timeoutMs: 9 },
      undefined,
      { tag: 'two' },
    ])
  })
})

describe('prepare and types', () => {
  const preparedOn = async (db: Kysely<PetShop>) =>
    (
      await sql<{
        statement: string
      }>`select statement from pg_prepared_statements where statement like 'select "name"%'`.execute(db)
    ).rows

  test('without preparation nothing is kept on the server', async () => {
    await using kysely = shop.open({ pool: { max: 1 } })
    const { db } = kysely
    const query = db.selectFrom('person').select('name').where('id', '=', 2)
    const once = query.withPlugin(queryOptions({ prepare: false }))
    for (let round = 0; round < 3; round++) expect(await once.execute()).toEqual([{ name: 'Bob' }])
    expect(await preparedOn(db)).toEqual([])
    await query.execute()
    expect(await preparedOn(db)).toHaveLength(1)
  })

  test('a profile is for the queries that have it', async () => {
    await using kysely = shop.open()
    const counting = kysely.db.selectFrom('person').select((eb) => eb.fn.countAll().as('n'))
    const bigints = queryOptions({ types: definePgTypes({ int8: 'bigint' }) })
    expect(await counting.withPlugin(bigints).execute()).toEqual([{ n: 3n }])
    expect(await counting.execute()).toEqual([{ n: '3' }])
    for await (const row of counting.withPlugin(bigints).stream()) expect(row).toEqual({ n: 3n })
  })
})

describe('what was compiled keeps its options', () => {
  const opened = () => shop.open({ pool: { max: 1 } })

  test('executed by hand', async () => {
    await using kysely = opened()
    const compiled = slow(kysely.db)
      .withPlugin(queryOptions({ timeoutMs: 50, tag: 'compiled' }))
      .compile()
    for (let round = 0; round < 2; round++) {
      expect(tagOf(await timeoutOf(kysely.db.executeQuery(compiled)))).toBe('compiled')
    }
  })

  test('by a Kysely that only compiles', async () => {
    await using kysely = opened()
    const cold = new Kysely<PetShop>({
      dialect: {
        createAdapter: () => new PostgresAdapter(),
        createDriver: () => new DummyDriver(),
        createIntrospector: (db) => new PostgresIntrospector(db),
        createQueryCompiler: () => new PostgresQueryCompiler(),
      },
    })
    const compiled = slow(cold.withPlugin(queryOptions({ timeoutMs: 50 }))).compile()
    expect(await timeoutOf(kysely.db.executeQuery(compiled))).toMatchObject({ timeoutMs: 50 })
  })

  test('as a prepared query', async () => {
    await using kysely = opened()
    const db = kysely.db.withPlugin(queryOptions({ tag: 'prepared', timeoutMs: 60_000 }))
    const byId = prepare(db, (p: Placeholders<{ id: number }>) =>
      db.selectFrom('person').select('name').where('id', '=', p('id')),
    )
    expect(await byId.execute({ id: 2 })).toEqual([{ name: 'Bob' }])
    const sleeping = prepare(db, (p: Placeholders<{ s: number }>) =>
      db
        .selectFrom('person')
        .select(sql`pg_sleep(${p('s')})`.as('x'))
        .limit(1)
        .withPlugin(queryOptions({ timeoutMs: 50 })),
    )
    expect(tagOf(await timeoutOf(sleeping.execute({ s: 600 })))).toBe('prepared')
    expect(tagsOf(kysely.events)).toEqual(['prepared', 'prepared'])
  })

  test('in a batch: the shortest time, the tag of the query that failed', async () => {
    await using kysely = opened()
    const { db } = kysely
    const first = db.selectFrom('person').select('name').where('id', '=', 1)
    const failing = db
      .selectFrom('person')
      .select(sql`1 / 0`.as('x'))
      .withPlugin(tagged('second'))
    const failed = await batch(db, [first.withPlugin(tagged('first')), failing]).catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: '22012', queryIndex: 1, tag: 'second' })
    const patient = first.withPlugin(queryOptions({ timeoutMs: 60_000 }))
    const limited = slow(db).withPlugin(queryOptions({ timeoutMs: 50 }))
    expect(await timeoutOf(batch(db, [patient, limited, first]))).toMatchObject({ timeoutMs: 50 })
    expect(await timeoutOf(batch(db, [patient, limited], { timeoutMs: 20, tag: 'all' }))).toMatchObject({
      timeoutMs: 20,
      tag: 'all',
    })
    const fresh = first.where('age', '>', 1)
    const [one] = await batch(db, [fresh.withPlugin(queryOptions({ prepare: false }))])
    expect(one.rows).toEqual([{ name: 'Ann' }])
    const { rows } = await sql`select from pg_prepared_statements where statement = ${fresh.compile().sql}`.execute(db)
    expect(rows).toEqual([])
    expect(await batch(db, [])).toEqual([])
  })

  test('in a batch: one profile', async () => {
    await using kysely = opened()
    const { db } = kysely
    const counting = db.selectFrom('person').select((eb) => eb.fn.countAll().as('n'))
    const types = definePgTypes({ int8: 'bigint' })
    const bigints = counting.withPlugin(queryOptions({ types }))
    expect((await batch(db, [bigints, bigints])).map(({ rows }) => rows)).toEqual([[{ n: 3n }], [{ n: 3n }]])
    await expect(batch(db, [bigints, counting])).rejects.toThrow(UsageError)
    expect((await batch(db, [bigints, counting], { types })).map(({ rows }) => rows)).toEqual([
      [{ n: 3n }],
      [{ n: 3n }],
    ])
  })

  test('in a pipeline: each its own', async () => {
    await using kysely = opened()
    const { db } = kysely
    const failing = (tag: string) =>
      db
        .selectFrom('person')
        .select(sql`1 / 0`.as('x'))
        .withPlugin(tagged(tag))
    const settled = await pipeline(db, [failing('a'), db.selectFrom('pet').select('name'), failing('b')])
    expect(settled.map((one) => (one.status === 'rejected' ? tagOf(one.reason) : one.status))).toEqual([
      'a',
      'fulfilled',
      'b',
    ])
  })

  test('in executeMany, whose own options go first', async () => {
    await using kysely = opened()
    const db = kysely.db.withPlugin(queryOptions({ tag: 'many', timeoutMs: 60_000 }))
    const insert = (p: Placeholders<{ name: string }>) => db.insertInto('person').values({ name: p('name'), age: 1 })
    const taken = await executeMany(db, insert, [{ name: 'Dan' }, { name: 'Ann' }]).catch((error: unknown) => error)
    expect(taken).toMatchObject({ code: '23505', rowIndex: 1, tag: 'many' })
    const own = await executeMany(db, insert, [{ name: 'Ann' }], { tag: 'own' }).catch((error: unknown) => error)
    expect(own).toMatchObject({ code: '23505', tag: 'own' })
    const sleeping = (p: Placeholders<{ s: number }>) =>
      db
        .insertInto('pet')
        .values({ owner_id: sql<number>`(select 1 from pg_sleep(${p('s')}))`, name: 'x', species: 'cat' })
    expect(await timeoutOf(executeMany(db, sleeping, [{ s: 600 }], { timeoutMs: 50 }))).toMatchObject({ tag: 'many' })
    expect(await db.selectFrom('pet').select('name').execute()).toHaveLength(2)
  })
})

test('100 queries at once, on 3 connections, keep their options apart', async () => {
  await using kysely = shop.open({ pool: { max: 3 } })
  const base = kysely.db.selectFrom('person').select((eb) => eb.fn.countAll().as('n'))
  const bigint = definePgTypes({ int8: 'bigint' })
  const number = definePgTypes({ int8: 'number' })
  const queries = Array.from({ length: 100 }, async (_, index) => {
    const options: KyselyQueryOptions = {
      tag: `query ${index}`,
      prepare: index % 5 > 0,
      types: index % 2 === 0 ? bigint : number,
    }
    expect(await base.withPlugin(queryOptions(options)).execute()).toEqual([{ n: index % 2 === 0 ? 3n : 3 }])
  })
  await Promise.all(queries)
  const tags = Array.from({ length: 100 }, (_, index) => `query ${index}`)
  expect(tagsOf(kysely.events).toSorted(inOrder)).toEqual(tags.toSorted(inOrder))
})

describe('rows as arrays', () => {
  test('keep columns of the same name apart', async () => {
    await using kysely = shop.open({ pool: { max: 1 } })
    const { db } = kysely
    const query = db
      .selectFrom('person')
      .innerJoin('pet', 'pet.owner_id', 'person.id')
      .select(['person.name', 'pet.name', 'pet.id'])
      .orderBy('pet.id')
    const { rows, columns, rowCount } = await executeArrays<[string, string, number]>(db, query)
    expect(rows).toEqual([
      ['Ann', 'Tom', 1],
      ['Ann', 'Rex', 2],
    ])
    expect(columns.map(({ name }) => name)).toEqual(['name', 'name', 'id'])
    expect(rowCount).toBe(2)
  })

  test('of a transaction, a fragment, a compiled query, with options of all kinds', async () => {
    await using kysely = shop.open({ pool: { max: 1 } })
    const { db } = kysely
    await db.transaction().execute(async (trx) => {
      await trx.insertInto('person').values({ name: 'Eve', age: 1 }).execute()
      const counting = trx
        .selectFrom('person')
        .select((eb) => eb.fn.countAll().as('n'))
        .compile()
      expect((await executeArrays(trx, counting)).rows).toEqual([['4']])
      const types = definePgTypes({ int8: 'bigint' })
      expect((await executeArrays(trx, counting, { types })).rows).toEqual([[4n]])
    })
    expect((await executeArrays(db, sql`select 1 as a, 2 as a`)).rows).toEqual([[1, 2]])
    const limited = slow(db).withPlugin(queryOptions({ timeoutMs: 50, tag: 'arrays' }))
    expect(tagOf(await timeoutOf(executeArrays(db, limited)))).toBe('arrays')
    expect(await timeoutOf(executeArrays(db, limited, { timeoutMs: 20 }))).toMatchObject({
      timeoutMs: 20,
      tag: 'arrays',
    })
    const { signal } = new AbortController()
    expect((await executeArrays(db, sql`select 1`, { signal })).rows).toEqual([[1]])
  })
})

test.each([{ timeoutMs: -1 }, { timeoutMs: 1.5 }, { tag: 1 }, { prepare: 'no' }])(
  '%o is refused at once',
  (options) => {
    expect(() => queryOptions(options as KyselyQueryOptions)).toThrow(UsageError)
  },
)
