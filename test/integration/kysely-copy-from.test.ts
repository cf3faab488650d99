/** `copyFrom` for Kysely: on a Kysely, in its transactions, under its plugins. */
import {
  CamelCasePlugin,
  type Generated,
  Kysely,
  PostgresAdapter,
  DummyDriver,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely'
import { copyFrom, copyTo, positionOf } from 'kysely-pgwire'
import { beforeEach, describe, expect, test } from 'vitest'

import { petShop } from './kysely-fixture.ts'

const shop = petShop()
beforeEach(() => shop.refill())

const names = async () => (await shop.query('select name from person order by id')).map(({ name }) => name)
const filled = ['Ann', 'Bob', 'Cid']
const refused = { name: 'UsageError' }

describe('rows are copied', () => {
  test('from objects, arrays, generators and async generators', async () => {
    await using kysely = shop.open()
    const { db } = kysely
    const people = [
      { name: 'Dan', age: 4 },
      { name: 'Eve', age: null },
    ]
    await expect(copyFrom(db, 'person', people)).resolves.toEqual({ rowCount: 2 })
    await copyFrom(db, 'person', [[5, 'Fay']], { columns: ['age', 'name'] })
    const later = async function* () {
      yield { name: 'Gus', age: 6 }
    }
    let seen = 0
    await copyFrom(db, 'person', later(), { columns: ['name'], onProgress: ({ rows }) => (seen = rows) })
    expect(seen).toBe(1)
    await expect(names()).resolves.toEqual([...filled, 'Dan', 'Eve', 'Fay', 'Gus'])
  })

  test('from bytes', async () => {
    await using kysely = shop.open()
    const csv = new Response('name,age\nDan,4\n').body!
    await copyFrom(kysely.db, 'person', csv, { columns: ['name', 'age'], format: 'csv', header: true })
    await expect(names()).resolves.toEqual([...filled, 'Dan'])
  })

  test('with the names that plugins give to tables and columns', async () => {
    await using kysely = shop.open<{ petOwner: { ownerId: Generated<number>; fullName: string } }>({
      plugins: [new CamelCasePlugin()],
    })
    await shop.query('drop table if exists pet_owner')
    await shop.query('create table pet_owner (owner_id serial, full_name text)')
    await copyFrom(kysely.db, 'petOwner', [{ fullName: 'Ann' }, { fullName: 'Bob' }])
    await copyFrom(kysely.db, 'petOwner', [['Cid']], { columns: ['fullName'] })
    await copyFrom(kysely.db, 'petOwner', [[9, 'Dan']])
    const stored = await shop.query('select owner_id, full_name from pet_owner order by full_name')
    expect(stored.map(({ owner_id, full_name }) => [owner_id, full_name])).toEqual([
      [1, 'Ann'],
      [2, 'Bob'],
      [3, 'Cid'],
      [9, 'Dan'],
    ])
    await shop.query('drop table pet_owner')
  })

  test('into a table of another schema', async () => {
    await using kysely = shop.open<{ note: { n: number }; 'aside.note': { n: number } }>()
    const { db } = kysely
    await shop.query('create schema aside')
    await shop.query('create table aside.note (n int4)')
    await copyFrom(db.withSchema('aside'), 'note', [{ n: 1 }])
    await copyFrom(db, 'aside.note', [{ n: 2 }])
    await expect(copyFrom(db, 'note', [{ n: 3 }])).rejects.toMatchObject({ code: '42P01' })
    await expect(shop.query('select n from aside.note order by n')).resolves.toEqual([{ n: 1 }, { n: 2 }])
    await shop.query('drop schema aside cascade')
  })

  test('and taken back with the transaction that they are in', async () => {
    await using kysely = shop.open()
    const boom = new Error('boom')
    const running = kysely.db.transaction().execute(async (trx) => {
      await copyFrom(trx, 'person', [{ name: 'Dan' }])
      await expect(trx.selectFrom('person').select('id').execute()).resolves.toHaveLength(4)
      throw boom
    })
    await expect(running).rejects.toBe(boom)
    const controlled = await kysely.db.startTransaction().execute()
    await copyFrom(controlled, 'person', [{ name: 'Dan' }])
    await controlled.commit().execute()
    await expect(names()).resolves.toEqual([...filled, 'Dan'])
  })
})

describe('a mistake', () => {
  test('in a row names it, and copies nothing', async () => {
    await using kysely = shop.open()
    const rows = [
      { name: 'Dan', age: 1 },
      { name: 'Eve', age: 1.5 },
    ]
    const failure: unknown = await copyFrom(kysely.db, 'person', rows).catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'CodecError', column: 'age', type: 'int4', outcome: 'rolled-back' })
    expect(positionOf(failure)).toEqual({ rowIndex: 1 })
    await expect(names()).resolves.toEqual(filled)
  })

  test('in a table or a column is told', async () => {
    await using kysely = shop.open()
    const { db } = kysely
    const rows = [{ name: 'Dan' }]
    await expect(copyFrom(db, 'person as p' as 'person', rows)).rejects.toMatchObject(refused)
    await expect(copyFrom(db, 'nowhere' as 'person', rows)).rejects.toMatchObject({ code: '42P01' })
    await expect(copyFrom(db, 'person', rows, { columns: ['name as n' as 'name'] })).rejects.toMatchObject(refused)
    await expect(copyFrom(db, 'person', [{ nome: 'Dan' }] as never[])).rejects.toMatchObject({ code: '42703' })
    await expect(names()).resolves.toEqual(filled)
  })

  test('in the dialect is told', async () => {
    const db = new Kysely<{ person: { name: string } }>({
      dialect: {
        createAdapter: () => new PostgresAdapter(),
        createDriver: () => new DummyDriver(),
        createIntrospector: (other) => new PostgresIntrospector(other),
        createQueryCompiler: () => new PostgresQueryCompiler(),
      },
    })
    await expect(copyFrom(db, 'person', [{ name: 'Dan' }])).rejects.toMatchObject(refused)
  })
})

test('a transaction that copies refuses everything else meanwhile, and so its own rows', async () => {
  await using kysely = shop.open()
  const running = kysely.db.transaction().execute(async (trx) => {
    const streamed = async function* () {
      for await (const { name } of trx.selectFrom('person').select('name').stream()) yield { name: `${name}'s twin` }
    }
    await expect(copyFrom(trx, 'person', streamed())).rejects.toMatchObject(refused)
    throw new Error('enough')
  })
  await expect(running).rejects.toThrow('enough')
  await expect(names()).resolves.toEqual(filled)
  const { db } = kysely
  const streamed = async function* () {
    for await (const { name } of db.selectFrom('person').select('name').stream()) yield { name: `${name}'s twin` }
  }
  await expect(copyFrom(db, 'person', streamed())).resolves.toEqual({ rowCount: 3 })
})

test('an abort leaves a pool that serves', async () => {
  await using kysely = shop.open({ pool: { max: 1 } })
  const { db } = kysely
  const controller = new AbortController()
  const reason = new Error('no')
  let left = false
  const endless = function* () {
    try {
      for (;;) yield { name: 'x'.repeat(10) }
    } finally {
      left = true
    }
  }
  const copying = copyFrom(db, 'person', endless(), {
    signal: controller.signal,
    onProgress: () => controller.abort(reason),
  })
  await expect(copying).rejects.toBe(reason)
  expect(left).toBe(true)
  await expect(db.selectFrom('person').select('id').execute()).resolves.toHaveLength(3)
})

test('what is copied out is copied in again', async () => {
  await using kysely = shop.open()
  const { db } = kysely
  const pieces: Uint8Array[] = []
  for await (const piece of copyTo(db, 'person', { format: 'binary' })) pieces.push(piece)
  await shop.query('truncate person cascade')
  await expect(copyFrom(db, 'person', pieces, { format: 'binary' })).resolves.toEqual({ rowCount: 3 })
  await expect(names()).resolves.toEqual(filled)
})
