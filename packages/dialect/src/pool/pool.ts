import type { BatchStream } from '../client/batch-stream.ts'
import type { BatchOptions, BatchResults } from '../client/batch.ts'
import { type CallOptions, timeLimit } from '../client/call-options.ts'
import type { Connection } from '../client/connection.ts'
import type { CopyBytes, CopyFromOptions, CopyFromResult, CopyRows } from '../client/copy-from.ts'
import { CopyStream } from '../client/copy-stream.ts'
import type { CopyOrigin, CopyToOptions, CopyToRowsOptions } from '../client/copy-to.ts'
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
import { ofCaller } from '../client/of-caller.ts'
import type { QueryOptions } from '../client/query.ts'
import type { TransactionOptions } from '../client/transaction-options.ts'
import type { Transaction } from '../client/transaction.ts'
import { withinTime } from '../client/within-time.ts'
import type { ConnectionSettings } from '../config/connection-settings.ts'
import { Catalog } from '../connection/catalog.ts'
import type { BatchQuery } from '../connection/exchanges/batch.ts'
import type { QueryResult } from '../connection/exchanges/query.ts'
import type { CopyTable } from '../copy/copy-table.ts'
import { PostgresError } from '../errors/postgres-error.ts'
import type { ListenCallbacks, ListenOptions } from '../listen/listen-options.ts'
import type { Listener } from '../listen/listener.ts'
import type { PgTypes } from '../types/profile/profile.ts'
import type { Lane } from './lane.ts'
import { Lease } from './lease.ts'
import { neverSent } from './never-sent.ts'
import type { Pace } from './pace.ts'
import { Paces } from './paces.ts'
import { PoolConnections } from './pool-connections.ts'
import { PoolListeners } from './pool-listeners.ts'
import type { PoolSettings } from './pool-options.ts'
import type { PoolQueryOptions } from './pool-query-options.ts'
import type { PoolStats } from './pool-stats.ts'
import type { PoolTotals } from './pool-totals.ts'

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

/** How often a statement goes to another connection, when those that it was given to die before it is sent. */
export const MAX_DISPATCHES = 3

/**
 * A bounded number of connections to one database, opened when they are needed.
 * Descriptions of statements and types are shared by all of them.
 */
export class Pool {
  readonly #connectionSettings: ConnectionSettings
  readonly #connections: PoolConnections
  readonly #paces: Paces | null
  readonly #listeners: PoolListeners

  constructor(
    connectionSettings: ConnectionSettings,
    settings: PoolSettings,
    types: PgTypes,
    onNotice?: NoticeListener,
  ) {
    this.#connectionSettings = connectionSettings
    const catalog = new Catalog(types)
    const events = {
      notice: (notice: PostgresError) => onNotice !== undefined && tellNotice(onNotice, notice),
      notification: () => {},
    }
    this.#connections = new PoolConnections({ settings: connectionSettings, catalog, events }, settings)
    const { onAcquire, onRelease } = settings.hooks
    // What a hook does to a session is for whoever has the connection, who has it alone then.
    const shares = settings.pipelining === 'auto' && onAcquire === undefined && onRelease === undefined
    this.#paces = shares ? new Paces(catalog) : null
    this.#listeners = new PoolListeners(connectionSettings)
  }

  /** What the pool is doing right now. */
  get stats(): PoolStats {
    return this.#connections.stats
  }

  /** What the pool has done so far: a snapshot, with why connections were closed, and how long things took. */
  get totals(): PoolTotals {
    return this.#connections.counters.snapshot
  }

  /**
   * Opens the connections that are kept, `min` of them and at least one, and resolves when they are ready. Without it they are
   * opened on first use. Rejects with the reason when one cannot be opened.
   */
  warmUp(): Promise<void> {
    return this.#connections.warmUp()
  }

  /**
   * Has every connection that is open now replaced: at once where nobody uses it, otherwise when it comes back. For what new
   * connections would do differently, such as a changed role, or a server that another has taken over from.
   */
  expireConnections(): void {
    this.#connections.expire()
  }

  /** Borrows a connection for as long as it takes. Release it, best with `await using`. */
  async acquire(options?: AcquireOptions): Promise<Lease> {
    return new Lease(await this.take(options?.signal), this)
  }

  /**
   * Runs one statement. See {@link Connection.query}. It may share a connection with others: see the option `pipelining`. One
   * that has not been sent when its connection dies goes to another.
   */
  query<Row = Record<string, unknown>>(
    sql: string,
    parameters: readonly unknown[] = [],
    options?: QueryOptions,
  ): Promise<QueryResult<Row>> {
    const bound = parameters.slice()
    // Without a closure for a call without a limit.
    if (timeLimit(options, this.#connectionSettings) === 0) return this.#query<Row>(sql, bound, options, MAX_DISPATCHES)
    return this.#inTime(options, (rest) => this.#query<Row>(sql, bound, rest, MAX_DISPATCHES))
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
    return this.#inTime(options, async (rest) => {
      const connection = await this.take(rest?.signal)
      try {
        return await connection.batch<Rows>(queries, rest)
      } finally {
        this.giveBack(connection)
      }
    })
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
    return this.#inTime(options, async (rest) => {
      const connection = await this.take(rest?.signal)
      try {
        return await connection.executeMany<Row>(sql, rows, rest)
      } finally {
        this.giveBack(connection)
      }
    })
  }

  /** Copies into a table on whichever connection is free. See {@link Connection.copyFrom}. */
  async copyFrom(table: CopyTable, source: CopyRows | CopyBytes, options?: CopyFromOptions): Promise<CopyFromResult> {
    const connection = await this.take(options?.signal)
    try {
      return await connection.copyFrom(table, source, options)
    } finally {
      this.giveBack(connection)
    }
  }

  /** Copies a table or a query, on a connection that the stream has to itself. See {@link Connection.copyTo}. */
  copyTo<Row = Record<string, unknown>>(origin: CopyOrigin, options: CopyToRowsOptions): CopyStream<Row[]>
  copyTo(origin: CopyOrigin, options?: CopyToOptions): CopyStream<Uint8Array>
  copyTo(origin: CopyOrigin, options?: CopyToOptions | CopyToRowsOptions): CopyStream<unknown> {
    return new CopyStream(async () => {
      const connection = await this.take(options?.signal)
      const release = (): void => this.giveBack(connection)
      try {
        return { copy: connection.copyTo(origin, options as CopyToRowsOptions), release }
      } catch (error) {
        release()
        throw error
      }
    })
  }

  /** The bare connection of an `acquire`, for callers that take care of giving it back themselves. */
  take(signal?: AbortSignal): Promise<Connection> {
    return this.#connections.take(signal)
  }

  /** `take` without a wait; null when no connection is idle. */
  takeIdle(): Connection | null {
    return this.#connections.takeIdle()
  }

  /**
   * Takes back what `take` gave. Never throws; a connection that cannot be reused is dropped, and one that nobody has
   * borrowed is left where it is.
   */
  giveBack(connection: Connection): void {
    this.#connections.giveBack(connection)
  }

  /** `query` for a statement that may share a connection. Null, with nothing done, for one that needs a connection alone. */
  queryShared<Row>(
    sql: string,
    parameters: readonly unknown[],
    options?: PoolQueryOptions,
  ): Promise<QueryResult<Row>> | null {
    return this.#queryShared<Row>(sql, parameters.slice(), options, MAX_DISPATCHES)
  }

  /** `query` on a connection that the caller has taken. What it takes is learned for `queryShared`. */
  async queryOn<Row>(
    connection: Connection,
    sql: string,
    parameters: readonly unknown[],
    options?: PoolQueryOptions,
  ): Promise<QueryResult<Row>> {
    const lane = this.#connections.laneOf(connection)
    lane?.startClock()
    const result = await connection.query<Row>(sql, parameters, options)
    if (lane === undefined) return result
    const ms = lane.clock
    this.#connections.counters.queryMs.add(ms)
    this.#paces?.of(sql, options)?.took(ms)
    return result
  }

  /** Lets what runs and waits finish, then closes all connections. Always resolves. */
  async close(options?: PoolCloseOptions): Promise<void> {
    const silent = this.#listeners.close()
    await this.#connections.close(options?.timeoutMs ?? DEFAULT_CLOSE_TIMEOUT_MS)
    await silent
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** The wait for a connection counts to the time of a call. */
  #inTime<Options extends CallOptions, Result>(
    options: Options | undefined,
    run: (options: Options | undefined) => Promise<Result>,
  ): Promise<Result> {
    const timeoutMs = timeLimit(options, this.#connectionSettings)
    return timeoutMs > 0 ? withinTime(options, timeoutMs, run) : run(options)
  }

  #query<Row>(
    sql: string,
    parameters: readonly unknown[],
    options: PoolQueryOptions | undefined,
    dispatches: number,
  ): Promise<QueryResult<Row>> {
    return (
      this.#queryShared<Row>(sql, parameters, options, dispatches) ??
      this.#queryAlone<Row>(sql, parameters, options, dispatches)
    )
  }

  #queryShared<Row>(
    sql: string,
    parameters: readonly unknown[],
    options: PoolQueryOptions | undefined,
    dispatches: number,
  ): Promise<QueryResult<Row>> | null {
    const pace = this.#paces?.of(sql, options)
    if (pace === undefined || !pace.shares) return null
    const lane =
      this.#connections.board(pace) ?? this.#connections.boardLater(pace, options?.waitSignal ?? options?.signal)
    return this.#ride<Row>(lane, pace, sql, parameters, options, dispatches)
  }

  async #ride<Row>(
    boarded: Lane | Promise<Lane>,
    pace: Pace,
    sql: string,
    parameters: readonly unknown[],
    options: PoolQueryOptions | undefined,
    dispatches: number,
  ): Promise<QueryResult<Row>> {
    const lane = boarded instanceof Promise ? await boarded : boarded
    const place = lane.depart()
    let answered = true
    try {
      return await lane.connection.startQuery<Row>(sql, parameters, options)
    } catch (error) {
      answered = error instanceof PostgresError
      if (!neverSent(error, lane.connection) || dispatches === 1) throw ofCaller(error, options)
    } finally {
      const ms = this.#connections.alight(lane, place, answered)
      if (ms !== null) {
        pace.took(ms)
        this.#connections.counters.queryMs.add(ms)
      }
    }
    return this.#query<Row>(sql, parameters, options, dispatches - 1)
  }

  async #queryAlone<Row>(
    sql: string,
    parameters: readonly unknown[],
    options: PoolQueryOptions | undefined,
    dispatches: number,
  ): Promise<QueryResult<Row>> {
    const connection = await this.take(options?.waitSignal ?? options?.signal)
    try {
      return await this.queryOn<Row>(connection, sql, parameters, options)
    } catch (error) {
      if (!neverSent(error, connection) || dispatches === 1) throw error
    } finally {
      this.giveBack(connection)
    }
    return this.#query<Row>(sql, parameters, options, dispatches - 1)
  }
}
