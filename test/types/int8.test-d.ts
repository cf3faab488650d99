/** How int8 and numeric columns are written and compared through Kysely. Checked by `tsc` alone; never run. */
import { type ColumnType, type Generated, type Kysely, sql } from 'kysely'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

function is<_Fact extends true>(): void {}

type Int8 = ColumnType<`${number}`, string | number | bigint, string | number | bigint>

interface Shop {
  person: { id: Generated<`${number}`>; parent: Int8 | null; visits: Int8 }
}

declare const db: Kysely<Shop>
declare const text: string
declare const count: number
declare const big: bigint

export async function written(): Promise<void> {
  for (const visits of [text, count, big, '7', 7, 7n]) {
    await db.insertInto('person').values({ visits, parent: visits }).execute()
    await db.updateTable('person').set({ visits }).where('id', '=', '1').execute()
    await db.updateTable('person').set('visits', visits).execute()
  }
}

export async function compared(): Promise<void> {
  const person = await db.selectFrom('person').selectAll().executeTakeFirstOrThrow()
  is<Equal<typeof person, { id: `${number}`; parent: `${number}` | null; visits: `${number}` }>>()
  const where = db.selectFrom('person').selectAll()
  // What was read, digits, and what is written as digits.
  await where.where('id', '=', person.visits).where('visits', 'in', [person.id]).execute()
  await where.where('id', '=', '42').where('parent', 'is', null).execute()
  await where.where('id', '=', `${count}`).execute()
  // A bigint, and text of which the server says whether it is digits.
  await where.where('id', '=', sql<`${number}`>`${big}`).execute()
  await where.where('id', '=', sql<`${number}`>`${text}`).execute()
  // @ts-expect-error -- Kysely compares with what is read, and a number is not
  await where.where('id', '=', 42).execute()
  // @ts-expect-error -- nor is a bigint
  await where.where('id', '=', big).execute()
  // @ts-expect-error -- not digits, as far as one knows
  await where.where('id', '=', text).execute()
  // @ts-expect-error -- surely not
  await where.where('id', '=', 'first').execute()
}
