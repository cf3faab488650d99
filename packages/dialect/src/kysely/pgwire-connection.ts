import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'

import type { Connection } from '../client/connection.ts'
import type { QueryResult as ServerResult } from '../connection/exchanges/query.ts'
import { PostgresError } from '../errors/postgres-error.ts'

/** Commands whose row count is a number of affected rows. */
const AFFECTING: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE'])

/** Commands of which Kysely wants to know how they ended: COMMIT of a failed transaction comes back as ROLLBACK. */
const ENDING: ReadonlySet<string> = new Set(['COMMIT', 'ROLLBACK'])

/** What Kysely passes along with a query that it may abort. */
interface AbortableOptions {
  readonly signal?: AbortSignal
}

/** A connection as Kysely sees it. One object for the whole life of the connection: Kysely puts its logging on it. */
export class PgwireConnection implements DatabaseConnection {
  readonly #connection: Connection
  /** Queries that Kysely has aborted and cancelled: nobody waits for how they end. */
  #abandoned = 0

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** The driver's own connection, for what Kysely has no words for. */
  get connection(): Connection {
    return this.#connection
  }

  async executeQuery<R>(compiledQuery: CompiledQuery): Promise<QueryResult<R>> {
    const abandoned = this.#abandoned
    let result: ServerResult<R>
    try {
      result = await this.#connection.query<R>(compiledQuery.sql, compiledQuery.parameters)
    } catch (error) {
      // Kysely has told its caller already, and would print this as a failure in the background.
      if (abandoned !== this.#abandoned && wasCancelled(error)) return { rows: [] }
      throw error
    }
    const { command, rowCount, rows } = result
    if (AFFECTING.has(command)) return { numAffectedRows: BigInt(rowCount ?? 0), rows }
    return { rows: ENDING.has(command) ? [{ command } as R] : rows }
  }

  streamQuery<R>(
    compiledQuery: CompiledQuery,
    chunkSize: number,
    options?: AbortableOptions,
  ): AsyncIterableIterator<QueryResult<R>> {
    const signal = options?.signal
    const batches = this.#connection.stream<R>(compiledQuery.sql, compiledQuery.parameters, {
      batchRows: chunkSize,
      ...(signal === undefined ? {} : { signal }),
    })
    return {
      async next(): Promise<IteratorResult<QueryResult<R>>> {
        try {
          const batch = await batches.next()
          return batch.done === true ? { done: true, value: undefined } : { done: false, value: { rows: batch.value } }
        } catch (error) {
          // Kysely has told its caller already, and would print this as a failure in the background.
          if (signal?.aborted === true) return { done: true, value: undefined }
          throw error
        }
      },
      async return(): Promise<IteratorResult<QueryResult<R>>> {
        await batches.return()
        return { done: true, value: undefined }
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  /** Nothing to collect: the server told the process id and the key at login. Kysely awaits this before each query. */
  async collectSessionInfo(): Promise<void> {}

  /** By CancelRequest, on a socket of its own: no pool connection, no login, and never somebody else's query. */
  async cancelQuery(): Promise<void> {
    this.#abandoned++
    await this.#connection.cancel()
  }

  /** Stops the query, so that the server notices, and then the session. */
  async killSession(): Promise<void> {
    await this.cancelQuery()
    this.#connection.terminate()
  }
}

function wasCancelled(error: unknown): boolean {
  return error instanceof PostgresError && error.code === '57014'
}
