import type { QueryExecutorProvider, QueryResult } from 'kysely'

import type { BatchOptions } from '../client/batch.ts'
import { type CompilableQuery, compileQuery, type RowOf } from './compilable-query.ts'
import { kyselyResult } from './pgwire-connection.ts'
import { provideConnection } from './provide-connection.ts'
import { transformResult } from './transform-result.ts'

/** What {@link batch} gives: rows, and the number of affected rows, for each query in order. */
export type KyselyBatchResults<Queries extends readonly CompilableQuery[]> = {
  -readonly [Index in keyof Queries]: QueryResult<RowOf<Queries[Index]>>
}

/**
 * Runs several queries in one round trip: all or nothing outside a transaction, and inside one a part of it.
 *
 * The error says which query failed: `queryIndex`, from 0. Queries that are compiled on their way and never run by Kysely do
 * not appear in its log. See {@link Connection.batch}.
 */
export async function batch<const Queries extends readonly CompilableQuery[]>(
  db: QueryExecutorProvider,
  queries: Queries,
  options?: Pick<BatchOptions, 'signal' | 'types'>,
): Promise<KyselyBatchResults<Queries>> {
  const compiled = queries.map((query) => compileQuery(query, db))
  const results = await provideConnection(db, (connection) => connection.batch(compiled, options))
  const executor = db.getExecutor()
  const transformed = compiled.map(({ queryId }, index) =>
    transformResult(executor, kyselyResult(results[index]!), queryId),
  )
  return (await Promise.all(transformed)) as KyselyBatchResults<Queries>
}
