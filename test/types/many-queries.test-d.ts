/** What the compiler makes of `batch`, `pipeline`, `prepare` and `executeMany`. Checked by `tsc` alone; never run. */
import { type Generated, type Kysely, type QueryResult, sql, type Transaction, type UpdateResult } from 'kysely'
import {
  batch,
  type Connection,
  executeMany,
  pipeline,
  type Placeholders,
  prepare,
  type PreparedQuery,
} from 'kysely-pgwire'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

function is<_Fact extends true>(): void {}

interface Shop {
  person: { id: Generated<number>; name: string; age: number | null }
}

interface Person {
  id: number
  name: string
  age: number | null
}

declare const db: Kysely<Shop>
declare const trx: Transaction<Shop>
declare const connection: Connection

// Batches

export async function batches(): Promise<void> {
  const [people, changed, named, raw, compiled] = await batch(db, [
    db.selectFrom('person').selectAll(),
    db.updateTable('person').set({ age: 3 }),
    db.insertInto('person').values({ name: 'Ann' }).returning('id'),
    sql<{ one: number }>`select 1 as one`,
    db.selectFrom('person').select('name').compile(),
  ])
  is<Equal<typeof people, QueryResult<Person>>>()
  is<Equal<typeof changed, QueryResult<never>>>()
  is<Equal<typeof named, QueryResult<{ id: number }>>>()
  is<Equal<typeof raw, QueryResult<{ one: number }>>>()
  is<Equal<typeof compiled, QueryResult<{ name: string }>>>()
  const queries = [1, 2].map((id) => trx.selectFrom('person').select('name').where('id', '=', id))
  const many = await batch(trx, queries)
  is<Equal<(typeof many)[number], QueryResult<{ name: string }>>>()
  // @ts-expect-error A query and not its text.
  void batch(db, ['select 1'])
  const [first] = await connection.batch<[{ n: number }]>([{ sql: 'select 1 as n' }])
  is<Equal<typeof first.rows, { n: number }[]>>()
}

// Pipelines

export async function pipelines(): Promise<void> {
  const [people] = await pipeline(db, [db.selectFrom('person').selectAll()])
  if (people.status === 'fulfilled') is<Equal<typeof people.value, QueryResult<Person>>>()
  const both = await pipeline(db, (db) =>
    Promise.all([db.selectFrom('person').select('id').execute(), sql<{ one: number }>`select 1 as one`.execute(db)]),
  )
  is<Equal<typeof both, [{ id: number }[], QueryResult<{ one: number }>]>>()
  // @ts-expect-error A transaction needs the connection for itself.
  void pipeline(db, (db) => db.transaction().execute(() => Promise.resolve()))
}

// Prepared queries

export async function preparedQueries(): Promise<void> {
  const byId = prepare(db, (p: Placeholders<{ id: number }>) =>
    db.selectFrom('person').selectAll().where('id', '=', p('id')),
  )
  is<Equal<typeof byId, PreparedQuery<{ id: number }, Person>>>()
  is<Equal<Awaited<ReturnType<typeof byId.execute>>, Person[]>>()
  await byId.using(trx).executeTakeFirst({ id: 1 })
  // @ts-expect-error The parameter is a number.
  void byId.execute({ id: '1' })
  // @ts-expect-error It has no value.
  void byId.execute({})
  prepare(db, (p: Placeholders<{ id: string }>) =>
    // @ts-expect-error The column is no string.
    db.selectFrom('person').selectAll().where('id', '=', p('id')),
  )
  // @ts-expect-error There is no such parameter.
  prepare(db, (p: Placeholders<{ id: number }>) => db.selectFrom('person').selectAll().where('id', '=', p('age')))
  const undeclared = prepare(db, (p) => db.selectFrom('person').select('name').where('id', '=', p('id')))
  is<Equal<Awaited<ReturnType<typeof undeclared.executeTakeFirst>>, { name: string } | undefined>>()
  await undeclared.execute({ id: 1 })
  const update = prepare(db, (p: Placeholders<{ age: number }>) => db.updateTable('person').set({ age: p('age') }))
  is<Equal<Awaited<ReturnType<typeof update.execute>>, UpdateResult[]>>()
}

// Many rows

export async function manyRows(people: AsyncIterable<{ name: string; age: number | null }>): Promise<void> {
  const inserted = await executeMany(
    db,
    (p) =>
      db
        .insertInto('person')
        .values({ name: p('name'), age: p('age') })
        .returning('id'),
    people,
    { returning: true },
  )
  is<Equal<typeof inserted.rows, { id: number }[]>>()
  // @ts-expect-error The rows have no such value.
  void executeMany(db, (p) => db.insertInto('person').values({ name: p('surname') }), people)
  void executeMany(
    trx,
    // @ts-expect-error The column is a string.
    (p) => trx.insertInto('person').values({ name: p('name') }),
    [{ name: 1 }],
  )
}
