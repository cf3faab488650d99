import {
  type ControlledTransaction,
  type Kysely,
  QueryCreator,
  type QueryExecutor,
  type QueryExecutorProvider,
  type QueryResult,
  type Transaction,
} from 'kysely'

import { UsageError } from '../errors/usage-error.ts'
import { type CompilableQuery, compileQuery, type RowOf } from './compilable-query.ts'
import { PgwireConnection } from './pgwire-connection.ts'

/** Makes queries that leave without waiting for each other; also for fragments of `sql`. */
export type PipelineCreator<DB> = QueryCreator<DB> & QueryExecutorProvider

/** How each of several queries ended, in order. */
export type PipelineResults<Queries extends readonly CompilableQuery[]> = {
  -readonly [Index in keyof Queries]: PromiseSettledResult<QueryResult<RowOf<Queries[Index]>>>
}

/**
 * Has independent queries leave together, on one connection, and gives how each of them ended. The failure of one is not
 * that of the others, except in a transaction, which it leaves failed.
 */
export function pipeline<const Queries extends readonly CompilableQuery[]>(
  db: QueryExecutorProvider,
  queries: Queries,
): Promise<PipelineResults<Queries>>
/**
 * The same for queries that `run` makes with the `db` that it is given: each settles as soon as its own result is here.
 * Gives what `run` gives, once the server has answered them all.
 */
export function pipeline<DB, Result>(
  db: Kysely<DB> | Transaction<DB> | ControlledTransaction<DB>,
  run: (db: PipelineCreator<DB>) => Promise<Result>,
): Promise<Result>
export function pipeline<DB>(
  db: QueryExecutorProvider,
  work: readonly CompilableQuery[] | ((db: PipelineCreator<DB>) => Promise<unknown>),
): Promise<unknown> {
  const executor = db.getExecutor()
  return executor.provideConnection(async (connection) => {
    if (!(connection instanceof PgwireConnection)) {
      throw new UsageError('This function needs a Kysely with the dialect of kysely-pgwire')
    }
    connection.requireNoStream()
    const bound = await connection.bind()
    // Kysely's own provider for one connection has each query wait for the one before.
    const together = executor.withConnectionProvider({ provideConnection: (consumer) => consumer(connection) })
    if (typeof work !== 'function') {
      return Promise.allSettled(work.map((query) => together.executeQuery(compileQuery(query, db))))
    }
    try {
      return await work(creatorOn<DB>(together))
    } finally {
      await bound.settled()
    }
  })
}

function creatorOn<DB>(executor: QueryExecutor): PipelineCreator<DB> {
  return Object.assign(new QueryCreator<DB>({ executor }), { getExecutor: () => executor })
}
