/** What the compiler accepts of the dialect's users, and what it refuses. Checked by `tsc` alone; never run. */
import { type DatabaseConnection, type Dialect, type Generated, Kysely } from 'kysely'
import {
  type Connection,
  type ConnectionHook,
  createPool,
  type Lease,
  PgwireAdapter,
  PgwireConnection,
  PgwireDialect,
  type PgwireDialectConfig,
  type Pool,
  PostgresError,
} from 'kysely-pgwire'
import type { DatabaseError } from 'pg-protocol'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

function is<_Fact extends true>(): void {}

interface Shop {
  person: { id: Generated<number>; name: string; age: number | null }
}

// Options

const pool = createPool({ connection: 'postgres://localhost/shop', max: 3 })
export const accepted: readonly Dialect[] = [
  new PgwireDialect(),
  new PgwireDialect({}),
  new PgwireDialect({ connection: 'postgres://app@localhost/shop' }),
  new PgwireDialect({ connection: { host: 'localhost', port: 5432, user: 'app', database: 'shop' } }),
  new PgwireDialect({ pool: { max: 20, min: 2, acquireTimeoutMs: 0, idleTimeoutMs: 1_000 } }),
  new PgwireDialect({ pool }),
  new PgwireDialect({ onCreateConnection: async (_connection: DatabaseConnection) => {} }),
  new PgwireDialect({ onReserveConnection: async (_connection, options) => options?.signal?.throwIfAborted() }),
]

// @ts-expect-error -- an option that does not exist
new PgwireDialect({ conection: 'postgres://localhost' })
// @ts-expect-error -- a pool option that does not exist
new PgwireDialect({ pool: { maximum: 3 } })
// @ts-expect-error -- a number is not a text
new PgwireDialect({ pool: { max: '3' } })
// @ts-expect-error -- not a pool
new PgwireDialect({ pool: 3 })
// @ts-expect-error -- a hook is asynchronous
new PgwireDialect({ onCreateConnection: () => 1 })
// @ts-expect-error -- options cannot be changed afterwards
;({} as PgwireDialectConfig).connection = 'postgres://elsewhere'

is<Equal<Parameters<ConnectionHook>[0], DatabaseConnection>>()
is<Equal<ConstructorParameters<typeof PgwireDialect>, [config?: PgwireDialectConfig | undefined]>>()

// Rows are typed by the database interface, as with every dialect.

const db = new Kysely<Shop>({ dialect: new PgwireDialect() })
export async function rows(): Promise<void> {
  const people = await db.selectFrom('person').select(['id', 'age']).execute()
  is<Equal<typeof people, { id: number; age: number | null }[]>>()
  for await (const person of db.selectFrom('person').selectAll().stream()) {
    is<Equal<typeof person, { id: number; name: string; age: number | null }>>()
  }
  // @ts-expect-error -- a table that does not exist
  await db.selectFrom('persons').selectAll().execute()
}

// The ways from Kysely to the driver

export async function beneath(): Promise<void> {
  const { adapter } = db.getExecutor()
  if (adapter instanceof PgwireAdapter) is<Equal<typeof adapter.pool, Pool>>()
  await db.getExecutor().provideConnection(async (connection) => {
    if (connection instanceof PgwireConnection) is<Equal<typeof connection.connection, Connection>>()
  })
}

// Pools

export async function borrow(): Promise<void> {
  await using lease = await pool.acquire({ signal: AbortSignal.timeout(10) })
  is<Equal<typeof lease, Lease>>()
  const typed = await lease.connection.query<{ n: number }>('select $1::int4 as n', [1])
  is<Equal<typeof typed.rows, { n: number }[]>>()
  is<Equal<typeof typed.rowCount, number | null>>()
  const untyped = await pool.query('select 1')
  is<Equal<typeof untyped.rows, Record<string, unknown>[]>>()
  // @ts-expect-error -- parameters are a list
  await pool.query('select $1', 1)
  // @ts-expect-error -- statistics are to be read
  pool.stats.size = 1
}

// Errors

export function narrow(error: unknown): void {
  if (error instanceof PostgresError) {
    is<Equal<typeof error.code, string>>()
    is<Equal<typeof error.outcome, 'not-sent' | 'rolled-back' | 'unknown' | 'applied'>>()
    const inherited: DatabaseError = error
    void inherited
  }
}
