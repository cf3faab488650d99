/** What the compiler makes of `copyTo`. Checked by `tsc` alone; never run. */
import {
  type Generated,
  type GeneratedAlways,
  type Kysely,
  type Selectable,
  sql,
  type Transaction as KyselyTransaction,
} from 'kysely'
import { type Connection, type CopyStream, copyTo, type Pool, type Transaction } from 'kysely-pgwire'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

function is<_Fact extends true>(): void {}

interface Person {
  id: Generated<number>
  name: string
  age: number | null
  twice: GeneratedAlways<number>
}

declare const db: Kysely<{ person: Person }>
declare const trx: KyselyTransaction<{ person: Person }>
declare const subjects: readonly (Connection | Pool | Transaction)[]

export async function throughKysely(): Promise<void> {
  const bytes = copyTo(db, 'person')
  is<Equal<typeof bytes, CopyStream<Uint8Array>>>()
  const csv = copyTo(db, 'person', { format: 'csv', header: true, columns: ['name', 'twice'], forceQuote: ['name'] })
  is<Equal<typeof csv, CopyStream<Uint8Array>>>()
  is<Equal<ReturnType<typeof csv.readable>, ReadableStream<Uint8Array>>>()
  is<Equal<typeof csv.rowCount, number | null>>()

  const rows = copyTo(trx, 'person', { format: 'rows' })
  is<Equal<typeof rows, CopyStream<Selectable<Person>[]>>>()
  const query = db.selectFrom('person').select(['name', sql<bigint>`count(*)`.as('n')])
  const counted = copyTo(db, query, { format: 'rows' })
  is<Equal<typeof counted, CopyStream<{ name: string; n: bigint }[]>>>()
  for await (const batch of counted) is<Equal<typeof batch, { name: string; n: bigint }[]>>()
  const compiled = copyTo(db, query.compile(), { format: 'rows' })
  is<Equal<typeof compiled, typeof counted>>()
  const ofQuery = copyTo(db, query, { format: 'binary', signal: AbortSignal.abort() })
  is<Equal<typeof ofQuery, CopyStream<Uint8Array>>>()
  const deleted = copyTo(db, db.deleteFrom('person').returning('id'), { format: 'rows' })
  is<Equal<typeof deleted, CopyStream<{ id: number }[]>>>()

  // @ts-expect-error -- no such table
  copyTo(db, 'persons')
  // @ts-expect-error -- no such column
  copyTo(db, 'person', { columns: ['nome'] })
  // @ts-expect-error -- a query has its own columns
  copyTo(db, query, { columns: ['name'] })
  // @ts-expect-error -- rows are no CSV
  copyTo(db, 'person', { format: 'rows', delimiter: ',' })
  // @ts-expect-error -- no such format
  copyTo(db, 'person', { format: 'json' })
  // @ts-expect-error -- options of COPY FROM
  copyTo(db, 'person', { freeze: true })
}

export async function throughTheDriver(): Promise<void> {
  for (const subject of subjects) {
    const bytes = subject.copyTo('person', { format: 'csv' })
    is<Equal<typeof bytes, CopyStream<Uint8Array>>>()
    const rows = subject.copyTo<{ id: number }>(
      { query: 'select id from person where id > $1', parameters: [1] },
      { format: 'rows' },
    )
    is<Equal<typeof rows, CopyStream<{ id: number }[]>>>()
    const unknown = subject.copyTo({ schema: 'public', table: 'person' }, { format: 'rows' })
    is<Equal<typeof unknown, CopyStream<Record<string, unknown>[]>>>()
    // @ts-expect-error -- the mode of rows is not for bytes
    subject.copyTo('person', { format: 'text', rowMode: 'array' })
  }
}
