import { scriptOutcome } from '../connection/error-outcome.ts'
import type { BatchQuery } from '../connection/exchanges/batch.ts'
import type { QueryResult } from '../connection/exchanges/query.ts'
import type { ScriptResult } from '../connection/exchanges/simple-query.ts'
import type { CopyTable } from '../copy/copy-table.ts'
import { AbortedTransactionError } from '../errors/aborted-transaction-error.ts'
import { PostgresError } from '../errors/postgres-error.ts'
import { UsageError } from '../errors/usage-error.ts'
import { TransactionTracing } from '../telemetry/transaction-tracing.ts'
import type { BatchStream, StreamOptions } from './batch-stream.ts'
import type { BatchOptions, BatchResults } from './batch.ts'
import type { Connection } from './connection.ts'
import type { CopyBytes, CopyFromOptions, CopyFromResult, CopyRows } from './copy-from.ts'
import type { CopyStream } from './copy-stream.ts'
import type { CopyOrigin, CopyToOptions, CopyToRowsOptions } from './copy-to.ts'
import { Cursor, type CursorOptions } from './cursor.ts'
import type { ExecuteManyOptions, ParameterRows } from './execute-many.ts'
import { type FetchOptions, fetchFirstRow, fetchFirstValue, fetchRows, type FetchValueOptions } from './fetch.ts'
import { isLost } from './lost.ts'
import { type NotifyOptions, notifyQuery } from './notify.ts'
import type { PreparedStatement } from './prepared.ts'
import type { QueryOptions } from './query.ts'
import type { TransactionId } from './transaction-id.ts'
import { requiredSettings, type TransactionOptions } from './transaction-options.ts'

/** What the handles of one transaction, the outermost and all that are nested in it, have in common. */
export interface TransactionScope {
  readonly connection: Connection
  readonly signal: AbortSignal | undefined
  readonly id: TransactionId
  /** Savepoints so far. */
  savepoints: number
  /** The error with which the transaction failed on the server. */
  failure: PostgresError | null
}

/**
 * A transaction, or one that is nested in it, for as long as its function runs. It is bound to one connection: when that is
 * lost, every further use rejects.
 *
 * Statements need not be awaited one by one: they are sent without waiting for each other. Those that still run when the
 * function ends are awaited before the COMMIT, and their error is that of the transaction.
 */
export class Transaction {
  readonly #scope: TransactionScope
  readonly #pending = new Set<Promise<unknown>>()
  readonly #streams = new Set<{ return(): Promise<unknown> }>()
  #ended = false
  #nested = false

  /** @internal Made by the `transaction` of a connection, of a pool or of another transaction. */
  constructor(scope: TransactionScope) {
    this.#scope = scope
  }

  /** Runs one statement and gives all its rows. See {@link Connection.query}. */
  query<Row = Record<string, unknown>>(
    sql: string,
    parameters: readonly unknown[] = [],
    options?: QueryOptions,
  ): Promise<QueryResult<Row>> {
    const { connection, id } = this.#scope
    return this.#track(sql, () => {
      const signal = this.#signalOf(options)
      if (signal === undefined && connection.timeLimit(options) === 0) {
        const result = connection.query<Row>(sql, parameters, options)
        id.askBehind(sql)
        return result
      }
      // A statement is only cancelled when it is alone: what has to be asked goes in front of it.
      id.askInFront(sql)
      return connection.query<Row>(sql, parameters, { ...options, signal })
    })
  }

  /** Runs one statement and gives its rows. */
  fetch<Row = Record<string, unknown>>(
    sql: string,
    parameters: readonly unknown[] = [],
    options?: FetchOptions,
  ): Promise<Row[]> {
    return fetchRows<Row>(this, sql, parameters, options)
  }

  /** Runs one statement and gives its first row, or null. */
  fetchRow<Row = Record<string, unknown>>(
    sql: string,
    parameters: readonly unknown[] = [],
    options?: FetchOptions,
  ): Promise<Row | null> {
    return fetchFirstRow<Row>(this, sql, parameters, options)
  }

  /** Runs one statement and gives one value of its first row, or null. */
  fetchValue<Value = unknown>(
    sql: string,
    parameters: readonly unknown[] = [],
    options?: FetchValueOptions,
  ): Promise<Value | null> {
    return fetchFirstValue<Value>(this, sql, parameters, options)
  }

  /** Runs a script of any number of statements. Values come as the server's text. See {@link Connection.execute}. */
  execute(script: string): Promise<ScriptResult[]> {
    const { connection, id } = this.#scope
    return this.#track(script, () => {
      const result = connection.execute(script)
      id.askBehind(script)
      return result
    })
  }

  /** Runs several statements in one flight and gives all their results. See {@link Connection.batch}. */
  batch<Rows extends readonly unknown[] = Record<string, unknown>[]>(
    queries: readonly BatchQuery[],
    options?: BatchOptions,
  ): Promise<BatchResults<Rows>> {
    const { connection, id } = this.#scope
    const sqls = queries.map(({ sql }) => sql).join(';')
    return this.#track(sqls, () => {
      const signal = this.#signalOf(options)
      if (signal !== undefined || connection.timeLimit(options) > 0) {
        id.askInFront(sqls)
        return connection.batch<Rows>(queries, { ...options, signal })
      }
      const results = connection.batch<Rows>(queries, options)
      for (const { sql } of queries) id.askBehind(sql)
      return results
    })
  }

  /** Executes one statement for each of many rows of parameters. See {@link Connection.executeMany}. */
  executeMany<Row = Record<string, unknown>>(
    sql: string,
    rows: ParameterRows,
    options?: ExecuteManyOptions,
  ): Promise<QueryResult<Row>> {
    const { connection, id } = this.#scope
    return this.#track(sql, () => {
      const signal = this.#signalOf(options)
      id.askInFront(sql)
      return connection.executeMany<Row>(sql, rows, { ...options, ...(signal === undefined ? {} : { signal }) })
    })
  }

  /** Copies rows or bytes into a table. See {@link Connection.copyFrom}. */
  copyFrom(table: CopyTable, source: CopyRows | CopyBytes, options?: CopyFromOptions): Promise<CopyFromResult> {
    const { connection, id } = this.#scope
    return this.#track('copy', () => {
      const signal = this.#signalOf(options)
      id.askInFront('copy')
      return connection.copyFrom(table, source, { ...options, ...(signal === undefined ? {} : { signal }) })
    })
  }

  /** Copies a table or a query. Left open, it ends with the function. See {@link Connection.copyTo}. */
  copyTo<Row = Record<string, unknown>>(origin: CopyOrigin, options: CopyToRowsOptions): CopyStream<Row[]>
  copyTo(origin: CopyOrigin, options?: CopyToOptions): CopyStream<Uint8Array>
  copyTo(origin: CopyOrigin, options?: CopyToOptions | CopyToRowsOptions): CopyStream<unknown> {
    this.#requireOpen()
    const signal = this.#signalOf(options)
    const stream: CopyStream<unknown> = this.#scope.connection.copyTo(origin, {
      ...(options as CopyToRowsOptions),
      ...(signal === undefined ? {} : { signal }),
    })
    this.#streams.add(stream)
    return stream
  }

  /** Sends a notification when the transaction commits. See {@link Connection.notify}. */
  async notify(channel: string, payload: string = '', options?: NotifyOptions): Promise<void> {
    await this.query(...notifyQuery(channel, payload), options)
  }

  /** Runs one statement and gives its rows in batches. Left open, it ends with the function. */
  stream<Row = Record<string, unknown>>(
    sql: string,
    parameters: readonly unknown[] = [],
    options?: StreamOptions,
  ): BatchStream<Row> {
    this.#requireOpen()
    const signal = this.#signalOf(options)
    const stream = this.#scope.connection.stream<Row>(sql, parameters, {
      ...options,
      ...(signal === undefined ? {} : { signal }),
    })
    this.#streams.add(stream)
    return stream
  }

  /** Runs one statement and gives its rows one by one. Left open, it ends with the function. */
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

  /** Prepares a statement, which runs in this transaction. See {@link Connection.prepare}. */
  prepare(sql: string): Promise<PreparedStatement> {
    return this.#track(sql, () => this.#scope.connection.prepareFor(this, sql))
  }

  /**
   * Runs a function in a transaction that is nested in this one: a savepoint. When the function throws, what it has done
   * since is rolled back, and the error is passed on; whoever catches it can go on.
   *
   * Throws `UsageError` for settings that differ from those of this transaction, and while another one is nested in it.
   */
  transaction<Result>(
    fn: (transaction: Transaction) => Promise<Result>,
    options: Omit<TransactionOptions, 'signal'> = {},
  ): Promise<Result> {
    return this.#track(null, () => this.#runNested(fn, options))
  }

  /**
   * @internal Waits for all that was asked, and takes nothing more. Rejects with the first error of what was still running.
   */
  async end(): Promise<void> {
    const failures: unknown[] = []
    const settle = async (promises: Iterable<Promise<unknown>>): Promise<void> => {
      for (const settled of await Promise.allSettled(promises)) {
        if (settled.status === 'rejected') failures.push(settled.reason)
      }
    }
    // Streams first: what was asked behind an open one waits for its end.
    await settle([...this.#streams].map((stream) => stream.return()))
    while (this.#pending.size > 0) await settle(this.#pending)
    this.#ended = true
    if (failures.length > 0) throw failures[0]
  }

  async #runNested<Result>(
    fn: (transaction: Transaction) => Promise<Result>,
    options: Omit<TransactionOptions, 'signal'>,
  ): Promise<Result> {
    if (this.#nested) throw new UsageError('Another transaction is nested in this one at the moment')
    this.#nested = true
    try {
      await this.#requireSettings(options)
      return await this.#runInSavepoint(fn)
    } finally {
      this.#nested = false
    }
  }

  async #runInSavepoint<Result>(fn: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    const scope = this.#scope
    const { connection } = scope
    const savepoint = `pgwire_${++scope.savepoints}`
    const tracing = TransactionTracing.begin(connection.traced, true)
    await connection.execute(`savepoint ${savepoint}`).catch((error: unknown) => {
      tracing?.failed(error)
      throw error
    })
    const nested = new Transaction(scope)
    try {
      const result = await fn(nested)
      await nested.end()
      if (connection.transactionStatus === 'E') throw new AbortedTransactionError(scope.failure ?? undefined)
      await connection.execute(`release savepoint ${savepoint}`)
      tracing?.committed()
      return result
    } catch (error) {
      await nested.end().catch(() => {})
      await rollBackTo(savepoint, connection)
      scope.failure = null
      tracing?.failed(error)
      throw error
    }
  }

  /** The server knows best what the settings are: they may come from defaults, or have been set since. */
  async #requireSettings(options: TransactionOptions): Promise<void> {
    const required = requiredSettings(options)
    if (required.length === 0) return
    const columns = required.map(({ setting }) => `pg_catalog.current_setting('${setting}')`)
    const [result] = await this.#scope.connection.execute(`select ${columns.join(', ')}`)
    const different = required.find(({ current }, index) => result?.rows[0]?.[index] !== current)
    if (different !== undefined) {
      throw new UsageError(`A nested transaction cannot have another ${different.option} than the outer one`)
    }
  }

  /** `sql`: what was sent; null for a function of the user's, whose errors may be of anything. */
  #track<Result>(sql: string | null, run: () => Promise<Result>): Promise<Result> {
    try {
      this.#requireOpen()
    } catch (error) {
      return Promise.reject(error)
    }
    const { connection } = this.#scope
    // One chain, or V8 loses the caller. What is returned stays the caller's to handle, until the function has ended.
    const returned: Promise<Result> = run().then(
      (result) => {
        this.#pending.delete(returned)
        return result
      },
      (error: unknown) => {
        this.#pending.delete(returned)
        if (error instanceof PostgresError && connection.transactionStatus === 'E') this.#scope.failure ??= error
        // The server rolls back what it is not told to commit.
        if (sql !== null && isLost(error) && scriptOutcome(sql) === 'rolled-back') error.outcome = 'rolled-back'
        throw error
      },
    )
    this.#pending.add(returned)
    return returned
  }

  #signalOf(options: { readonly signal?: AbortSignal | undefined } | undefined): AbortSignal | undefined {
    const { signal } = this.#scope
    if (options?.signal === undefined) return signal
    return signal === undefined ? options.signal : AbortSignal.any([signal, options.signal])
  }

  #requireOpen(): void {
    if (this.#ended) throw new UsageError('The transaction has ended')
    this.#scope.signal?.throwIfAborted()
  }
}

async function rollBackTo(savepoint: string, connection: Connection): Promise<void> {
  try {
    await connection.execute(`rollback to savepoint ${savepoint}; release savepoint ${savepoint}`)
  } catch {
    // Nobody may take for granted now what the transaction holds.
    connection.terminate()
  }
}
