import type { QueryExecutorProvider } from 'kysely'

import type { ExecuteManyOptions } from '../client/execute-many.ts'
import { placeError } from '../errors/batch-position.ts'
import { type CompilableQuery, compileQuery, type RowOf } from './compilable-query.ts'
import { kyselyResult } from './pgwire-connection.ts'
import { bindParameters, type Placeholders, placeholders } from './placeholders.ts'
import { provideConnection, shareConnection } from './provide-connection.ts'
import { overridden, queryOptionsOf } from './query-options.ts'
import { transformResult } from './transform-result.ts'

/** What {@link executeMany} gives. */
export interface ExecuteManyResult<Row> {
  /** The total over all rows; undefined for queries that change none. */
  readonly numAffectedRows: bigint | undefined
  /** What the query returned, in order, with `returning: true`. */
  readonly rows: Row[]
}

/**
 * Executes a query that is compiled once for each of many rows, which are sent as they come.
 *
 * ```ts
 * await executeMany(db, (p) => db.insertInto('users').values({ id: p('id'), name: p('name') }), users)
 * ```
 *
 * Outside a transaction it is one: all or nothing, unless `atomic: false`. The error says which row failed: `rowIndex`. In a
 * transaction the rows cannot wait for a query of the same transaction: that throws `UsageError`. `options` go before those of {@link queryOptions}. See {@link Connection.executeMany}.
 */
export async function executeMany<Row extends object, Query extends CompilableQuery>(
  db: QueryExecutorProvider,
  build: (p: Placeholders<Row>) => Query,
  rows: Iterable<Row> | AsyncIterable<Row>,
  options?: Omit<ExecuteManyOptions, 'rowMode'>,
): Promise<ExecuteManyResult<RowOf<Query>>> {
  const compiled = compileQuery(build(placeholders<Row>()), db)
  const bind = bindParameters(compiled)
  const waits = Symbol.asyncIterator in rows
  const parameterRows = waits ? boundLater(rows, bind) : bound(rows, bind)
  const result = await (waits ? shareConnection : provideConnection)(db, (connection) =>
    connection.executeMany<RowOf<Query>>(compiled.sql, parameterRows, overridden(queryOptionsOf(compiled), options)),
  )
  const transformed = await transformResult(db.getExecutor(), kyselyResult(result), compiled.queryId)
  return { numAffectedRows: transformed.numAffectedRows, rows: transformed.rows }
}

type Bind = (values: object) => unknown[]

function* bound(rows: Iterable<object>, bind: Bind): Generator<unknown[]> {
  let index = 0
  for (const row of rows) yield boundRow(row, bind, index++)
}

async function* boundLater(rows: AsyncIterable<object>, bind: Bind): AsyncGenerator<unknown[]> {
  let index = 0
  for await (const row of rows) yield boundRow(row, bind, index++)
}

function boundRow(row: object, bind: Bind, rowIndex: number): unknown[] {
  try {
    return bind(row)
  } catch (error) {
    throw placeError(error as Error, { rowIndex })
  }
}
