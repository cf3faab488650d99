import { UsageError } from '../errors/usage-error.ts'
import type { PgTypes } from '../types/profile/profile.ts'
import type { BatchStream } from './batch-stream.ts'
import type { StatementOptions } from './call-options.ts'
import type { ReplicaOptions } from './replica-options.ts'

/** How to read a query row by row. */
export interface CursorOptions extends StatementOptions, ReplicaOptions {
  /** Rows that travel at a time; as many more are on their way while these are being used. Default 50. */
  readonly prefetch?: number | undefined
  /** Ends the cursor: the statement is cancelled on the server, and what is being fetched rejects with the reason. */
  readonly signal?: AbortSignal | undefined
  /** How long a row may be waited for, as in {@link StreamOptions.timeoutMs}. */
  readonly timeoutMs?: number | undefined
  /** Which JavaScript values stand for which PostgreSQL types, as in {@link QueryOptions.types}. */
  readonly types?: PgTypes | undefined
}

/** Where a cursor gets its rows from, and who has to know that it needs no more. */
export interface CursorSource<Row> {
  open(batchRows: number): Promise<BatchStream<Row>> | BatchStream<Row>
  /** Called once, when a cursor that was opened has ended. */
  ended?(): void
}

const DEFAULT_PREFETCH = 50

const DONE = { done: true, value: undefined } as const

/**
 * The rows of a query, one by one or some at a time, with or without a transaction. Nothing is sent before the first row is
 * asked for. Read it to its end, leave its loop, or close it: until then, whatever else is asked of the connection waits.
 */
export class Cursor<Row> implements AsyncIterableIterator<Row, undefined> {
  readonly #source: CursorSource<Row>
  readonly #prefetch: number
  #stream: BatchStream<Row> | null = null
  #rows: readonly Row[] = []
  /** Where in `#rows` the cursor stands. */
  #at = 0
  #over = false
  /** Calls take their rows in the order in which they were made. */
  #last: Promise<unknown> = Promise.resolve()

  /** @internal Made by the `cursor` of a connection, a pool, a transaction or a prepared statement. */
  constructor(source: CursorSource<Row>, prefetch: number = DEFAULT_PREFETCH) {
    if (!Number.isInteger(prefetch) || prefetch < 1 || prefetch > 0x7fff_ffff) {
      throw new UsageError('prefetch must be a whole number from 1 to 2147483647')
    }
    this.#source = source
    this.#prefetch = prefetch
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<Row, undefined>> {
    return this.#inOrder(async () => {
      if (!(await this.#fill())) return DONE
      return { done: false, value: this.#rows[this.#at++]! }
    })
  }

  /** The next rows, up to `count`; fewer at the end, and none behind it. */
  fetch(count: number): Promise<Row[]> {
    return this.#inOrder(async () => {
      requireCount(count)
      const rows: Row[] = []
      while (rows.length < count && (await this.#fill())) {
        const taken = this.#rows.slice(this.#at, this.#at + count - rows.length)
        for (const row of taken) rows.push(row)
        this.#at += taken.length
      }
      return rows
    })
  }

  /** Skips rows, up to `count`; gives the number of those that there were. */
  forward(count: number): Promise<number> {
    return this.#inOrder(async () => {
      requireCount(count)
      let skipped = 0
      while (skipped < count && (await this.#fill())) {
        const step = Math.min(count - skipped, this.#rows.length - this.#at)
        this.#at += step
        skipped += step
      }
      return skipped
    })
  }

  /**
   * Ends the cursor. Rows that are being waited for do not come any more. Rejects when the statement has failed, be it in
   * its commit.
   */
  async close(): Promise<void> {
    const over = this.#over
    this.#over = true
    this.#rows = []
    try {
      await this.#stream?.return()
    } finally {
      if (!over) this.#ended()
    }
  }

  async return(): Promise<IteratorResult<Row, undefined>> {
    await this.close()
    return DONE
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #inOrder<Result>(take: () => Promise<Result>): Promise<Result> {
    const taken = this.#last.then(take)
    this.#last = taken.catch(() => {})
    return taken
  }

  /** Whether there is a row where the cursor stands; the next batch is waited for, if need be. */
  async #fill(): Promise<boolean> {
    if (this.#at < this.#rows.length) return true
    if (this.#over) return false
    try {
      const stream = (this.#stream ??= await this.#source.open(this.#prefetch))
      if (this.#over) {
        // It was closed before it was open.
        await stream.return()
        this.#ended()
        return false
      }
      const batch = await stream.next()
      if (this.#over) return false
      this.#rows = batch.done === true ? [] : batch.value
      this.#at = 0
      if (batch.done === true) this.#finish()
    } catch (error) {
      this.#finish()
      throw error
    }
    return this.#rows.length > 0
  }

  #finish(): void {
    if (this.#over) return
    this.#over = true
    this.#ended()
  }

  #ended(): void {
    if (this.#stream !== null) this.#source.ended?.()
  }
}

function requireCount(count: number): void {
  if (!Number.isInteger(count) || count < 1) throw new UsageError('The number of rows must be a whole number from 1')
}
