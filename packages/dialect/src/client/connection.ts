import type { ConnectionSettings } from '../config/connection-settings.ts'
import { onlyHost } from '../config/only-host.ts'
import { cancelAbandoned, cancelEverything, cancelRunning, whenNoneIsStopped } from '../connection/cancel-request.ts'
import type { Catalog } from '../connection/catalog.ts'
import type { BatchQuery } from '../connection/exchanges/batch.ts'
import type { QueryResult } from '../connection/exchanges/query.ts'
import { type ScriptResult, SimpleQueryExchange } from '../connection/exchanges/simple-query.ts'
import { beginStream, requireNotFed } from '../connection/occupation.ts'
import { type OpenConnection, openConnection } from '../connection/open-connection.ts'
import { dropsStatements } from '../connection/prepared-statements.ts'
import type { ServerEvents } from '../connection/server-events.ts'
import { isDemoted, reportsReadOnly } from '../connection/session-role.ts'
import { requireNotAwaited } from '../connection/source-reading.ts'
import type { CopyTable } from '../copy/copy-table.ts'
import { withCallerStack } from '../errors/caller-stack.ts'
import { noteTag } from '../errors/tag.ts'
import { UsageError } from '../errors/usage-error.ts'
import { queryChannel } from '../telemetry/channels.ts'
import type { Meter } from '../telemetry/meter.ts'
import { type TracedCall, traceQuery } from '../telemetry/query-tracing.ts'
import { traceConnect } from '../telemetry/trace-connect.ts'
import type { TracedConnection } from '../telemetry/traces.ts'
import type { TransactionStatus } from '../wire/status-messages.ts'
import { BatchStream, type StreamOptions } from './batch-stream.ts'
import { type BatchOptions, type BatchResults, runBatch } from './batch.ts'
import { type CallOptions, timeLimit } from './call-options.ts'
import { type CloseListener, CloseListeners } from './close-listeners.ts'
import { type CloseOptions, closeConnection } from './close.ts'
import {
  type ColumnNames,
  type CopyBytes,
  type CopyFromOptions,
  type CopyFromResult,
  type CopyRows,
  runCopyFrom,
} from './copy-from.ts'
import { CopyStream, type OpenedCopy } from './copy-stream.ts'
import type { CopyOrigin, CopyToOptions, CopyToRowsOptions } from './copy-to.ts'
import { Cursor, type CursorOptions } from './cursor.ts'
import { type ExecuteManyOptions, type ParameterRows, runMany } from './execute-many.ts'
import { type FetchOptions, fetchFirstRow, fetchFirstValue, fetchRows, type FetchValueOptions } from './fetch.ts'
import { isOurs } from './is-ours.ts'
import { ConnectionListeners, type ConnectionListenOptions, type NotificationCallback } from './listen.ts'
import { type NoticeListener, NoticeListeners } from './notices.ts'
import { type NotifyOptions, notifyQuery } from './notify.ts'
import { ofCaller } from './of-caller.ts'
import { openCopyTo } from './open-copy-to.ts'
import { PreparedStatement, type StatementRunner } from './prepared.ts'
import { type QueryOptions, runQuery } from './query.ts'
import { resetConnection } from './reset.ts'
import { runTransaction } from './run-transaction.ts'
import { parseServerVersion, type ServerVersion } from './server-version.ts'
import { statementTypes } from './statement-types.ts'
import type { TransactionOptions } from './transaction-options.ts'
import type { Transaction } from './transaction.ts'

/**
 * One connection to one server.
 *
 * Calls may overlap: they are sent without waiting for each other and answered in order. An error concerns the call that
 * caused it, and the connection stays usable unless the error says that it was lost.
 */
export class Connection {
  readonly #open: OpenConnection
  readonly #settings: ConnectionSettings
  readonly #listeners: ConnectionListeners
  readonly #notices: NoticeListeners
  readonly #ends: CloseListeners
  /** Whether anybody has listened for notices or the end since `keepListeners`. */
  #overheard = false
  /** @internal What telemetry calls it. */
  readonly traced: TracedConnection
  /** Whether the server said at login that it takes no writes; undefined where it said nothing of it. */
  readonly #readOnly: boolean | undefined
  #closing: Promise<void> | null = null
  #resets = 0

  private constructor(
    open: OpenConnection,
    settings: ConnectionSettings,
    listeners: ConnectionListeners,
    notices: NoticeListeners,
    ends: CloseListeners,
  ) {
    this.#open = open
    this.#settings = settings
    this.#listeners = listeners
    this.#notices = notices
    this.#ends = ends
    listeners.attach(open.session)
    ends.attach(open)
    const { user, database, hosts } = settings
    const { session } = open
    const { host, port } = session.address ?? hosts[0]
    session.traced = { processId: session.processId, host, port, database, user }
    this.traced = session.traced
    this.#readOnly = reportsReadOnly(session)
  }

  /** Connects and logs in. Called by `connect` and by pools, which share a catalog between connections. */
  static async open(
    settings: ConnectionSettings,
    catalog: Catalog,
    events: ServerEvents,
    signal?: AbortSignal,
  ): Promise<Connection> {
    try {
      return await traceConnect(settings, () => Connection.#connect(settings, catalog, events, signal))
    } catch (error) {
      throw withCallerStack(error)
    }
  }

  static async #connect(
    settings: ConnectionSettings,
    catalog: Catalog,
    events: ServerEvents,
    signal: AbortSignal | undefined,
  ): Promise<Connection> {
    const listeners = new ConnectionListeners()
    const notices = new NoticeListeners()
    const ends = new CloseListeners()
    const heard = ends.hearing(listeners.hearing(notices.hearing(events)))
    const open = await openConnection(settings, catalog, heard, signal)
    const connection = new Connection(open, settings, listeners, notices, ends)
    notices.traced = connection.traced
    return connection
  }

  /** The process id of the server's backend, as in `pg_stat_activity.pid`. */
  get processId(): number {
    return this.#open.session.processId
  }

  /** `I` outside a transaction, `T` in one, `E` in one that has failed; as of the last answer. */
  get transactionStatus(): TransactionStatus {
    return this.#open.session.status
  }

  /** Nothing is running, and nothing waits to run. */
  get idle(): boolean {
    return this.#open.session.idle
  }

  /** How many calls the server has not answered yet. */
  get depth(): number {
    return this.#open.session.depth
  }

  /** Whether something is about to leave, in whose company a query would cost less. */
  get writing(): boolean {
    return this.#open.session.writing
  }

  /** Whether a query would leave at once, perhaps behind others: nothing holds it up, and the socket takes more. */
  get open(): boolean {
    return this.#closing === null && this.#open.session.open
  }

  /** The connection is gone, or going. */
  get closed(): boolean {
    return this.#closing !== null || this.#open.session.dead
  }

  /** @internal How long a call with these options may take, in milliseconds; 0 is no limit. */
  timeLimit(options: CallOptions | undefined): number {
    return timeLimit(options, this.#settings)
  }

  /** A setting that the server reports, such as `server_version` or `TimeZone`, as it is now. */
  serverSetting(name: string): string | undefined {
    return this.#open.session.parameters.get(name)
  }

  /** The server's version, as it said at login. */
  get serverVersion(): ServerVersion {
    return parseServerVersion(this.serverSetting('server_version') ?? '')
  }

  /** Calls `listener` for each notice of the server, until the returned function is called. */
  onNotice(listener: NoticeListener): () => void {
    this.#overheard = true
    return this.#notices.add(listener)
  }

  /**
   * Calls `listener` once when the connection is gone, for whatever reason, unless the returned function is called before:
   * with null when it was closed by `close` or `terminate`, else with why it was lost. It is called behind what has ended
   * the connection, never in the middle; of a connection that is gone already, soon.
   *
   * On a connection that is borrowed from a pool this, like `onNotice`, ends with the release.
   */
  onClose(listener: CloseListener): () => void {
    this.#overheard = true
    return this.#ends.add(listener)
  }

  /** @internal Why it was lost; null while it is not, and when it was closed. */
  get lossError(): Error | null {
    return this.#ends.lossError
  }

  /** @internal Those who listen now, for notices and for the end, do so for as long as the connection lives. */
  keepListeners(): void {
    this.#notices.keep()
    this.#ends.keep()
    this.#overheard = false
  }

  /** @internal Removes those who have come since. */
  removeOtherListeners(): void {
    if (!this.#overheard) return
    this.#notices.removeOthers()
    this.#ends.removeOthers()
    this.#overheard = false
  }

  /** @internal Removes all of them. */
  removeListeners(): void {
    this.#notices.removeAll()
    this.#ends.removeAll()
  }

  /**
   * Runs one statement with parameters and gives all its rows.
   *
   * The statement is prepared on first use. A string parameter is PostgreSQL's text input for whatever type the server
   * expects; other values are encoded by that type.
   */
  async query<Row = Record<string, unknown>>(
    sql: string,
    parameters: readonly unknown[] = [],
    options?: QueryOptions,
  ): Promise<QueryResult<Row>> {
    try {
      return await this.startQuery<Row>(sql, parameters.slice(), options)
    } catch (error) {
      throw ofCaller(error, options)
    }
  }

  /**
   * `query` without a promise of its own, for the pool, which has one around it: errors are without the caller's stack, which
   * is to be attached with `ofCaller`, and `parameters` belongs to it. Throws at once on a connection that is closed.
   */
  startQuery<Row>(
    sql: string,
    parameters: readonly unknown[],
    options: QueryOptions | undefined,
  ): Promise<QueryResult<Row>> {
    this.#requireOpen()
    const result = queryChannel.hasSubscribers
      ? this.#traceQuery(sql, parameters, options)
      : runQuery(this.#open, this.#settings, sql, parameters, options)
    return result as Promise<QueryResult<Row>>
  }

  #traceQuery(sql: string, parameters: readonly unknown[], options: QueryOptions | undefined): Promise<QueryResult> {
    return traceQuery(
      this.#call('query', sql, { parameters, tag: options?.tag, prepared: options?.prepare !== false }),
      (text, meter) => runQuery(this.#open, this.#settings, text, parameters, options, meter),
      (result) => result,
    )
  }

  #call(verb: TracedCall['verb'], sql: string, rest: Omit<TracedCall, 'verb' | 'sql' | 'connection'>): TracedCall {
    return { verb, sql, connection: this.traced, ...rest }
  }

  /** Runs one statement and gives its rows. See {@link Connection.query}. */
  fetch<Row = Record<string, unknown>>(
    sql: string,
    parameters: readonly unknown[] = [],
    options?: FetchOptions,
  ): Promise<Row[]> {
    return fetchRows<Row>(this, sql, parameters, options)
  }

  /** Runs one statement to its end and gives its first row, or null where there is none. */
  fetchRow<Row = Record<string, unknown>>(
    sql: string,
    parameters: readonly unknown[] = [],
    options?: FetchOptions,
  ): Promise<Row | null> {
    return fetchFirstRow<Row>(this, sql, parameters, options)
  }

  /** Runs one statement to its end and gives one value of its first row, or null where there is none. */
  fetchValue<Value = unknown>(
    sql: string,
    parameters: readonly unknown[] = [],
    options?: FetchValueOptions,
  ): Promise<Value | null> {
    return fetchFirstValue<Value>(this, sql, parameters, options)
  }

  /**
   * Runs a function in a transaction, on the handle that it is given: commits when it returns, rolls back when it throws.
   *
   * Whatever else runs on the connection meanwhile is a part of it. A connection that is lost during the commit is opened
   * once more to ask what has become of the transaction; where that cannot be known, `CommitUnknownError` says so.
   */
  async transaction<Result>(
    fn: (transaction: Transaction) => Promise<Result>,
    options: TransactionOptions = {},
  ): Promise<Result> {
    this.#requireOpen()
    return runTransaction(this, fn, options, () => this.openAnother())
  }

  /** Opens another connection to the same host and database, which is nobody's but the caller's. */
  openAnother(): Promise<Connection> {
    const events = { notice: () => {}, notification: () => {}, closed: () => {} }
    const { address } = this.#open.session
    const settings = address === null ? this.#settings : onlyHost(this.#settings, address)
    return Connection.open(settings, this.#open.catalog, events)
  }

  /**
   * Runs several statements in one flight and gives all their results, in order.
   *
   * Outside a transaction they are one: all or nothing. Inside one they are a part of it, and a failure leaves it failed.
   * None is sent before all parameters have been encoded. The error says which query failed: `queryIndex`, from 0. Statements
   * that nobody has described are described first, all in one round trip, so that none can need what another creates.
   */
  async batch<Rows extends readonly unknown[] = Record<string, unknown>[]>(
    queries: readonly BatchQuery[],
    options?: BatchOptions,
  ): Promise<BatchResults<Rows>> {
    try {
      this.#requireOpen()
      const results = queryChannel.hasSubscribers
        ? this.#traceBatch(queries, options)
        : runBatch(this.#open, this.#settings, queries, options)
      return (await results) as BatchResults<Rows>
    } catch (error) {
      const own = error === options?.signal?.reason && error !== undefined
      throw own ? error : withCallerStack(noteTag(error, options?.tag))
    }
  }

  #traceBatch(queries: readonly BatchQuery[], options: BatchOptions | undefined): Promise<QueryResult[]> {
    const sql = queries.map((query) => query.sql).join('; ')
    return traceQuery(
      this.#call('batch', sql, { batchSize: queries.length, tag: options?.tag, prepared: true }),
      (_text, meter) => runBatch(this.#open, this.#settings, queries, options, meter),
      (results) => ({
        command: results.at(-1)?.command,
        rowCount: results.reduce((sum, { rowCount }) => sum + (rowCount ?? 0), 0),
      }),
    )
  }

  /**
   * Executes one statement for each of many rows of parameters, which are sent as they come: 64 KiB at a time, as fast as
   * the server takes them. `rowCount` is the total.
   *
   * Outside a transaction it is one: all or nothing, unless `atomic: false`. Inside one it is a part of it, and a failure
   * leaves it failed. The error says which row failed: `rowIndex`, from 0. Whatever else is asked of the connection waits;
   * what the source itself asks of it behind its first row would wait for ever, and throws `UsageError`.
   */
  async executeMany<Row = Record<string, unknown>>(
    sql: string,
    rows: ParameterRows,
    options?: ExecuteManyOptions,
  ): Promise<QueryResult<Row>> {
    try {
      this.#requireOpen()
      const result = queryChannel.hasSubscribers
        ? traceQuery(
            this.#call('executeMany', sql, { tag: options?.tag, prepared: true }),
            (text, meter) => runMany(this.#open, this.#settings, text, rows, options, meter),
            (executed) => executed,
          )
        : runMany(this.#open, this.#settings, sql, rows, options)
      return (await result) as QueryResult<Row>
    } catch (error) {
      const own = error === options?.signal?.reason && error !== undefined
      throw own ? error : withCallerStack(noteTag(error, options?.tag))
    }
  }

  /**
   * Copies rows or bytes into a table: all or nothing.
   *
   * Rows are encoded by the types of the table's columns, and travel in binary where they can. Bytes are passed on as they
   * are. The source is read as fast as the server takes it, and left when something fails; its own error is the one that
   * the call rejects with. `positionOf` says which row could not be encoded.
   *
   * Whatever else is asked of the connection waits. But where the source may take its time, be it an async iterable or a
   * stream, it could be waiting for just that: then everything else throws `UsageError` until the source has ended, and so
   * does `copyFrom` while a stream is open.
   */
  async copyFrom(table: CopyTable, source: CopyRows | CopyBytes, options?: CopyFromOptions): Promise<CopyFromResult> {
    return this.copyFromNamed(table, source, options, undefined)
  }

  /** @internal `copyFrom` for rows whose keys are not the columns' names. */
  async copyFromNamed(
    table: CopyTable,
    source: unknown,
    options: CopyFromOptions = {},
    columnNames: ColumnNames | undefined,
  ): Promise<CopyFromResult> {
    try {
      this.#requireOpen()
      return await runCopyFrom(this.#open, this.#settings, table, source, options, columnNames)
    } catch (error) {
      // What came from the source, or from the signal, is the caller's own.
      throw isOurs(error) && error !== options.signal?.reason ? withCallerStack(error) : error
    }
  }

  /**
   * Copies a table, or what a query gives, to bytes; with `format: 'rows'` to decoded rows, in batches of what has arrived.
   * Nothing is sent before the first `next`. Whatever else is asked of the connection waits until the stream has ended, so
   * read it to its end, or leave its loop: that cancels the statement, unless a transaction would fail with it.
   *
   * Rows are what `query` would give, but for anonymous records with a type that the pool has not met: those have to be cast.
   * Throws `UsageError` at once for options that make no sense together, or that the server is too old for.
   */
  copyTo<Row = Record<string, unknown>>(origin: CopyOrigin, options: CopyToRowsOptions): CopyStream<Row[]>
  copyTo(origin: CopyOrigin, options?: CopyToOptions): CopyStream<Uint8Array>
  copyTo(origin: CopyOrigin, options: CopyToOptions | CopyToRowsOptions = {}): CopyStream<unknown> {
    this.#requireOpen()
    const copy = openCopyTo(this.#open, this.#settings, origin, options)
    return new CopyStream(async (): Promise<OpenedCopy<unknown>> => {
      this.#requireOpen()
      return { copy, release: beginStream(this.#open.session) }
    })
  }

  /** Runs a script of any number of statements, in one implicit transaction. Values come as the server's text. */
  async execute(script: string): Promise<ScriptResult[]> {
    try {
      this.#requireOpen()
      if (!queryChannel.hasSubscribers) return await this.#runScript(script)
      return await traceQuery(
        this.#call('execute', script, { prepared: false }),
        (text, meter) => this.#runScript(text, meter),
        (results) => ({ command: results.at(-1)?.command, rowCount: results.at(-1)?.rowCount }),
      )
    } catch (error) {
      throw withCallerStack(error)
    }
  }

  #runScript(script: string, meter?: Meter): Promise<ScriptResult[]> {
    const { session, prepared } = this.#open
    return new Promise((resolve, reject) => {
      const done = (results: ScriptResult[]): void => {
        if (results.some(({ command }) => dropsStatements(command))) prepared.clear()
        resolve(results)
      }
      const exchange = new SimpleQueryExchange(session, script, done, reject)
      if (meter !== undefined) session.measure(exchange, meter)
      session.send(exchange)
    })
  }

  /**
   * Runs one statement and gives its rows in batches, of which never more than two are in memory.
   * Whatever else is asked of the connection waits until the stream has ended.
   */
  stream<Row = Record<string, unknown>>(
    sql: string,
    parameters: readonly unknown[] = [],
    options?: StreamOptions,
  ): BatchStream<Row> {
    this.#requireOpen()
    return new BatchStream<Row>(this.#open, this.#settings, sql, parameters, options)
  }

  /** Runs one statement and gives its rows one by one, or some at a time, with or without a transaction. */
  cursor<Row = Record<string, unknown>>(
    sql: string,
    parameters: readonly unknown[] = [],
    options: CursorOptions = {},
  ): Cursor<Row> {
    this.#requireOpen()
    const { prefetch, ...rest } = options
    const bound = parameters.slice()
    return new Cursor<Row>({ open: (batchRows) => this.stream<Row>(sql, bound, { ...rest, batchRows }) }, prefetch)
  }

  /**
   * Prepares a statement, to be told which types it takes and gives, and to run it many times. Every query is prepared on
   * its first use anyway: this is for what wants to know, or to see the error of a statement before it is run.
   */
  prepare(sql: string): Promise<PreparedStatement> {
    return this.prepareFor(this, sql)
  }

  /** @internal `prepare`, for a transaction on this connection. */
  async prepareFor(runner: StatementRunner, sql: string): Promise<PreparedStatement> {
    try {
      this.#requireOpen()
      const { catalog, prepared } = this.#open
      const release = (): void => {
        const statement = catalog.statement(sql)
        if (statement !== undefined) prepared.evict(statement)
      }
      return new PreparedStatement(sql, await statementTypes(this, this.#open, sql), runner, release)
    } catch (error) {
      throw withCallerStack(error)
    }
  }

  /**
   * Waits for what runs, and makes the session as good as new: ends the transaction, closes cursors, listens to nothing,
   * gives back advisory locks, drops temporary tables, and takes back SET, SET ROLE and the like. Prepared statements stay.
   * Throws `UsageError` while a `transaction` runs.
   */
  async reset(): Promise<void> {
    this.#requireOpen()
    await resetConnection(this)
    this.#resets++
  }

  /** Has the server discard everything that belongs to the session, prepared statements included. Only while nothing runs. */
  async discardAll(): Promise<void> {
    await this.execute('discard all')
    this.#resets++
  }

  /**
   * Whether whoever uses the session next may notice what was done to it, since `forgetChanges`: settings, temporary
   * tables, locks and the like. What a function has done inside is seen only where the server reports it.
   */
  get changed(): boolean {
    return this.#open.session.changes.any
  }

  /** @internal Whether the server has refused to write, which `lostRole` is to look into. */
  get refusedWrite(): boolean {
    return this.#open.session.refusedWrite
  }

  /** @internal Whether its server has become read only, which `targetSessionAttrs` did not ask for. Only outside a transaction. */
  async lostRole(): Promise<boolean> {
    const { session } = this.#open
    session.refusedWrite = false
    return isDemoted(session, this.#settings.targetSessionAttrs, this.#readOnly)
  }

  /** How often the session was made as good as new. */
  get resets(): number {
    return this.#resets
  }

  /** The session is from now on as it is to be. */
  forgetChanges(): void {
    this.#open.session.changes.forget()
  }

  /**
   * Calls `callback` for each notification of the channel. Resolves when the server listens; inside a transaction it does
   * from the commit on, and not at all after a rollback. Given twice, a callback is called once.
   *
   * When the connection is lost this ends without a word. The function `listen` opens it again, and says so.
   */
  async listen(channel: string, callback: NotificationCallback, options?: ConnectionListenOptions): Promise<void> {
    try {
      this.#requireOpen()
      await this.#listeners.add(channel, callback, options)
    } catch (error) {
      throw withCallerStack(error)
    }
  }

  /** Calls `callback` no more; without one, none of the channel's. Resolves when the server has done what is left to do. */
  async unlisten(channel: string, callback?: NotificationCallback): Promise<void> {
    try {
      this.#requireOpen()
      await this.#listeners.remove(channel, callback)
    } catch (error) {
      throw withCallerStack(error)
    }
  }

  /** `unlisten` for all channels. */
  async unlistenAll(): Promise<void> {
    try {
      this.#requireOpen()
      await this.#listeners.removeAll()
    } catch (error) {
      throw withCallerStack(error)
    }
  }

  /** Whether the server may send notifications, because of `listen`. */
  get listening(): boolean {
    return this.#listeners.active
  }

  /**
   * Sends a notification: now, or in a transaction when that commits. Throws `UsageError`, with nothing sent, for a payload
   * of more than 7999 bytes or a channel's name of more than 63.
   */
  async notify(channel: string, payload: string = '', options?: NotifyOptions): Promise<void> {
    await this.query(...notifyQuery(channel, payload), options)
  }

  /**
   * Cancels the statement that is running, provided it is the only one. It rejects with SQLSTATE 57014, or succeeds if it
   * was faster. Resolves once the connection serves again; no other statement can be hit. One that does not stop within
   * `cancelTimeoutMs` costs the connection.
   */
  async cancel(): Promise<void> {
    await cancelRunning(this.#open, this.#settings)
  }

  /**
   * Cancels everything that is running, whichever statement is hit, and sends nothing more. For a connection that is
   * given up: `terminate` it afterwards. Rejects when the server cannot be told.
   */
  async cancelEverything(): Promise<void> {
    await cancelEverything(this.#open, this.#settings)
  }

  /**
   * Cancels everything that is running, whichever statement is hit, for a connection that goes on: resolves once it serves
   * again, or is gone, because a statement has not stopped within `cancelTimeoutMs`.
   */
  async cancelAbandoned(): Promise<void> {
    await cancelAbandoned(this.#open, this.#settings)
  }

  /** @internal Resolves once no statement is being cancelled any more. */
  async whenNoneIsCancelled(): Promise<void> {
    await whenNoneIsStopped(this.#open)
  }

  /** Resolves once everything asked so far has been answered, or the connection is gone. */
  async settled(): Promise<void> {
    await this.#open.session.whenIdle()
  }

  /** Waits for what is running, then closes. Always resolves; after the time limit the connection is cut. */
  close(options?: CloseOptions): Promise<void> {
    this.#closing ??= closeConnection(this.#open, options)
    return this.#closing
  }

  /** Cuts the connection. What is running rejects. */
  terminate(): void {
    this.#closing ??= Promise.resolve()
    this.#open.transport.phase = 'closing'
    this.#open.session.destroy()
  }

  /** Lets the process end although the connection is open. */
  unref(): void {
    this.#open.transport.unref()
  }

  /** Keeps the process alive while the connection is open; the default. */
  ref(): void {
    this.#open.transport.ref()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #requireOpen(): void {
    if (this.#closing !== null) throw new UsageError('The connection is closed')
    requireNotAwaited(this.#open.session)
    requireNotFed(this.#open.session)
  }
}
