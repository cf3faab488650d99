import type { ConnectionSettings } from '../config/connection-settings.ts'
import { cancelEverything, cancelRunning } from '../connection/cancel-request.ts'
import type { Catalog } from '../connection/catalog.ts'
import type { QueryResult } from '../connection/exchanges/query.ts'
import { type ScriptResult, SimpleQueryExchange } from '../connection/exchanges/simple-query.ts'
import { type OpenConnection, openConnection } from '../connection/open-connection.ts'
import type { ServerEvents } from '../connection/server-events.ts'
import { withCallerStack } from '../errors/caller-stack.ts'
import { UsageError } from '../errors/usage-error.ts'
import type { TransactionStatus } from '../wire/status-messages.ts'
import { BatchStream, type StreamOptions } from './batch-stream.ts'
import { type CloseOptions, closeConnection } from './close.ts'
import { type QueryOptions, runQuery } from './query.ts'

/**
 * One connection to one server.
 *
 * Calls may overlap: they are sent without waiting for each other and answered in order. An error concerns the call that
 * caused it, and the connection stays usable unless the error says that it was lost.
 */
export class Connection {
  readonly #open: OpenConnection
  readonly #settings: ConnectionSettings
  #closing: Promise<void> | null = null

  private constructor(open: OpenConnection, settings: ConnectionSettings) {
    this.#open = open
    this.#settings = settings
  }

  /** Connects and logs in. Called by `connect` and by pools, which share a catalog between connections. */
  static async open(
    settings: ConnectionSettings,
    catalog: Catalog,
    events: ServerEvents,
    signal?: AbortSignal,
  ): Promise<Connection> {
    try {
      return new Connection(await openConnection(settings, catalog, events, signal), settings)
    } catch (error) {
      throw withCallerStack(error)
    }
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

  /** The connection is gone, or going. */
  get closed(): boolean {
    return this.#closing !== null || this.#open.session.dead
  }

  /** A setting that the server reports, such as `server_version` or `TimeZone`, as it is now. */
  serverSetting(name: string): string | undefined {
    return this.#open.session.parameters.get(name)
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
      this.#requireOpen()
      return (await runQuery(this.#open, this.#settings, sql, parameters, options)) as QueryResult<Row>
    } catch (error) {
      throw error === options?.signal?.reason && error !== undefined ? error : withCallerStack(error)
    }
  }

  /** Runs a script of any number of statements, in one implicit transaction. Values come as the server's text. */
  async execute(script: string): Promise<ScriptResult[]> {
    try {
      this.#requireOpen()
      return await new Promise((resolve, reject) => {
        const { session } = this.#open
        session.send(new SimpleQueryExchange(session, script, resolve, reject))
      })
    } catch (error) {
      throw withCallerStack(error)
    }
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

  /**
   * Cancels the statement that is running, provided it is the only one. It rejects with SQLSTATE 57014, or succeeds if it
   * was faster. Resolves once the connection serves again; no other statement can be hit.
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
  }
}
