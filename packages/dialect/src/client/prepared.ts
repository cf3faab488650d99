import type { QueryResult } from '../connection/exchanges/query.ts'
import { UsageError } from '../errors/usage-error.ts'
import type { BatchStream, StreamOptions } from './batch-stream.ts'
import { Cursor, type CursorOptions } from './cursor.ts'
import { type FetchOptions, fetchFirstRow, fetchFirstValue, fetchRows, type FetchValueOptions } from './fetch.ts'
import type { QueryOptions } from './query.ts'
import type { StatementColumn, StatementType, StatementTypes } from './statement-types.ts'

/** How to explain a statement. */
export interface ExplainOptions {
  /** Executes it, to tell what it really costs, and rolls back what it has done. Default false. */
  readonly analyze?: boolean | undefined
}

/** What a prepared statement runs on: a connection, or a transaction on one. */
export interface StatementRunner {
  query<Row>(sql: string, parameters: readonly unknown[], options?: QueryOptions): Promise<QueryResult<Row>>
  stream<Row>(sql: string, parameters: readonly unknown[], options?: StreamOptions): BatchStream<Row>
  transaction<Result>(fn: (runner: Pick<StatementRunner, 'query'>) => Promise<Result>): Promise<Result>
}

/**
 * A statement that the server has parsed, and described. It is prepared again by itself where the server has lost it, or
 * where tables or types have changed since.
 */
export class PreparedStatement {
  readonly sql: string
  /** The types of the parameters, as the server has inferred them; the first is that of `$1`. */
  readonly parameters: readonly StatementType[]
  /** The columns of the result; empty when it has none. */
  readonly columns: readonly StatementColumn[]
  readonly #runner: StatementRunner
  readonly #release: () => void
  #closed = false

  /** @internal Made by the `prepare` of a connection or a transaction. `release` lets the server forget it. */
  constructor(sql: string, types: StatementTypes, runner: StatementRunner, release: () => void) {
    this.sql = sql
    this.parameters = types.parameters
    this.columns = types.columns
    this.#runner = runner
    this.#release = release
  }

  /** Runs it and gives all rows. */
  async query<Row = Record<string, unknown>>(
    parameters: readonly unknown[] = [],
    options?: QueryOptions,
  ): Promise<QueryResult<Row>> {
    return this.#open.query<Row>(this.sql, parameters, options)
  }

  async fetch<Row = Record<string, unknown>>(
    parameters: readonly unknown[] = [],
    options?: FetchOptions,
  ): Promise<Row[]> {
    return fetchRows<Row>(this.#open, this.sql, parameters, options)
  }

  async fetchRow<Row = Record<string, unknown>>(
    parameters: readonly unknown[] = [],
    options?: FetchOptions,
  ): Promise<Row | null> {
    return fetchFirstRow<Row>(this.#open, this.sql, parameters, options)
  }

  async fetchValue<Value = unknown>(
    parameters: readonly unknown[] = [],
    options?: FetchValueOptions,
  ): Promise<Value | null> {
    return fetchFirstValue<Value>(this.#open, this.sql, parameters, options)
  }

  /** Runs it and gives its rows in batches. */
  stream<Row = Record<string, unknown>>(
    parameters: readonly unknown[] = [],
    options?: StreamOptions,
  ): BatchStream<Row> {
    return this.#open.stream<Row>(this.sql, parameters, options)
  }

  /** Runs it and gives its rows one by one. */
  cursor<Row = Record<string, unknown>>(parameters: readonly unknown[] = [], options: CursorOptions = {}): Cursor<Row> {
    const { prefetch, ...rest } = options
    const runner = this.#open
    const bound = parameters.slice()
    return new Cursor<Row>(
      { open: (batchRows) => runner.stream<Row>(this.sql, bound, { ...rest, batchRows }) },
      prefetch,
    )
  }

  /**
   * How the server would execute it with these parameters: the root of the plan, as `EXPLAIN (FORMAT JSON, VERBOSE)` gives it.
   * @see https://www.postgresql.org/docs/current/sql-explain.html
   */
  async explain(parameters: readonly unknown[] = [], options: ExplainOptions = {}): Promise<Record<string, unknown>> {
    const runner = this.#open
    if (options.analyze !== true) return readPlan(runner, `explain (format json, verbose) ${this.sql}`, parameters)
    const rollBack = new Error('What was only explained is rolled back')
    let plan: Record<string, unknown> = {}
    try {
      await runner.transaction(async (transaction) => {
        plan = await readPlan(transaction, `explain (format json, verbose, analyze) ${this.sql}`, parameters)
        throw rollBack
      })
    } catch (error) {
      if (error !== rollBack) throw error
    }
    return plan
  }

  /** Lets the server forget it, with the next statement that is prepared. Every further use throws `UsageError`. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#release()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  get #open(): StatementRunner {
    if (this.#closed) throw new UsageError('The prepared statement is closed')
    return this.#runner
  }
}

async function readPlan(
  runner: Pick<StatementRunner, 'query'>,
  sql: string,
  parameters: readonly unknown[],
): Promise<Record<string, unknown>> {
  const { rows } = await runner.query<[unknown]>(sql, parameters, { rowMode: 'array' })
  const [[value] = []] = rows
  // A profile may leave JSON as text.
  const plans = (typeof value === 'string' ? JSON.parse(value) : value) as Record<string, unknown>[]
  return plans[0]!
}
