import type { BatchStream } from '../client/batch-stream.ts'
import type { BatchOptions, BatchResults } from '../client/batch.ts'
import { Connection } from '../client/connection.ts'
import { Cursor, type CursorOptions } from '../client/cursor.ts'
import type { ExecuteManyOptions, ParameterRows } from '../client/execute-many.ts'
import {
  type FetchOptions,
  fetchFirstRow,
  fetchFirstValue,
  fetchRows,
  type FetchValueOptions,
} from '../client/fetch.ts'
import { type NoticeListener, tellNotice } from '../client/notices.ts'
import { type NotifyOptions, notifyQuery } from '../client/notify.ts'
import type { QueryOptions } from '../client/query.ts'
import { timerDelay } from '../client/time-limit.ts'
import type { TransactionOptions } from '../client/transaction-options.ts'
import type { Transaction } from '../client/transaction.ts'
import type { ConnectionSettings } from '../config/connection-settings.ts'
import { Catalog } from '../connection/catalog.ts'
import type { BatchQuery } from '../connection/exchanges/batch.ts'
import type { QueryResult } from '../connection/exchanges/query.ts'
import { withCallerStack } from '../errors/caller-stack.ts'
import { PoolClosedError, PoolTimeoutError } from '../errors/pool-error.ts'
import type { PostgresError } from '../errors/postgres-error.ts'
import type { ListenCallbacks, ListenOptions } from '../listen/listen-options.ts'
import type { Listener } from '../listen/listener.ts'
import type { PgTypes } from '../types/profile/profile.ts'
import { cleanForReuse } from './clean-for-reuse.ts'
import { copyError } from './copy-error.ts'
import { cutConnection } from './cut-connection.ts'
import { IdleConnections } from './idle-connections.ts'
import { Lease } from './lease.ts'
import { PoolListeners } from './pool-listeners.ts'
import type { PoolSettings } from './pool-options.ts'
import { waitInLine } from './wait-in-line.ts'
import { Waiters } from './waiters.ts'

/** How to wait for a connection. */
export interface AcquireOptions {
  /** Stops waiting. The call rejects at once with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** How to close a pool. */
export interface PoolCloseOptions {
  /**
   * How long to wait for connections that are in use and for calls that wait for one, in milliseconds. Default 10,000.
   * After that the waiting calls reject, and the connections are cut; what runs on them is cancelled.
   */
  readonly timeoutMs?: number | undefined
}

const DEFAULT_CLOSE_TIMEOUT_MS = 10_000

/** How long the server may take to hang up on a connection that has nothing to do. */
const GOODBYE_TIMEOUT_MS = 1_000

/** How long a pool takes to replace a lost one of its `min` connections. */
const REFILL_DELAY_MS = 500

/** What a pool is doing right now. */
export interface PoolStats {
  /** Open connections, idle and in use. */
  readonly size: number
  readonly idle: number
  readonly busy: number
  /** Connections being opened. */
  readonly connecting: number
  /** Calls that wait for a connection. */
  readonly waiting: number
}

/**
 * A bounded number of connections to one database, opened when they are needed.
 * Descriptions of statements and types are shared by all of them.
 */
export class Pool {
  readonly #connectionSettings: ConnectionSettings
  readonly #settings: PoolSettings
  readonly #catalog: Catalog
  readonly #onNotice: NoticeListener | undefined
  readonly #idle: IdleConnections<Connection>
  /** All that are open, and whether somebody has borrowed them: an entry of a map changes without an allocation. */
  readonly #open = new Map<Connection, boolean>()
  /** Closed for their age, and not gone yet: the server still counts them. */
  readonly #retiring = new Set<Connection>()
  readonly #waiters = new Waiters<Connection>()
  readonly #listeners: PoolListeners
  #connecting = 0
  #closing: Promise<void> | null = null
  /** Aborted when nobody waits any more for a connection that is still being opened. */
  readonly #shut = new AbortController()
  #drained: (() => void) | null = null
  #refill: NodeJS.Timeout | null = null

  constructor(
    connectionSettings: ConnectionSettings,
    settings: PoolSettings,
    types: PgTypes,
    onNotice?: NoticeListener,
  ) {
    this.#connectionSettings = connectionSettings
    this.#settings = settings
    this.#catalog = new Catalog(types)
    this.#onNotice = onNotice
    this.#listeners = new PoolListeners(connectionSettings)
    this.#idle = new IdleConnections(settings.idleTimeoutMs, (connection) => this.#expire(connection))
  }

  get stats(): PoolStats {
    const size = this.#open.size
    const idle = this.#idle.size
    return { size, idle, busy: size - idle, connecting: this.#connecting, waiting: this.#waiters.length }
  }

  /** Borrows a connection for as long as it takes. Release it, best with `await using`. */
  async acquire(options?: AcquireOptions): Promise<Lease> {
    return new Lease(await this.take(options?.signal), this)
  }

  /** Runs one statement on whichever connection is free. See {@link Connection.query}. */
  async query<Row = Record<string, unknown>>(
    sql: string,
    parameters: readonly unknown[] = [],
    options?: QueryOptions,
  ): Promise<QueryResult<Row>> {
    const connection = await this.take(options?.signal)
    try {
      return await connection.query<Row>(sql, parameters, options)
    } finally {
      this.giveBack(connection)
    }
  }

  /** Runs one statement and gives its rows. See {@link Connection.fetch}. */
  fetch<Row = Record<string, unknown>>(
    sql: string,
    parameters: readonly unknown[] = [],
    options?: FetchOptions,
  ): Promise<Row[]> {
    return fetchRows<Row>(this, sql, parameters, options)
  }

  /** Runs one statement and gives its first row, or null. See {@link Connection.fetchRow}. */
  fetchRow<Row = Record<string, unknown>>(
    sql: string,
    parameters: readonly unknown[] = [],
    options?: FetchOptions,
  ): Promise<Row | null> {
    return fetchFirstRow<Row>(this, sql, parameters, options)
  }

  /** Runs one statement and gives one value of its first row, or null. See {@link Connection.fetchValue}. */
  fetchValue<Value = unknown>(
    sql: string,
    parameters: readonly unknown[] = [],
    options?: FetchValueOptions,
  ): Promise<Value | null> {
    return fetchFirstValue<Value>(this, sql, parameters, options)
  }

  /**
   * Runs one statement and gives its rows one by one, on a connection of its own from the first row to the end: read it to
   * its end, leave its loop, or close it. See {@link Connection.cursor}.
   */
  cursor<Row = Record<string, unknown>>(
    sql: string,
    parameters: readonly unknown[] = [],
    options: CursorOptions = {},
  ): Cursor<Row> {
    const { prefetch, ...rest } = options
    const bound = parameters.slice()
    let borrowed: Connection | undefined
    const open = async (batchRows: number): Promise<BatchStream<Row>> => {
      const connection = await this.take(options.signal)
      try {
        const stream = connection.stream<Row>(sql, bound, { ...rest, batchRows })
        borrowed = connection
        return stream
      } catch (error) {
        this.giveBack(connection)
        throw error
      }
    }
    const ended = (): void => borrowed && this.giveBack(borrowed)
    return new Cursor<Row>({ open, ended }, prefetch)
  }

  /** Runs a function in a transaction, on a connection of its own meanwhile. See {@link Connection.transaction}. */
  async transaction<Result>(
    fn: (transaction: Transaction) => Promise<Result>,
    options: TransactionOptions = {},
  ): Promise<Result> {
    const connection = await this.take(options.signal)
    try {
      return await connection.transaction(fn, options)
    } finally {
      this.giveBack(connection)
    }
  }

  /** Runs several statements in one flight on whichever connection is free. See {@link Connection.batch}. */
  async batch<Rows extends readonly unknown[] = Record<string, unknown>[]>(
    queries: readonly BatchQuery[],
    options?: BatchOptions,
  ): Promise<BatchResults<Rows>> {
    const connection = await this.take(options?.signal)
    try {
      return await connection.batch<Rows>(queries, options)
    } finally {
      this.giveBack(connection)
    }
  }

  /** Sends a notification. See {@link Connection.notify}. */
  async notify(channel: string, payload: string = '', options?: NotifyOptions): Promise<void> {
    await this.query(...notifyQuery(channel, payload), options)
  }

  /**
   * Listens on a connection of its own, which is none of the `max` and is closed with the pool. See the function
   * `listen`, which calls this.
   */
  async listen(channels: readonly string[], options?: ListenOptions & Partial<ListenCallbacks>): Promise<Listener> {
    return this.#listeners.listen(channels, options)
  }

  /** Executes one statement for many rows on whichever connection is free. See {@link Connection.executeMany}. */
  async executeMany<Row = Record<string, unknown>>(
    sql: string,
    rows: ParameterRows,
    options?: ExecuteManyOptions,
  ): Promise<QueryResult<Row>> {
    const connection = await this.take(options?.signal)
    try {
      return await connection.executeMany<Row>(sql, rows, options)
    } finally {
      this.giveBack(connection)
    }
  }

  /** The bare connection of an `acquire`, for callers that take care of giving it back themselves. */
  async take(signal?: AbortSignal): Promise<Connection> {
    if (this.#closing !== null) throw new PoolClosedError('The pool is closed')
    signal?.throwIfAborted()
    const idle = this.takeIdle()
    if (idle !== null) return idle
    try {
      const connection = await this.#wait(signal)
      // Not before it has arrived: whoever gives it back twice in a row must not give it to two of those who wait.
      this.#open.set(connection, true)
      return connection
    } catch (error) {
      throw signal !== undefined && error === signal.reason ? error : withCallerStack(error)
    }
  }

  /** `take` without a wait; null when no connection is idle. */
  takeIdle(): Connection | null {
    if (this.#closing !== null) return null
    // While anybody waits, none is idle.
    const connection = this.#idle.take()
    if (connection !== null) this.#open.set(connection, true)
    return connection
  }

  /**
   * Takes back what `take` gave. Never throws; a connection that cannot be reused is dropped, and one that nobody has
   * borrowed is left where it is.
   */
  giveBack(connection: Connection): void {
    if (this.#open.get(connection) !== true) return
    this.#open.set(connection, false)
    if (connection.closed) this.#drop(connection)
    else if (connection.idle && connection.transactionStatus === 'I' && !connection.listening) this.#reuse(connection)
    else {
      void cleanForReuse(connection).then((clean) => {
        if (clean && !connection.closed) this.#reuse(connection)
        else this.#drop(connection)
      })
    }
  }

  /** Lets what runs and waits finish, then closes all connections. Always resolves. */
  close(options?: PoolCloseOptions): Promise<void> {
    this.#closing ??= this.#close(options?.timeoutMs ?? DEFAULT_CLOSE_TIMEOUT_MS)
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #wait(signal: AbortSignal | undefined): Promise<Connection> {
    const timeoutMs = this.#settings.acquireTimeoutMs
    const served = waitInLine(this.#waiters, { timeoutMs, timeoutError: () => this.#timeoutError(), signal })
    this.#connectAsNeeded()
    return served
  }

  #timeoutError(): PoolTimeoutError {
    const { max, acquireTimeoutMs } = this.#settings
    const { busy, connecting, waiting } = this.stats
    return new PoolTimeoutError(
      `No connection became free within ${acquireTimeoutMs} ms: of at most ${max}, ${busy} are in use and ` +
        `${connecting} are being opened, and ${waiting} calls are waiting`,
    )
  }

  #connectAsNeeded(): void {
    const { max, min } = this.#settings
    const total = (): number => this.#open.size + this.#retiring.size + this.#connecting
    const wanted = (): boolean => this.#waiters.length > this.#connecting || total() < min
    while (total() < max && wanted()) void this.#connect()
  }

  async #connect(): Promise<void> {
    this.#connecting++
    let connection: Connection | undefined
    try {
      const onNotice = this.#onNotice
      const events = {
        notice: (notice: PostgresError) => onNotice !== undefined && tellNotice(onNotice, notice),
        notification: () => {},
        closed: () => this.#lost(connection),
      }
      connection = await Connection.open(this.#connectionSettings, this.#catalog, events, this.#shut.signal)
    } catch (error) {
      this.#connecting--
      this.#connectFailed(error)
      return
    }
    this.#connecting--
    if (this.#shut.signal.aborted) {
      connection.terminate()
    } else if (connection.closed) {
      // The server has hung up right behind the login; what a query says of that is what there is to say.
      connection.query('').catch((error: unknown) => this.#connectFailed(error))
    } else {
      this.#open.set(connection, false)
      this.#reuse(connection)
    }
  }

  /** With no other connection to hope for, everybody who waits learns why; otherwise only the one it was opened for. */
  #connectFailed(error: unknown): void {
    if (this.#open.size === 0 && this.#connecting === 0) this.#waiters.rejectAll(() => copyError(error))
    else if (this.#waiters.length > this.#connecting) this.#waiters.take()?.reject(error)
    this.#checkDrained()
  }

  #reuse(connection: Connection): void {
    const waiter = this.#waiters.take()
    if (waiter === null) this.#idle.add(connection)
    else waiter.resolve(connection)
    this.#checkDrained()
  }

  /** The connection died while it was idle or in use. Whoever uses it has been told by its queries. */
  #lost(connection: Connection | undefined): void {
    if (connection !== undefined && this.#idle.remove(connection)) this.#drop(connection)
  }

  #expire(connection: Connection): boolean {
    if (this.#open.size <= this.#settings.min) return false
    this.#open.delete(connection)
    this.#retiring.add(connection)
    void connection.close({ timeoutMs: GOODBYE_TIMEOUT_MS }).then(() => {
      this.#retiring.delete(connection)
      this.#gone()
    })
    return true
  }

  #drop(connection: Connection): void {
    if (!this.#open.delete(connection)) return
    connection.terminate()
    this.#gone()
  }

  #gone(): void {
    if (this.#waiters.length > 0) this.#connectAsNeeded()
    else if (this.#closing === null) this.#refillLater()
    this.#checkDrained()
  }

  /** Nobody waits for these, and a server that hangs up on idle connections must not be kept busy with opening them. */
  #refillLater(): void {
    if (this.#refill !== null || this.#open.size >= this.#settings.min) return
    this.#refill = setTimeout(() => {
      this.#refill = null
      if (this.#closing === null) this.#connectAsNeeded()
    }, REFILL_DELAY_MS)
    this.#refill.unref()
  }

  #checkDrained(): void {
    const { busy, connecting, waiting } = this.stats
    if (busy + connecting + waiting + this.#retiring.size === 0) this.#drained?.()
  }

  async #close(timeoutMs: number): Promise<void> {
    const silent = this.#listeners.close()
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#drained = resolve
      timer = setTimeout(resolve, timerDelay(timeoutMs))
      this.#checkDrained()
    })
    clearTimeout(timer)
    this.#shut.abort()
    this.#waiters.rejectAll(() => new PoolClosedError('The pool was closed while the call waited for a connection'))
    this.#idle.stop()
    const connections = [...this.#open.keys()]
    await Promise.all(
      connections.map((connection) =>
        connection.idle ? connection.close({ timeoutMs: GOODBYE_TIMEOUT_MS }) : cutConnection(connection),
      ),
    )
    this.#open.clear()
    await silent
  }
}
