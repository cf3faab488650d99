import { withCallerStack } from '../errors/caller-stack.ts'
import { isOurs } from './is-ours.ts'

/** What a {@link CopyStream} reads, and what is to be done when it has ended. */
export interface OpenedCopy<Item> {
  readonly copy: {
    readonly rowCount: number | null
    next(): Promise<IteratorResult<Item, undefined>>
    return(): Promise<IteratorResult<Item, undefined>>
  }
  /** Called once, when the statement has ended. */
  release(): void
}

const DONE = { done: true, value: undefined } as const

/**
 * What a COPY gives, piece by piece: an async iterable. `for await` reads it, `Readable.from(stream)` makes a stream of
 * Node's of it, and `stream.readable()` one of the web.
 *
 * Nothing is sent before the first `next`. Who reads slowly slows the server down. Leaving the loop ends the COPY, which is
 * cancelled if there is much left of it, and what its query has written is rolled back; in a transaction, which would fail
 * with it, the rest is read and dropped.
 */
export class CopyStream<Item> implements AsyncIterableIterator<Item, undefined> {
  readonly #open: () => Promise<OpenedCopy<Item>>
  #opening: Promise<OpenedCopy<Item>> | null = null
  #copy: OpenedCopy<Item>['copy'] | null = null
  #released = false
  /** Nothing is opened any more: it was left, or could not be opened. */
  #over = false

  /** @internal Made by `copyTo`. */
  constructor(open: () => Promise<OpenedCopy<Item>>) {
    this.#open = open
  }

  /** Rows copied, as the server counted them; null before the end, and when it was not reached. */
  get rowCount(): number | null {
    return this.#copy?.rowCount ?? null
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Item, undefined>> {
    if (this.#over && this.#opening === null) return DONE
    try {
      const opened = await this.#opened()
      if (opened === null) return DONE
      return await this.#nextOf(opened)
    } catch (error) {
      throw isOurs(error) ? withCallerStack(error) : error
    }
  }

  /** Ends the COPY. Resolves when the server is ready again, and rejects when the COPY has failed. */
  async return(): Promise<IteratorResult<Item, undefined>> {
    this.#over = true
    // Who could not open it has told so.
    const opened = await this.#opening?.catch(() => null)
    if (opened === undefined || opened === null) return DONE
    try {
      await this.#end(opened)
    } catch (error) {
      throw isOurs(error) ? withCallerStack(error) : error
    }
    return DONE
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  /** As a stream of the web, which can be read once. Cancelling it is leaving the loop. */
  readable(): ReadableStream<Item> {
    return new ReadableStream<Item>(
      {
        pull: async (controller) => {
          const result = await this.next()
          if (result.done === true) controller.close()
          else controller.enqueue(result.value)
        },
        cancel: async () => {
          await this.return()
        },
      },
      // Nothing is read, and no connection taken, before somebody reads.
      { highWaterMark: 0 },
    )
  }

  /** Null when it could not be opened, which was told once. */
  async #opened(): Promise<OpenedCopy<Item> | null> {
    if (this.#opening === null) {
      this.#opening = this.#open()
      this.#copy = (await this.#opening.catch((error: unknown) => this.#notOpened(error))).copy
    }
    return this.#opening.catch(() => null)
  }

  #notOpened(error: unknown): never {
    this.#over = true
    throw error
  }

  async #nextOf(opened: OpenedCopy<Item>): Promise<IteratorResult<Item, undefined>> {
    try {
      const result = await opened.copy.next()
      if (result.done === true) this.#release(opened)
      return result
    } catch (error) {
      // The caller is told at once; the connection is given back when the statement has ended.
      this.#end(opened).catch(() => {})
      throw error
    }
  }

  async #end(opened: OpenedCopy<Item>): Promise<void> {
    try {
      await opened.copy.return()
    } finally {
      this.#release(opened)
    }
  }

  #release(opened: OpenedCopy<Item>): void {
    if (this.#released) return
    this.#released = true
    opened.release()
  }
}
