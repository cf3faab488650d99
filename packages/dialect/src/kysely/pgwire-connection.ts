import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'

import type { BatchStream } from '../client/batch-stream.ts'
import type { Connection } from '../client/connection.ts'
import type { QueryOptions } from '../client/query.ts'
import { TransactionId } from '../client/transaction-id.ts'
import type { QueryResult as ServerResult } from '../connection/exchanges/query.ts'
import { UsageError } from '../errors/usage-error.ts'
import { neverSent } from '../pool/never-sent.ts'
import type { PoolQueryOptions } from '../pool/pool-query-options.ts'
import { MAX_DISPATCHES, type Pool } from '../pool/pool.ts'
import type { AbortableOptions } from './abortable-options.ts'
import { ChunkStream, refuseBesideStream } from './chunk-stream.ts'
import { queryOptionsOf } from './query-options.ts'

/** Commands whose row count is a number of affected rows. */
const AFFECTING: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE'])

/** Commands of which Kysely wants to know how they ended: COMMIT of a failed transaction comes back as ROLLBACK. */
const ENDING: ReadonlySet<string> = new Set(['COMMIT', 'ROLLBACK'])

const NO_STREAMS = new Set<unknown>()

let acquisitions = 0

/**
 * A connection as Kysely sees it, from when it acquires one to when it releases it. The pool's connection behind it is taken
 * when something needs one alone: a single short query of a builder shares one with others meanwhile.
 */
export class PgwireConnection implements DatabaseConnection {
  readonly #pool: Pool
  /** Of whoever has acquired it: it waits for nothing any more once this is aborted. */
  #signal: AbortSignal | undefined
  /** What it was acquired with. */
  #options: AbortableOptions | undefined
  #connection: Connection | null = null
  /** While a connection is waited for. */
  #taking: Promise<Connection> | null = null
  #released = true
  #acquisition = 0
  /** Of the transaction that runs. */
  #transactionId: TransactionId | null = null
  /** No query shares a connection any more: one has, or there are going to be several, which have one alone together. */
  #shared = false
  /** The next query may have to be stopped on the server: nothing else runs on its connection. */
  #alone = false
  /** Cancels the abortable query that is running; null while there is none. */
  #cancellation: AbortController | null = null
  /** Streams that have begun and not ended. */
  #streams = NO_STREAMS

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /** One that is bound to a connection which a hook of the pool is called with, and which is nobody's yet. */
  static on(pool: Pool, opened: Connection): PgwireConnection {
    const connection = new PgwireConnection(pool)
    connection.acquire(undefined)
    connection.#connection = opened
    return connection
  }

  /** Begins a use of it, which ends with `release`. The signal ends whatever waits for a connection meanwhile. */
  acquire(options: AbortableOptions | undefined): void {
    this.#options = options
    this.#signal = options?.signal
    this.#released = false
    this.#shared = false
    this.#alone = false
    this.#taking = null
    this.#acquisition = ++acquisitions
  }

  /** A number of this use, which no other has. */
  get acquisition(): number {
    return this.#acquisition
  }

  /**
   * The driver's own connection, for what Kysely has no words for. Throws `UsageError` before `bind` or a query that needs it
   * has taken one.
   */
  get connection(): Connection {
    if (this.#connection === null) throw new UsageError('No connection has been taken yet: await bind() first')
    return this.#connection
  }

  /** Whether nothing has been asked of it yet. */
  get fresh(): boolean {
    return this.#connection === null && this.#taking === null && !this.#shared
  }

  get pool(): Pool {
    return this.#pool
  }

  /** Takes a connection of the pool, which everything runs on from now on, and gives the driver's own. */
  async bind(): Promise<Connection> {
    this.#requireHeld()
    return this.#connection ?? (this.#connection = this.#pool.takeIdle()) ?? this.#take()
  }

  /**
   * `bind` for `statements` that only read, to a replica if there is one; what was asked of it before, or in `db.connection()`,
   * has chosen the primary. `options` are those that it would have been acquired with.
   */
  async bindReading(statements: readonly string[], options?: AbortableOptions): Promise<Connection> {
    this.#requireHeld()
    const chosen = !this.fresh || options !== this.#options
    if (chosen || (statements.length === 0 && !this.#pool.replicated)) return this.bind()
    this.#taking = this.#pool.takeReading(statements, this.#signal)
    return this.#take()
  }

  /** Has the transaction that was begun tell its id, behind its first write: it answers for a COMMIT that is lost. */
  trackTransaction(writes: boolean): void {
    this.#transactionId = new TransactionId(this.connection, writes)
  }

  /** The end of what `trackTransaction` began: the COMMIT or ROLLBACK is next. */
  endTransaction(): TransactionId | null {
    const id = this.#transactionId
    this.#transactionId = null
    return id
  }

  /** Ends a use of it, and gives the connection back, if one was taken. False when it had ended before. */
  release(): boolean {
    if (this.#released) return false
    this.#released = true
    this.#signal = undefined
    const connection = this.#connection
    if (connection === null) return true
    this.#connection = null
    this.#transactionId = null
    // Whoever has left a stream open might still read from it.
    if (this.#streams.size > 0) connection.terminate()
    this.#streams = NO_STREAMS
    this.#pool.giveBack(connection)
    return true
  }

  /** Throws `UsageError` while a stream is open: what is asked of the connection meanwhile would wait for ever. */
  requireNoStream(): void {
    refuseBesideStream(this.#streams)
  }

  /** Notes that something has the connection to itself, like a stream, until the returned function is called. */
  occupy(): () => void {
    refuseBesideStream(this.#streams)
    const occupation = {}
    const streams = this.#ownStreams
    streams.add(occupation)
    return () => void streams.delete(occupation)
  }

  // Not async: each of Kysely's layers costs a promise already, and V8 finds the caller through this `then` as well.
  executeQuery<R>(compiledQuery: CompiledQuery, options?: AbortableOptions): Promise<QueryResult<R>> {
    refuseBesideStream(this.#streams)
    // Kysely acquires for a single query with the options of that query, and for `db.connection()` with others.
    if (options !== this.#options) this.#shared = true
    if (options?.signal !== undefined) return this.#executeAbortable(compiledQuery, options.signal)
    return this.#query<R>(compiledQuery, queryOptionsOf(compiledQuery)).then(kyselyResult<R>)
  }

  streamQuery<R>(
    compiledQuery: CompiledQuery,
    chunkSize: number,
    options?: AbortableOptions,
  ): AsyncIterableIterator<QueryResult<R>> {
    const signal = options?.signal
    const { sql, parameters } = compiledQuery
    const settings = {
      ...queryOptionsOf(compiledQuery),
      batchRows: chunkSize,
      ...(signal === undefined ? {} : { signal }),
    }
    const bound = parameters.slice()
    const bind = (): Promise<Connection> => (settings.replica === true ? this.bindReading([sql], options) : this.bind())
    const open = async (): Promise<BatchStream<R>> => (await bind()).stream<R>(sql, bound, settings)
    return new ChunkStream(open, signal, this.#ownStreams)
  }

  /**
   * Kysely awaits this before a query that it may have to stop on the server. Such a query has a connection alone, and there
   * is nothing to collect: the server told the process id and the key at login.
   */
  async collectSessionInfo(): Promise<void> {
    // Which server it goes to depends on what the query is.
    if (this.#pool.replicated) {
      this.#alone = true
      return
    }
    try {
      await this.bind()
    } catch (error) {
      // Kysely has told its caller already, and would print this as a failure in the background.
      if (this.#signal?.aborted !== true) throw error
    }
  }

  /**
   * By CancelRequest, on a socket of its own: no pool connection, no login, and never somebody else's query. A query
   * that has not been sent yet never will be. Resolves once the connection serves again.
   */
  async cancelQuery(): Promise<void> {
    const cancellation = this.#cancellation
    if (cancellation === null) await this.#connection?.cancel()
    cancellation?.abort()
    await this.#connection?.settled()
  }

  /** Stops the query, so that the server notices, and then the session. */
  async killSession(): Promise<void> {
    await this.cancelQuery()
    this.#connection?.terminate()
  }

  #requireHeld(): void {
    if (this.#released) throw new UsageError('The connection was released')
  }

  /** Most leases never stream, and make no set. */
  get #ownStreams(): Set<unknown> {
    if (this.#streams === NO_STREAMS) this.#streams = new Set()
    return this.#streams
  }

  #query<R>(compiledQuery: CompiledQuery, options: QueryOptions | undefined): Promise<ServerResult<R>> {
    const { sql, parameters, query } = compiledQuery
    const connection = this.#connection
    this.#requireHeld()
    if (connection !== null) return this.#queryOn<R>(connection, sql, parameters, options)
    if (options?.replica === true && this.fresh) return this.#queryReading<R>(sql, parameters, options)
    // What is written by hand may do anything to the session, and a second query may count on what the first has done.
    if (!this.#shared && !this.#alone && this.#taking === null && query.kind !== 'RawNode') {
      const waitSignal = this.#signal
      const all = waitSignal === undefined ? options : { ...options, waitSignal }
      const shared = this.#pool.queryShared<R>(sql, parameters, all)
      if (shared !== null) {
        this.#shared = true
        return shared
      }
    }
    const idle = this.#taking === null ? this.#pool.takeIdle() : null
    this.#connection = idle
    return this.#queryFirst(idle, sql, parameters.slice(), options)
  }

  /** What may have to be stopped on the server has a connection alone. */
  async #queryReading<R>(sql: string, parameters: readonly unknown[], options: QueryOptions): Promise<ServerResult<R>> {
    const bound = parameters.slice()
    if (!this.#alone) {
      this.#shared = true
      const all: PoolQueryOptions = { ...options, waitSignal: this.#signal }
      return await this.#pool.query<R>(sql, bound, all)
    }
    const connection = await this.bindReading([sql], this.#options)
    return await connection.query<R>(sql, bound, options)
  }

  #queryOn<R>(
    connection: Connection,
    sql: string,
    parameters: readonly unknown[],
    options: QueryOptions | undefined,
  ): Promise<ServerResult<R>> {
    const id = this.#transactionId
    // A statement is only cancelled when it is alone: what has to be asked goes in front of it.
    const stoppable = options?.signal !== undefined || connection.timeLimit(options) > 0
    if (stoppable) id?.askInFront(sql)
    const result = connection.query<R>(sql, parameters, options)
    if (!stoppable) id?.askBehind(sql)
    return result
  }

  /** The first statement: when a connection dies before it is sent, it goes to another. */
  async #queryFirst<R>(
    idle: Connection | null,
    sql: string,
    parameters: readonly unknown[],
    options: QueryOptions | undefined,
  ): Promise<ServerResult<R>> {
    for (let taken = idle, dispatches = MAX_DISPATCHES; ; taken = null, dispatches--) {
      const connection = taken ?? (await this.#take())
      try {
        return await this.#pool.queryOn<R>(connection, sql, parameters, options)
      } catch (error) {
        if (dispatches === 1 || !neverSent(error, connection)) throw error
        this.#letGo(connection)
      }
    }
  }

  #letGo(connection: Connection): void {
    if (this.#connection === connection) this.#connection = null
    this.#pool.giveBack(connection)
  }

  /** All that wait for the connection wait for the same one. */
  async #take(): Promise<Connection> {
    const acquisition = this.#acquisition
    try {
      this.#taking ??= this.#pool.take(this.#signal)
      const connection = await this.#taking
      if (this.#released || this.#acquisition !== acquisition) {
        this.#pool.giveBack(connection)
        throw new UsageError('The connection was released before it was there')
      }
      this.#connection = connection
      return connection
    } finally {
      if (this.#acquisition === acquisition) this.#taking = null
    }
  }

  async #executeAbortable<R>(compiledQuery: CompiledQuery, signal: AbortSignal): Promise<QueryResult<R>> {
    const cancellation = new AbortController()
    this.#cancellation = cancellation
    // A query that runs goes on, unless Kysely says otherwise. One that waits for a connection is not sent any more.
    const options = { ...queryOptionsOf(compiledQuery), signal: cancellation.signal }
    try {
      return kyselyResult(await this.#query<R>(compiledQuery, options))
    } catch (error) {
      // Kysely has told its caller already, and would print this as a failure in the background.
      if (cancellation.signal.aborted || error === signal.reason) return { rows: [] }
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
