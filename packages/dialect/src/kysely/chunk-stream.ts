import type { QueryResult } from 'kysely'

import type { BatchStream } from '../client/batch-stream.ts'
import { UsageError } from '../errors/usage-error.ts'

type Chunk<R> = IteratorResult<QueryResult<R>, undefined>

/** What runs beside an open stream would wait for its end; and usually the stream's reader waits for what runs. */
export function refuseBesideStream(open: ReadonlySet<unknown>): void {
  if (open.size > 0) throw new UsageError('A stream is open on this connection: read it to its end, or leave its loop')
}

const DONE = { done: true, value: undefined } as const

/** A stream as Kysely reads it. It is among the open ones of its connection from the first `next` to its end. */
export class ChunkStream<R> implements AsyncIterableIterator<QueryResult<R>, undefined> {
  readonly #openBatches: () => Promise<BatchStream<R>>
  #batches: Promise<BatchStream<R>> | null = null
  readonly #signal: AbortSignal | undefined
  readonly #open: Set<unknown>
  #ended = false
  /** The last result, if Kysely is going to keep it. */
  #kept: { rows: R[] } | null = null

  constructor(open: () => Promise<BatchStream<R>>, signal: AbortSignal | undefined, streams: Set<unknown>) {
    this.#openBatches = open
    this.#signal = signal
    this.#open = streams
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<Chunk<R>> {
    if (!this.#ended) this.#begin()
    // It has handed these rows on by now; the array itself is left as it is.
    if (this.#kept !== null) this.#kept.rows = []
    try {
      const batch = await (await (this.#batches ??= this.#openBatches())).next()
      if (batch.done !== true) {
        const result = { rows: batch.value }
        // With a signal, Kysely keeps every result until the stream ends: a race against one long-lived promise holds them.
        if (this.#signal !== undefined) this.#kept = result
        return { done: false, value: result }
      }
      this.#end()
      return DONE
    } catch (error) {
      this.#end()
      // Kysely has told its caller already, and would print this as a failure in the background.
      if (this.#signal?.aborted === true) return DONE
      throw error
    }
  }

  async return(): Promise<Chunk<R>> {
    this.#end()
    await (await this.#batches?.catch(() => null))?.return()
    return DONE
  }

  #begin(): void {
    if (!this.#open.has(this)) refuseBesideStream(this.#open)
    this.#open.add(this)
  }

  #end(): void {
    this.#ended = true
    this.#open.delete(this)
  }
}
