/** What the compiler makes of the verbs of a connection, a pool and a transaction. Checked by `tsc` alone; never run. */
import type { Kysely } from 'kysely'
import {
  type Connection,
  type Cursor,
  type Notice,
  type Pool,
  type PreparedStatement,
  retryTransaction,
  type Transaction,
} from 'kysely-pgwire'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

function is<_Fact extends true>(): void {}

interface Person {
  name: string
}

declare const subjects: readonly (Connection | Pool | Transaction)[]
declare const connection: Connection
declare const pool: Pool
declare const db: Kysely<{ person: Person }>

export async function verbs(): Promise<void> {
  for (const subject of subjects) {
    const rows = await subject.fetch<Person>('select name from person where id = $1', [1])
    is<Equal<typeof rows, Person[]>>()
    const row = await subject.fetchRow<Person>('select name from person')
    is<Equal<typeof row, Person | null>>()
    const value = await subject.fetchValue<string>('select name from person', [], { column: 'name' })
    is<Equal<typeof value, string | null>>()
    const unknownValue = await subject.fetchValue('select 1')
    is<Equal<typeof unknownValue, unknown>>()
    const cursor = subject.cursor<Person>('select name from person', [], { prefetch: 10 })
    is<Equal<typeof cursor, Cursor<Person>>>()
    for await (const person of cursor) is<Equal<typeof person, Person>>()
    const result = await subject.transaction(
      async (transaction) => {
        is<Equal<typeof transaction, Transaction>>()
        return 1
      },
      { isolationLevel: 'repeatable read', accessMode: 'read only', deferrable: true },
    )
    is<Equal<typeof result, number>>()
    // @ts-expect-error -- a level that PostgreSQL does not have
    await subject.transaction(async () => {}, { isolationLevel: 'snapshot' })
    // @ts-expect-error -- rows are objects or arrays as a whole, and a value is neither
    await subject.fetchValue('select 1', [], { rowMode: 'array' })
  }
  // @ts-expect-error -- a nested transaction ends with the outer one, whose signal it is
  await pool.transaction((outer) => outer.transaction(async () => {}, { signal: AbortSignal.abort() }))

  const statement = await connection.prepare('select name from person where id = $1')
  is<Equal<typeof statement, PreparedStatement>>()
  is<Equal<Awaited<ReturnType<typeof statement.fetch<Person>>>, Person[]>>()
  connection.onNotice((notice) => is<Equal<typeof notice, Notice>>())
  const stop = connection.onClose((error) => is<Equal<typeof error, Error | null>>())
  is<Equal<typeof stop, () => void>>()

  const retried = await retryTransaction(
    db,
    async (transaction) => transaction.selectFrom('person').select('name').execute(),
    { isolationLevel: 'serializable', maxAttempts: 3 },
  )
  is<Equal<typeof retried, { name: string }[]>>()
  // @ts-expect-error -- a table that the database does not have
  await retryTransaction(db, async (transaction) => transaction.selectFrom('pet').execute())
}
