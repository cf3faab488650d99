import type { QueryExecutorProvider } from 'kysely'

import type { Connection } from '../client/connection.ts'
import { UsageError } from '../errors/usage-error.ts'
import { PgwireConnection } from './pgwire-connection.ts'

/**
 * Lends the driver's connection behind `db`: that of the transaction, where `db` is one, and otherwise one of the pool,
 * until `use` has settled. Throws `UsageError` for a Kysely that runs on another dialect. `reading`: statements that are marked
 * for a replica; null for anything else.
 */
export function provideConnection<Result>(
  db: QueryExecutorProvider,
  use: (connection: Connection) => Promise<Result>,
  reading: readonly string[] | null = null,
): Promise<Result> {
  return lendConnection(db, async (connection) => {
    connection.requireNoStream()
    return use(await bound(connection, reading))
  })
}

/**
 * `provideConnection` for what may have to wait for its caller. In a transaction it runs behind Kysely's back, which would have
 * everything else that is asked of the transaction wait until `use` has settled: so the driver can refuse what `use` would wait for.
 */
export async function shareConnection<Result>(
  db: QueryExecutorProvider & { readonly isTransaction?: boolean },
  use: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  if (db.isTransaction !== true) return provideConnection(db, use)
  const connection = await lendConnection(db, async (lent) => lent)
  connection.requireNoStream()
  return use(await connection.bind())
}

/** `provideConnection` for what has the connection to itself: whatever else is asked of it meanwhile throws `UsageError`. */
export async function occupyConnection<Result>(
  db: QueryExecutorProvider & { readonly isTransaction?: boolean },
  use: (connection: Connection) => Promise<Result>,
  reading: readonly string[] | null = null,
): Promise<Result> {
  const occupied = async (connection: PgwireConnection): Promise<Result> => {
    const leave = connection.occupy()
    try {
      return await use(await bound(connection, reading))
    } finally {
      leave()
    }
  }
  if (db.isTransaction !== true) return lendConnection(db, occupied)
  // While Kysely lends the connection of a transaction, it has all that is asked of the transaction wait, and `use` may be
  // waiting for just that. The connection stays the transaction's, so that it can be used behind Kysely's back.
  return occupied(await lendConnection(db, async (connection) => connection))
}

function bound(connection: PgwireConnection, reading: readonly string[] | null): Promise<Connection> {
  return reading === null ? connection.bind() : connection.bindReading(reading)
}

function lendConnection<Result>(
  db: QueryExecutorProvider,
  use: (connection: PgwireConnection) => Promise<Result>,
): Promise<Result> {
  return db.getExecutor().provideConnection(async (connection) => {
    if (connection instanceof PgwireConnection) return use(connection)
    throw new UsageError('This function needs a Kysely with the dialect of kysely-pgwire')
  })
}
