import {
  type CompiledQuery,
  DeleteResult,
  InsertResult,
  MergeResult,
  type QueryExecutor,
  type QueryExecutorProvider,
  type QueryResult,
  UpdateResult,
} from 'kysely'

import type { AbortableOptions } from './abortable-options.ts'
import { type CompilableQuery, compileQuery } from './compilable-query.ts'
import {
  type AnyParameters,
  bindParameters,
  type ParameterValues,
  type Placeholders,
  placeholders,
} from './placeholders.ts'
import { PoolRoute } from './pool-route.ts'

/** A query that was compiled once, to be executed many times. */
export interface PreparedQuery<Parameters extends object, Output> {
  /** Executes it, and gives what `execute` of its builder gives. */
  execute(parameters: ParameterValues<Parameters>, options?: AbortableOptions): Promise<Output[]>
  /** The first row, or undefined. */
  executeTakeFirst(parameters: ParameterValues<Parameters>, options?: AbortableOptions): Promise<Output | undefined>
  /** The same query on a transaction, or on another Kysely. */
  using(db: QueryExecutorProvider): PreparedQuery<Parameters, Output>
}

/**
 * Compiles a query once. Its parameters are named, and given when it is executed:
 *
 * ```ts
 * const userById = prepare(db, (p: Placeholders<{ id: number }>) => db.selectFrom('users').selectAll().where('id', '=', p('id')))
 * const user = await userById.executeTakeFirst({ id: 1 })
 * ```
 *
 * Without the type of the parameters, any name is taken, and any value. What is written into the query stays as it is.
 */
export function prepare<Output, Parameters extends object = AnyParameters>(
  db: QueryExecutorProvider,
  build: (p: Placeholders<Parameters>) => CompilableQuery<Output>,
): PreparedQuery<Parameters, Output> {
  const compiled = compileQuery(build(placeholders<Parameters>()), db)
  return preparedOn(db.getExecutor(), compiled, bindParameters(compiled), resultsOf(compiled))
}

function preparedOn<Parameters extends object, Output>(
  executor: QueryExecutor,
  compiled: CompiledQuery<Output>,
  bind: (values: object) => unknown[],
  results: (result: QueryResult<Output>) => Output[],
): PreparedQuery<Parameters, Output> {
  const { sql, query, queryId } = compiled
  const route = query.kind === 'RawNode' ? null : new PoolRoute(executor)
  const execute = async (values: object, options?: AbortableOptions): Promise<Output[]> => {
    const bound = { sql, query, queryId, parameters: bind(values) }
    // What can be aborted is Kysely's to abort.
    const straight = options?.signal === undefined ? route : null
    return results(await (straight?.run<Output>(bound) ?? executor.executeQuery<Output>(bound, options)))
  }
  return {
    execute,
    executeTakeFirst: async (values, options) => (await execute(values, options))[0],
    using: (db) => preparedOn(db.getExecutor(), compiled, bind, results),
  }
}

/** What the builder of a query would make of its result. */
function resultsOf<Output>({ query }: CompiledQuery<Output>): (result: QueryResult<Output>) => Output[] {
  const returning = 'returning' in query && query.returning !== undefined
  const counted = returning ? undefined : COUNTS[query.kind]
  return counted === undefined ? ({ rows }) => rows : (result) => [counted(result) as Output]
}

const COUNTS: Readonly<Record<string, (result: QueryResult<unknown>) => object>> = {
  InsertQueryNode: ({ numAffectedRows }) => new InsertResult(undefined, numAffectedRows ?? 0n),
  UpdateQueryNode: ({ numAffectedRows }) => new UpdateResult(numAffectedRows ?? 0n, undefined),
  DeleteQueryNode: ({ numAffectedRows }) => new DeleteResult(numAffectedRows ?? 0n),
  MergeQueryNode: ({ numAffectedRows }) => new MergeResult(numAffectedRows),
}
