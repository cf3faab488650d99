/** What the compiler makes of `copyFrom`. Checked by `tsc` alone; never run. */
import type { ControlledTransaction, Generated, GeneratedAlways, Kysely, Transaction } from 'kysely'
import { type Connection, copyFrom, type CopyFromResult } from 'kysely-pgwire'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

function is<_Fact extends true>(): void {}

interface Shop {
  person: { id: Generated<number>; name: string; age: number | null; twice: GeneratedAlways<number> }
}

declare const db: Kysely<Shop>
declare const trx: Transaction<Shop>
declare const controlled: ControlledTransaction<Shop>
declare const saved: ControlledTransaction<Shop, ['one']>
declare const connection: Connection

interface Person {
  name: string
  age: number | null
}

declare const people: Person[]
declare const later: AsyncIterable<Person>

export async function rows(): Promise<void> {
  const result = await copyFrom(db, 'person', people)
  is<Equal<typeof result, CopyFromResult>>()
  await copyFrom(trx, 'person', later)
  await copyFrom(controlled, 'person', later)
  await copyFrom(saved, 'person', later)
  await copyFrom(db.withSchema('aside'), 'person', later)
  await copyFrom(db, 'person', new Set(people), { columns: ['name', 'age'] })
  await copyFrom(db, 'person', ReadableStream.from(people))
  // What the database fills in may be left out, and so may what can be NULL.
  await copyFrom(db, 'person', [{ name: 'Ann' }, { id: 3, name: 'Bob', age: 4 }])
  await copyFrom(db, 'person', [{ name: 'Ann' }], { columns: ['name'] })
  await copyFrom(db, 'person', [['Ann', 3]], { columns: ['name', 'age'] })
  await copyFrom(db, 'person', [['Ann', null] as const], { columns: ['name', 'age'], onProgress: ({ rows }) => rows })
}

export async function bytes(): Promise<void> {
  await copyFrom(db, 'person', 'Ann\t3\n', { columns: ['name', 'age'] })
  await copyFrom(db, 'person', new Response('').body!, { format: 'csv', header: true })
  await copyFrom(db, 'person', Buffer.from(''), { format: 'binary' })
}

export async function mistakes(): Promise<void> {
  // @ts-expect-error No such table.
  await copyFrom(db, 'persons', people)
  // @ts-expect-error No such column.
  await copyFrom(db, 'person', people, { columns: ['nome'] })
  // @ts-expect-error A name is a string.
  await copyFrom(db, 'person', [{ name: 3 }])
  // @ts-expect-error A name is missing.
  await copyFrom(db, 'person', [{ age: 3 }])
  // @ts-expect-error A column that is named has to be given.
  await copyFrom(db, 'person', [{ name: 'Ann' }], { columns: ['name', 'age'] })
  // @ts-expect-error In the order of the columns.
  await copyFrom(db, 'person', [[3, 'Ann']], { columns: ['name', 'age'] })
  // @ts-expect-error Always generated: nobody else may give it.
  await copyFrom(db, 'person', [[3]], { columns: ['twice'] })
  // @ts-expect-error Not one of the formats.
  await copyFrom(db, 'person', '', { format: 'json' })
  // @ts-expect-error Not rows.
  await copyFrom(db, 'person', 5)
}

export async function driver(): Promise<void> {
  const { rowCount } = await connection.copyFrom('person', people)
  is<Equal<typeof rowCount, number>>()
  await connection.copyFrom({ schema: 'public', table: 'person' }, later)
  await connection.copyFrom('person', connection.cursor<Person>('select 1'))
  // @ts-expect-error Numbers are no rows.
  await connection.copyFrom('person', [1])
}
