import type { QueryExecutorProvider } from 'kysely'

import type { Connection } from '../client/connection.ts'
import type { QueryOptions } from '../client/query.ts'
import type { QueryResult } from '../connection/exchanges/query.ts'
import { type CompilableQuery, compileQuery } from './compilable-query.ts'
import { provideConnection } from './provide-connection.ts'
import { overridden, queryOptionsOf } from './query-options.ts'

/**
 * Runs a query and gives its rows as arrays in the order of its columns, which keeps columns of the same name apart.
 *
 * Kysely knows the columns of a query by their names alone, so `Row` is for the caller to say: without it a row has `unknown`
 * values. Neither the plugins nor the log of Kysely see the result. `options` go before those of {@link queryOptions}.
 *
 * ```ts
 * const { rows } = await executeArrays<[number, string]>(db, db.selectFrom('users').select(['id', 'name']))
 * ```
 */
export async function executeArrays<Row extends readonly unknown[] = unknown[]>(
  db: QueryExecutorProvider,
  query: CompilableQuery,
  options?: Omit<QueryOptions, 'rowMode'>,
): Promise<QueryResult<Row>> {
  const compiled = compileQuery(query, db)
  const all: QueryOptions = { ...overridden(queryOptionsOf(compiled), options), rowMode: 'array' }
  const run = (connection: Connection): Promise<QueryResult<Row>> =>
    connection.query<Row>(compiled.sql, compiled.parameters, all)
  return provideConnection(db, run, all.replica === true ? [compiled.sql] : null)
}
