import { sql } from 'kysely'
import { beforeEach, expect, test } from 'vitest'

import { petShop } from './kysely-fixture.ts'

const shop = petShop()

beforeEach(() => shop.refill())

const statement = (text: string, ...parameters: unknown[]) => ({ sql: text, parameters })
const INSERT = 'insert into "person" ("name") values ($1)'

const names = async () => (await shop.query('select name from person order by id')).map((row) => row['name'])

test('commit keeps, and the log is begin, statement, commit', async () => {
  await using kysely = shop.open()
  const trx = await kysely.db.startTransaction().execute()
  await trx.insertInto('person').values({ name: 'Dan' }).execute()
  await trx.commit().execute()
  expect(kysely.log).toEqual([statement('begin'), statement(INSERT, 'Dan'), statement('commit')])
  await expect(names()).resolves.toEqual(['Ann', 'Bob', 'Cid', 'Dan'])
  expect(trx.isCommitted).toBe(true)
})

test('rollback drops, and the log is begin, statement, rollback', async () => {
  await using kysely = shop.open()
  const trx = await kysely.db.startTransaction().execute()
  await trx.insertInto('person').values({ name: 'Dan' }).execute()
  await trx.rollback().execute()
  expect(kysely.log).toEqual([statement('begin'), statement(INSERT, 'Dan'), statement('rollback')])
  await expect(names()).resolves.toEqual(['Ann', 'Bob', 'Cid'])
})

test('takes isolation level and access mode', async () => {
  await using kysely = shop.open()
  const trx = await kysely.db
    .startTransaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute()
  await expect(trx.insertInto('person').values({ name: 'Dan' }).execute()).rejects.toMatchObject({ code: '25006' })
  await trx.rollback().execute()
  expect(kysely.log[0]).toEqual(statement('start transaction isolation level repeatable read read only'))
})

test('a savepoint can be rolled back to', async () => {
  await using kysely = shop.open()
  const trx = await kysely.db.startTransaction().execute()
  await trx.insertInto('person').values({ name: 'Dan' }).execute()
  const afterDan = await trx.savepoint('foo').execute()
  await afterDan.insertInto('person').values({ name: 'Eve' }).execute()
  await afterDan.rollbackToSavepoint('foo').execute()
  await trx.commit().execute()
  expect(kysely.log).toEqual([
    statement('begin'),
    statement(INSERT, 'Dan'),
    statement('savepoint "foo"'),
    statement(INSERT, 'Eve'),
    statement('rollback to "foo"'),
    statement('commit'),
  ])
  await expect(names()).resolves.toEqual(['Ann', 'Bob', 'Cid', 'Dan'])
})

test('a savepoint can be released', async () => {
  await using kysely = shop.open()
  const trx = await kysely.db.startTransaction().execute()
  const saved = await trx.savepoint('foo').execute()
  await saved.insertInto('person').values({ name: 'Dan' }).execute()
  await saved.releaseSavepoint('foo').execute()
  await trx.commit().execute()
  expect(kysely.log.map((entry) => entry.sql)).toEqual(['begin', 'savepoint "foo"', INSERT, 'release "foo"', 'commit'])
  expect(kysely.log.every((entry) => entry.parameters.length === 0 || entry.sql === INSERT)).toBe(true)
  await expect(names()).resolves.toEqual(['Ann', 'Bob', 'Cid', 'Dan'])
})

test('savepoints nest', async () => {
  await using kysely = shop.open()
  const trx = await kysely.db.startTransaction().execute()
  const outer = await trx.savepoint('outer').execute()
  await outer.insertInto('person').values({ name: 'Dan' }).execute()
  const inner = await outer.savepoint('inner').execute()
  await inner.insertInto('person').values({ name: 'Eve' }).execute()
  await inner.rollbackToSavepoint('inner').execute()
  await inner.insertInto('person').values({ name: 'Fay' }).execute()
  await inner.releaseSavepoint('outer').execute()
  await trx.commit().execute()
  await expect(names()).resolves.toEqual(['Ann', 'Bob', 'Cid', 'Dan', 'Fay'])
})

test('a failed statement is undone by rolling back to a savepoint, and the rest commits', async () => {
  await using kysely = shop.open()
  const trx = await kysely.db.startTransaction().execute()
  await trx.insertInto('person').values({ name: 'Dan' }).execute()
  const saved = await trx.savepoint('before').execute()
  await expect(saved.insertInto('person').values({ name: 'Ann' }).execute()).rejects.toMatchObject({ code: '23505' })
  await saved.rollbackToSavepoint('before').execute()
  await trx.commit().execute()
  await expect(names()).resolves.toEqual(['Ann', 'Bob', 'Cid', 'Dan'])
})

test('a savepoint with quotes in its name is one identifier', async () => {
  await using kysely = shop.open()
  const trx = await kysely.db.startTransaction().execute()
  const saved = await trx.savepoint('a"; drop table person; --').execute()
  await saved.rollbackToSavepoint('a"; drop table person; --').execute()
  await trx.commit().execute()
  expect(kysely.log[1]?.sql).toBe('savepoint "a""; drop table person; --"')
  await expect(names()).resolves.toEqual(['Ann', 'Bob', 'Cid'])
})

test('the connection is back in the pool after commit, rollback and a commit that fails', async () => {
  await using kysely = shop.open({ pool: { max: 1 } })
  for (let round = 0; round < 20; round++) {
    const committed = await kysely.db.startTransaction().execute()
    await committed.commit().execute()
    const rolledBack = await kysely.db.startTransaction().execute()
    await rolledBack.rollback().execute()
    const failing = await kysely.db.startTransaction().execute()
    await sql`select 1 / 0`.execute(failing).catch(() => {})
    await expect(failing.commit().execute()).rejects.toThrow()
  }
  await expect(sql`select 1 as one`.execute(kysely.db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
  await expect(shop.backends()).resolves.toHaveLength(1)
})

test('a savepoint that does not exist is the server’s error, and the transaction can be rolled back', async () => {
  await using kysely = shop.open({ pool: { max: 1 } })
  const trx = await kysely.db.startTransaction().execute()
  const other = trx as unknown as Awaited<ReturnType<ReturnType<typeof trx.savepoint<'nowhere'>>['execute']>>
  await expect(other.rollbackToSavepoint('nowhere').execute()).rejects.toMatchObject({ code: '3B001' })
  await trx.rollback().execute()
  await expect(sql`select 1 as one`.execute(kysely.db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
})
