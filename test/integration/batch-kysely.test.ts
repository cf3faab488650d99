/** `batch`, `pipeline`, `prepare` and `executeMany` with Kysely's builders, against a real server. */
import { CamelCasePlugin, InsertResult, Kysely, PostgresDialect, sql, UpdateResult } from 'kysely'
import { batch, connect, executeMany, pipeline, type Placeholders, prepare, positionOf } from 'kysely-pgwire'
import pg from 'pg'
import { beforeEach, describe, expect, test } from 'vitest'

import { faultProxy } from '../support/fault-proxy.ts'
import { petShop } from './kysely-fixture.ts'

const shop = petShop()

beforeEach(() => shop.refill())

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error as Error,
  )

const names = async () => (await shop.query('select name from person order by id')).map((row) => row['name'])

describe('batch', () => {
  test('gives the rows and the number of changed rows of each query', async () => {
    await using opened = shop.open()
    const { db } = opened
    const [people, changed, inserted, raw, compiled] = await batch(db, [
      db.selectFrom('person').select(['name', 'age']).orderBy('id'),
      db.updateTable('person').set({ age: 50 }).where('age', 'is not', null),
      db.insertInto('person').values({ name: 'Dan' }).returning(['name', 'age']),
      sql<{ one: number }>`select ${1}::int as one`,
      db.deleteFrom('pet').compile(),
    ])
    expect(people.rows.map(({ name }) => name)).toEqual(['Ann', 'Bob', 'Cid'])
    expect(people.numAffectedRows).toBeUndefined()
    expect(changed).toEqual({ numAffectedRows: 2n, rows: [] })
    expect(inserted).toEqual({ numAffectedRows: 1n, rows: [{ name: 'Dan', age: null }] })
    expect(raw.rows).toEqual([{ one: 1 }])
    expect(compiled.numAffectedRows).toBe(2n)
  })

  test('takes one round trip', async () => {
    await using proxy = await faultProxy(shop.server)
    await using opened = shop.open({ url: proxy.through(shop.url), pool: { max: 1 } })
    const { db } = opened
    const queries = Array.from({ length: 20 }, (_, n) =>
      db.selectFrom('person').select(sql<number>`${n}::int`.as(`n${n}`)),
    )
    await batch(db, queries)
    const before = proxy.flights
    await batch(db, queries)
    expect(proxy.flights - before).toBe(1)
  })

  test('is all or nothing, also as a part of a transaction', async () => {
    await using opened = shop.open()
    const { db } = opened
    const failing = (on: Kysely<never> | typeof db) =>
      batch(on as typeof db, [
        db.insertInto('person').values({ name: 'Eve' }),
        db.insertInto('person').values({ name: 'Ann' }),
      ])
    expect(await failure(failing(db))).toMatchObject({ code: '23505', queryIndex: 1, outcome: 'rolled-back' })
    expect(await names()).toEqual(['Ann', 'Bob', 'Cid'])
    const thrown = await failure(
      db.transaction().execute(async (trx) => {
        const [dan] = await batch(trx, [trx.insertInto('person').values({ name: 'Dan' }).returning('name')])
        expect(dan.rows).toEqual([{ name: 'Dan' }])
        return failing(trx)
      }),
    )
    expect(positionOf(thrown)).toEqual({ queryIndex: 1 })
    expect(await names()).toEqual(['Ann', 'Bob', 'Cid'])
  })

  test('has plugins see its queries and results', async () => {
    await using opened = shop.open<{ pet: { ownerId: number; id: number } }>({ plugins: [new CamelCasePlugin()] })
    const { db } = opened
    const [pets] = await batch(db, [db.selectFrom('pet').select('ownerId').orderBy('id')])
    expect(pets.rows).toEqual([{ ownerId: 1 }, { ownerId: 1 }])
  })

  test('is refused on another dialect', async () => {
    const db = new Kysely<never>({
      dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: shop.url }) }),
    })
    expect(await failure(batch(db, [sql`select 1`]))).toMatchObject({ name: 'UsageError' })
    expect(await failure(pipeline(db, [sql`select 1`]))).toMatchObject({ name: 'UsageError' })
    await db.destroy()
  })
})

describe('pipeline', () => {
  test('has queries leave together, and gives how each of them ended', async () => {
    await using proxy = await faultProxy(shop.server)
    await using opened = shop.open({ url: proxy.through(shop.url), pool: { max: 1 } })
    const { db } = opened
    const queries = [
      db.selectFrom('person').select('name').where('id', '=', 1),
      db.insertInto('person').values({ name: 'Ann' }),
      db.insertInto('person').values({ name: 'Dan' }),
    ] as const
    await pipeline(db, queries)
    await shop.refill()
    const before = proxy.flights
    const [ann, duplicate, dan] = await pipeline(db, queries)
    expect(proxy.flights - before).toBe(1)
    expect(ann).toMatchObject({ status: 'fulfilled', value: { rows: [{ name: 'Ann' }] } })
    expect(duplicate).toMatchObject({ status: 'rejected', reason: { code: '23505' } })
    expect(dan).toMatchObject({ status: 'fulfilled', value: { numAffectedRows: 1n } })
  })

  test('settles each query made in its function as soon as its result is here, in a transaction too', async () => {
    await using opened = shop.open()
    await using holder = await connect(shop.url)
    await holder.query('select pg_advisory_lock(1)')
    const { db } = opened
    const order: string[] = []
    const result = await db.transaction().execute((trx) =>
      pipeline(trx, async (db) => {
        const first = db
          .selectFrom('person')
          .select('name')
          .where('id', '=', 1)
          .executeTakeFirst()
          .finally(() => order.push('first'))
        const second = sql`select pg_advisory_xact_lock(1)`.execute(db).finally(() => order.push('second'))
        await first
        expect(order).toEqual(['first'])
        await holder.query('select pg_advisory_unlock(1)')
        await second
        return first
      }),
    )
    expect(result).toEqual({ name: 'Ann' })
  })

  test('gives the connection back when the last of its queries has ended', async () => {
    await using opened = shop.open({ pool: { max: 1 } })
    const { db } = opened
    let answered = false
    await pipeline(db, async (db) => {
      void sql`select pg_sleep(0.1)`.execute(db).then(() => (answered = true))
      await Promise.resolve()
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(answered).toBe(true)
    expect(await failure(pipeline(db, () => Promise.reject(new Error('mine'))))).toMatchObject({ message: 'mine' })
    expect(await sql`select 1 as one`.execute(db)).toMatchObject({ rows: [{ one: 1 }] })
  })
})

describe('prepare', () => {
  test('compiles once, and takes its parameters by name, as often as they are used', async () => {
    let compilations = 0
    await using opened = shop.open({
      plugins: [
        {
          transformQuery: ({ node }) => {
            compilations++
            return node
          },
          transformResult: ({ result }) => Promise.resolve(result),
        },
      ],
    })
    const { db } = opened
    const query = prepare(db, (p: Placeholders<{ age: number; limit: number }>) =>
      db
        .selectFrom('person')
        .select('name')
        .where('name', '<>', 'Cid')
        .where((eb) => eb.or([eb('age', '=', p('age')), eb('age', '=', sql<number>`${p('age')} + 10`)]))
        .orderBy('id')
        .limit(p('limit')),
    )
    expect(await query.execute({ age: 30, limit: 5 })).toEqual([{ name: 'Ann' }, { name: 'Bob' }])
    expect(await query.execute({ age: 30, limit: 1 })).toEqual([{ name: 'Ann' }])
    expect(await query.executeTakeFirst({ age: 40, limit: 1 })).toEqual({ name: 'Bob' })
    expect(await query.executeTakeFirst({ age: 1, limit: 1 })).toBeUndefined()
    expect(compilations).toBe(1)
  })

  test('gives what the builder gives', async () => {
    await using opened = shop.open()
    const { db } = opened
    const insert = prepare(db, (p: Placeholders<{ name: string }>) =>
      db.insertInto('person').values({ name: p('name') }),
    )
    const [inserted] = await insert.execute({ name: 'Dan' })
    expect(inserted).toBeInstanceOf(InsertResult)
    expect(inserted?.numInsertedOrUpdatedRows).toBe(1n)
    const update = prepare(db, (p: Placeholders<{ age: number | null }>) =>
      db.updateTable('person').set({ age: p('age') }),
    )
    const updated = await update.executeTakeFirst({ age: null })
    expect(updated).toBeInstanceOf(UpdateResult)
    expect(updated?.numUpdatedRows).toBe(4n)
  })

  test('runs in a transaction', async () => {
    await using opened = shop.open({ pool: { max: 1 } })
    const { db } = opened
    const insert = prepare(db, (p) =>
      db
        .insertInto('person')
        .values({ name: p('name') })
        .returning('name'),
    )
    const thrown = await failure(
      db.transaction().execute(async (trx) => {
        expect(await insert.using(trx).executeTakeFirst({ name: 'Dan' })).toEqual({ name: 'Dan' })
        throw new Error('undo')
      }),
    )
    expect(thrown.message).toBe('undo')
    expect(await names()).toEqual(['Ann', 'Bob', 'Cid'])
  })

  test('refuses to be executed without a value for each parameter', async () => {
    await using opened = shop.open()
    const { db } = opened
    const query = prepare(db, (p) => db.selectFrom('person').selectAll().where('id', '=', p('id')))
    for (const parameters of [{}, { ID: 1 }, { id: undefined }]) {
      const error = await failure(query.execute(parameters))
      expect(error).toMatchObject({ name: 'UsageError', message: 'The parameter "id" has no value; NULL is null' })
    }
    const inherited = prepare(db, (p) => db.selectFrom('person').selectAll().where('name', '=', p('toString')))
    expect(await failure(inherited.execute({}))).toMatchObject({ name: 'UsageError' })
    expect(await failure(query.execute({ id: 'x' }))).toMatchObject({ code: '22P02' })
  })

  test('can be aborted', async () => {
    await using opened = shop.open()
    const query = prepare(opened.db, (p) => sql<{ s: string }>`select pg_sleep(${p('seconds')})`)
    const signal = AbortSignal.timeout(50)
    expect(await failure(query.execute({ seconds: 5 }, { signal }))).toMatchObject({ name: 'TimeoutError' })
  })
})

describe('executeMany', () => {
  const people = Array.from({ length: 1_000 }, (_, n) => ({ name: `p${n}`, age: n % 50 }))

  test('inserts rows by name, and counts them', async () => {
    await using opened = shop.open()
    const { db } = opened
    const result = await executeMany(
      db,
      (p) => db.insertInto('person').values({ name: p('name'), age: p('age') }),
      people,
    )
    expect(result).toEqual({ numAffectedRows: 1_000n, rows: [] })
    expect((await names()).length).toBe(1_003)
  })

  test('takes generators, and gives what the query returns', async () => {
    await using opened = shop.open()
    const { db } = opened
    async function* source() {
      for (const person of people) yield await Promise.resolve(person)
    }
    const { rows } = await executeMany(
      db,
      (p) =>
        db
          .insertInto('person')
          .values({ name: p('name') })
          .returning('name'),
      source(),
      { returning: true },
    )
    expect(rows).toEqual(people.map(({ name }) => ({ name })))
  })

  test('names the row that failed, applies nothing, and tells the source', async () => {
    await using opened = shop.open()
    const { db } = opened
    let told = 0
    function* source(bad: object) {
      try {
        for (const [index, person] of people.entries()) yield index === 700 ? (bad as typeof person) : person
      } finally {
        told++
      }
    }
    const run = (bad: object) =>
      failure(executeMany(db, (p) => db.insertInto('person').values({ name: p('name'), age: p('age') }), source(bad)))
    expect(await run({ name: 'Ann', age: 1 })).toMatchObject({ code: '23505', rowIndex: 700, outcome: 'rolled-back' })
    expect(await run({ name: 'x', age: 1.5 })).toMatchObject({ name: 'CodecError', rowIndex: 700 })
    expect(await run({ name: 'x' })).toMatchObject({ name: 'UsageError', rowIndex: 700 })
    expect(told).toBe(3)
    expect(await names()).toEqual(['Ann', 'Bob', 'Cid'])
  })

  test('is a part of a transaction', async () => {
    await using opened = shop.open()
    const { db } = opened
    const thrown = await failure(
      db.transaction().execute(async (trx) => {
        await executeMany(trx, (p) => trx.insertInto('person').values({ name: p('name') }), people)
        expect((await trx.selectFrom('person').selectAll().execute()).length).toBe(1_003)
        throw new Error('undo')
      }),
    )
    expect(thrown.message).toBe('undo')
    expect(await names()).toEqual(['Ann', 'Bob', 'Cid'])
  })
})
