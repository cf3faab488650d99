import type { BatchStream } from '../client/batch-stream.ts'
import type { BatchOptions, BatchResults } from '../client/batch.ts'
import { type CallOptions, timeLimit } from '../client/call-options.ts'
import type { Connection } from '../client/connection.ts'
import type { CopyBytes, CopyFromOptions, CopyFromResult, CopyRows } from '../client/copy-from.ts'
import { CopyStream } from '../client/copy-stream.ts'
import { type CopyOrigin, type CopyToOptions, type CopyToRowsOptions, isQuery } from '../client/copy-to.ts'
import { Cursor, type CursorOptions } from '../client/cursor.ts'
import type { ExecuteManyOptions, ParameterRows } from '../client/execute-many.ts'
import {
  type FetchOptions,
  fetchFirstRow,
  fetchFirstValue,
  fetchRows,
  type FetchValueOptions,
} from '../client/fetch.ts'
import { isLost } from '../client/lost.ts'
import { type NoticeListener, tellNotice } from '../client/notices.ts'
import { type NotifyOptions, notifyQuery } from '../client/notify.ts'
import { ofCaller } from '../client/of-caller.ts'
import type { QueryOptions } from '../client/query.ts'
import { isMarked, type ReplicaOptions } from '../client/replica-options.ts'
import type { TransactionOptions } from '../client/transaction-options.ts'
import type { Transaction } from '../client/transaction.ts'
import { withinTime } from '../client/within-time.ts'
import type { ConnectionSettings, ServerAddress } from '../config/connection-settings.ts'
import { Catalog } from '../connection/catalog.ts'
import type { BatchQuery } from '../connection/exchanges/batch.ts'
import type { QueryResult } from '../connection/exchanges/query.ts'
import type { CopyTable } from '../copy/copy-table.ts'
import { PostgresError } from '../errors/postgres-error.ts'
import { QueryTimeoutError } from '../errors/query-timeout-error.ts'
import type { ListenCallbacks, ListenOptions } from '../listen/listen-options.ts'
import type { Listener } from '../listen/listener.ts'
import type { PgTypes } from '../types/profile/profile.ts'
import type { Lane } from './lane.ts'
import { Lease } from './lease.ts'
import { neverSent } from './never-sent.ts'
import { onlyReads } from './only-reads.ts'
import type { Pace } from './pace.ts'
import { Paces } from './paces.ts'
import { PoolConnections } from './pool-connections.ts'
import { PoolListeners } from './pool-listeners.ts'
import type { PoolSettings } from './pool-options.ts'
import type { PoolQueryOptions } from './pool-query-options.ts'
import type { PoolStats } from './pool-stats.ts'
import type { PoolTotals } from './pool-totals.ts'
import { readingOptions } from './reading-options.ts'
import type { ReplicaState } from './replica-state.ts'
import { Replicas } from './replicas.ts'

/** How to wait for a connection. */
export interface AcquireOptions extends ReplicaOptions {
  /**
   * `true`: a connection to one of the pool's `replicas`; to the primary where there is none, or none that can be reached (see
   * `replicaFallback`). Unlike a statement that is marked, one that runs on the primary then may write: for what must not,
   * there are `query`, `transaction` and the others.
   */
  readonly replica?: boolean | undefined
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

/** The servers of a pool. */
export interface PoolServers {
  readonly primary: ConnectionSettings
  readonly replicas: readonly ConnectionSettings[]
}

/**
 * A bounded number of connections to one database, opened when they are needed; and to each of its replicas.
 * Descriptions of statements and types are shared by all connections to one server.
 */
export class Pool {
  readonly #connectionSettings: ConnectionSettings
  readonly #replicas: Replicas
  readonly #connections: PoolConnections
  readonly #paces: Paces | null
  readonly #listeners: PoolListeners
  readonly #types: PgTypes

  /** `replaceable`: a replica, whose reads can go elsewhere. */
  constructor(
    { primary: connectionSettings, replicas }: PoolServers,
    settings: PoolSettings,
    types: PgTypes,
    onNotice?: NoticeListener,
    replaceable: boolean = false,
  ) {
    this.#connectionSettings = connectionSettings
    this.#types = types
    // Each has a catalog of its own: a logical replica has other OIDs, and a physical one may lag behind the primary's types.
    const open = (replica: ConnectionSettings, elsewhere: boolean): Pool =>
      new Pool({ primary: replica, replicas: [] }, settings, types, onNotice, elsewhere)
    this.#replicas = new Replicas(replicas, settings.replicaFallback, open)
    const catalog = new Catalog(types)
    const events = {
      notice: (notice: PostgresError) => onNotice !== undefined && tellNotice(onNotice, notice),
      notification: () => {},
    }
    const server = { settings: connectionSettings, catalog, events, replaceable }
    this.#connections = new PoolConnections(server, settings)
    const { onAcquire, onRelease } = settings.hooks
    // What a hook does to a session is for whoever has the connection, who has it alone then.
    const shares = settings.pipelining === 'auto' && onAcquire === undefined && onRelease === undefined
    this.#paces = shares ? new Paces(catalog) : null
    this.#listeners = new PoolListeners(connectionSettings)
  }

  /** The profile of all its connections. */
  get types(): PgTypes {
    return this.#types
  }

  /** What the pool is doing right now, on the primary. */
  get stats(): PoolStats {
    return this.#connections.stats
  }

  /** What the pool has done so far, on the primary: a snapshot, with why connections were closed, and how long things took. */
  get totals(): PoolTotals {
    return this.#connections.counters.snapshot
  }

  /** The replicas, in the order of the option, and what is done and was done there. */
  get replicas(): readonly ReplicaState[] {
    return this.#replicas.states
  }

  /**
   * Opens the connections that are kept, `min` of them and at least one, and resolves when they are ready. Without it they are
   * opened on first use. Rejects with the reason when one cannot be opened; replicas that cannot be reached are passed over.
   */
  async warmUp(): Promise<void> {
    await Promise.all([this.#connections.warmUp(), this.#replicas.warmUp()])
  }

  /**
   * Has every connection that is open now replaced: at once where nobody uses it, otherwise when it comes back. For what new
   * connections would do differently, such as a changed role, or a server that another has taken over from.
   */
  expireConnections(): void {
    this.#connections.expire()
    for (const replica of this.#replicas.pools) replica.expireConnections()
  }

  /** Borrows a connection for as long as it takes. Release it, best with `await using`. */
  async acquire(options?: AcquireOptions): Promise<Lease> {
    if (options?.replica === undefined) return new Lease(await this.take(options?.signal), this)
    return new Lease(await this.#lend(options, []), this)
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
    if (options?.replica !== undefined) return this.#queryMarked<Row>(sql, bound, options)
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
      const connection = await this.#inTime(options, (waiting = options) => this.#lend(waiting, [sql]))
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

  /**
   * Runs a function in a transaction, on a connection of its own meanwhile. One that is read only is run on a replica, if there
   * are any; not so a serializable or deferrable one, which a standby cannot run. See {@link Connection.transaction}.
   */
  async transaction<Result>(
    fn: (transaction: Transaction) => Promise<Result>,
    options: TransactionOptions = {},
  ): Promise<Result> {
    const { onReplica, ...rest } = readingOptions(options)
    const connection = await this.#lend({ signal: options.signal, replica: onReplica }, [])
    try {
      return await connection.transaction(fn, rest)
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
      const statements = queries.map(({ sql }) => sql)
      const connection = await this.#lend(rest, statements)
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
      const connection = await this.#lend(options, isQuery(origin) ? [origin.query] : [])
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
   * A connection to a replica, or else to the primary, which refuses to write then if one of `statements` may want to. For
   * callers that take care of giving it back themselves.
   */
  async takeReading(statements: readonly string[], signal?: AbortSignal): Promise<Connection> {
    return await this.#replicas.run(
      (replica) => replica.take(signal),
      () => this.#takeRefusing(statements, signal),
    )
  }

  /**
   * Takes back what `take` or `takeReading` gave. Never throws; a connection that cannot be reused is dropped, and one that
   * nobody has borrowed is left where it is.
   */
  giveBack(connection: Connection): void {
    if (!this.#connections.giveBack(connection)) this.#replicas.giveBack(connection)
  }

  /** Whether there are replicas. */
  get replicated(): boolean {
    return this.#replicas.pools.length > 0
  }

  /** Where its connections lead: the first host. */
  get address(): ServerAddress {
    return this.#connectionSettings.hosts[0]
  }

  /** How many connections are in use, being opened, or waited for. */
  get load(): number {
    return this.#connections.load
  }

  /** Why no connection can be opened; null while there are some, and when nothing speaks against it. */
  get failure(): Error | null {
    return this.#connections.failure
  }

  /** It is closed, or closing. */
  get closed(): boolean {
    return this.#connections.closed
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
    const replicas = this.#replicas.pools.map((replica) => replica.close(options))
    const silent = this.#listeners.close()
    await this.#connections.close(options?.timeoutMs ?? DEFAULT_CLOSE_TIMEOUT_MS)
    await Promise.all([silent, ...replicas])
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

  /** `query` with `replica` in its options. A limit of the caller's is one for all servers together. */
  async #queryMarked<Row>(
    sql: string,
    parameters: readonly unknown[],
    { replica, ...options }: PoolQueryOptions,
  ): Promise<QueryResult<Row>> {
    if (!isMarked({ replica })) return await this.query<Row>(sql, parameters, options)
    const read = (rest: PoolQueryOptions): Promise<QueryResult<Row>> =>
      this.#replicas.run(
        (pool) => pool.query<Row>(sql, parameters, rest),
        () => this.#queryReading<Row>(sql, parameters, rest),
      )
    const { timeoutMs = 0 } = options
    return await (timeoutMs > 0 ? withinTime(options, timeoutMs, read) : read(options))
  }

  /** `query` for what is to be refused should it write. */
  async #queryReading<Row>(
    sql: string,
    parameters: readonly unknown[],
    options: PoolQueryOptions,
  ): Promise<QueryResult<Row>> {
    if (onlyReads(sql)) return await this.query<Row>(sql, parameters, options)
    return await this.#inTime(options, async (rest) => {
      const connection = await this.#takeRefusing([sql], rest?.waitSignal ?? rest?.signal)
      try {
        return await this.queryOn<Row>(connection, sql, parameters, rest)
      } finally {
        this.giveBack(connection)
      }
    })
  }

  /** What may write runs in a transaction that is read only, which the pool rolls back when the connection is given back. */
  async #takeRefusing(statements: readonly string[], signal: AbortSignal | undefined): Promise<Connection> {
    const connection = await this.take(signal)
    try {
      if (!statements.every(onlyReads))
        await connection.query('start transaction read only', [], { signal, timeoutMs: 0 })
    } catch (error) {
      this.giveBack(connection)
      // What it was begun for was not.
      if (error instanceof QueryTimeoutError || isLost(error)) error.outcome = 'not-sent'
      throw error
    }
    return connection
  }

  async #lend(options: AcquireOptions | undefined, statements: readonly string[]): Promise<Connection> {
    return await (isMarked(options) ? this.takeReading(statements, options?.signal) : this.take(options?.signal))
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
      // When those who share it have got off, the pool looks into it.
      if (lane.connection.refusedWrite) lane.sealed = true
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
