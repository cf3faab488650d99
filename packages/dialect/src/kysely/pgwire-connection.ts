import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'

import type { Connection } from '../client/connection.ts'
import type { QueryResult as ServerResult } from '../connection/exchanges/query.ts'
import type { AbortableOptions } from './abortable-options.ts'
import { ChunkStream, refuseBesideStream } from './chunk-stream.ts'

/** Commands whose row count is a number of affected rows. */
const AFFECTING: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE'])

/** Commands of which Kysely wants to know how they ended: COMMIT of a failed transaction comes back as ROLLBACK. */
const ENDING: ReadonlySet<string> = new Set(['COMMIT', 'ROLLBACK'])

/** A connection as Kysely sees it. One object for the whole life of the connection: Kysely puts its logging on it. */
export class PgwireConnection implements DatabaseConnection {
  readonly #connection: Connection
  /** Cancels the abortable query that is running; null while there is none. */
  #cancellation: AbortController | null = null
  /** Streams that have begun and not ended. */
  readonly #streams = new Set<unknown>()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** The driver's own connection, for what Kysely has no words for. */
  get connection(): Connection {
    return this.#connection
  }

  /** Whether a stream has begun and not ended: nothing else can run before it does. */
  get streaming(): boolean {
    return this.#streams.size > 0
  }

  /** Throws `UsageError` while a stream is open: what is asked of the connection meanwhile would wait for ever. */
  requireNoStream(): void {
    refuseBesideStream(this.#streams)
  }

  // Not async: each of Kysely's layers costs a promise already, and V8 finds the caller through this `then` as well.
  executeQuery<R>(compiledQuery: CompiledQuery, options?: AbortableOptions): Promise<QueryResult<R>> {
    refuseBesideStream(this.#streams)
    if (options?.signal !== undefined) return this.#executeAbortable(compiledQuery)
    const { sql, parameters } = compiledQuery
    return this.#connection.query<R>(sql, parameters).then(kyselyResult<R>)
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
    return new ChunkStream(batches, signal, this.#streams)
  }

  /** Nothing to collect: the server told the process id and the key at login. Kysely awaits this before each query. */
  async collectSessionInfo(): Promise<void> {}

  /**
   * By CancelRequest, on a socket of its own: no pool connection, no login, and never somebody else's query. A query
   * that has not been sent yet never will be. Resolves once the connection serves again.
   */
  async cancelQuery(): Promise<void> {
    const cancellation = this.#cancellation
    if (cancellation === null) {
      await this.#connection.cancel()
      return
    }
    cancellation.abort()
    await this.#connection.settled()
  }

  /** Stops the query, so that the server notices, and then the session. */
  async killSession(): Promise<void> {
    await this.cancelQuery()
    this.#connection.terminate()
  }

  async #executeAbortable<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const cancellation = new AbortController()
    this.#cancellation = cancellation
    try {
      return kyselyResult(await this.#connection.query<R>(sql, parameters, { signal: cancellation.signal }))
    } catch (error) {
      // Kysely has told its caller already, and would print this as a failure in the background.
      if (cancellation.signal.aborted) return { rows: [] }
      throw error
    } finally {
      if (this.#cancellation === cancellation) this.#cancellation = null
    }
  }
}

/** A result as Kysely has them. */
export function kyselyResult<R>({ command, rowCount, rows }: ServerResult<R>): QueryResult<R> {
  if (AFFECTING.has(command)) return { numAffectedRows: BigInt(rowCount ?? 0), rows }
  return { rows: ENDING.has(command) ? [{ command } as R] : rows }
}
