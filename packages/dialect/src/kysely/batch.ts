import type { CompiledQuery, QueryExecutorProvider, QueryResult } from 'kysely'

import type { BatchOptions } from '../client/batch.ts'
import type { QueryResult as ServerResult } from '../connection/exchanges/query.ts'
import { positionOf } from '../errors/batch-position.ts'
import { noteTag } from '../errors/tag.ts'
import { UsageError } from '../errors/usage-error.ts'
import { type CompilableQuery, compileQuery, type RowOf } from './compilable-query.ts'
import { kyselyResult } from './pgwire-connection.ts'
import { provideConnection } from './provide-connection.ts'
import { overridden, queryOptionsOf } from './query-options.ts'
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
 *
 * Of {@link queryOptions}, what `options` leaves out is taken from the queries: the shortest `timeoutMs`, `prepare: false` if
 * one has it, `types` where all have the same, `replica` where all have it. An error has the tag of its query.
 */
export async function batch<const Queries extends readonly CompilableQuery[]>(
  db: QueryExecutorProvider,
  queries: Queries,
  options?: Omit<BatchOptions, 'rowMode'>,
): Promise<KyselyBatchResults<Queries>> {
  const compiled = queries.map((query) => compileQuery(query, db))
  const results = await runTogether(db, compiled, options)
  const executor = db.getExecutor()
  const transformed = compiled.map(({ queryId }, index) =>
    transformResult(executor, kyselyResult(results[index]!), queryId),
  )
  return (await Promise.all(transformed)) as KyselyBatchResults<Queries>
}

async function runTogether(
  db: QueryExecutorProvider,
  queries: readonly CompiledQuery[],
  options: Omit<BatchOptions, 'rowMode'> | undefined,
): Promise<ServerResult[]> {
  try {
    const all = overridden(optionsOfAll(queries, options), options)
    const reading = all.replica === true ? queries.map(({ sql }) => sql) : null
    return await provideConnection(db, (connection) => connection.batch(queries, all), reading)
  } catch (error) {
    const query = queries[positionOf(error).queryIndex ?? -1]
    throw query === undefined ? error : noteTag(error, options?.tag ?? queryOptionsOf(query)?.tag)
  }
}

function optionsOfAll(queries: readonly CompiledQuery[], options: BatchOptions | undefined): BatchOptions {
  const all = queries.map((query) => queryOptionsOf(query) ?? {})
  // Of an array, the lowest; 0 is no limit and leaves the others theirs.
  const limits = all.flatMap(({ timeoutMs = 0 }) => (timeoutMs > 0 ? [timeoutMs] : []))
  const unlimited = all.length > 0 && all.every(({ timeoutMs }) => timeoutMs === 0)
  const types = all[0]?.types
  if (options?.types === undefined && all.some((other) => other.types !== types)) {
    throw new UsageError('The queries of a batch are read with one profile of types')
  }
  return {
    ...(limits.length > 0 ? { timeoutMs: Math.min(...limits) } : unlimited ? { timeoutMs: 0 } : {}),
    ...(all.some(({ prepare }) => prepare === false) ? { prepare: false } : {}),
    ...(types === undefined ? {} : { types }),
    ...(all.length > 0 && all.every(({ replica }) => replica === true) ? { replica: true } : {}),
  }
}
