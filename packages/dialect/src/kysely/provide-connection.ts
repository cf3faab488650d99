import type { QueryExecutorProvider } from 'kysely'

import type { Connection } from '../client/connection.ts'
import { UsageError } from '../errors/usage-error.ts'
import { PgwireConnection } from './pgwire-connection.ts'

/**
 * Lends the driver's connection behind `db`: that of the transaction, where `db` is one, and otherwise one of the pool,
 * until `use` has settled. Throws `UsageError` for a Kysely that runs on another dialect.
 */
export function provideConnection<Result>(
  db: QueryExecutorProvider,
  use: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  return db.getExecutor().provideConnection(async (connection) => {
    if (!(connection instanceof PgwireConnection)) {
      throw new UsageError('This function needs a Kysely with the dialect of kysely-pgwire')
    }
    connection.requireNoStream()
    return use(connection.connection)
  })
}
