import { UsageError } from '../errors/usage-error.ts'

type Step = IteratorResult<unknown, unknown>

const DONE: Step = { done: true, value: undefined }

interface Items {
  next(): Step | Promise<Step>
  /** Ends the items before their time. It may throw, or reject. */
  end(): unknown
}

/** What data comes from, item by item. */
export class Source {
  /** Whether an item may take its time, and everything else of the process with it has its turn meanwhile. */
  readonly waits: boolean
  readonly #items: Items
  readonly #looked: unknown[] = []
  #served = 0
  #over = false

  constructor(waits: boolean, items: Items) {
    this.waits = waits
    this.#items = items
  }

  /** The first `count` items, or as many as there are. `next` gives them all the same. */
  async look(count: number): Promise<readonly unknown[]> {
    while (this.#looked.length < count && !this.#over) {
      let step = this.#read()
      if (isPromise(step)) step = await step
      if (step.done !== true) this.#looked.push(step.value)
    }
    return this.#looked
  }

  /** The next item; a promise of it only where the source gives one. */
  next(): Step | Promise<Step> {
    if (this.#served < this.#looked.length) return { done: false, value: this.#looked[this.#served++] }
    if (this.#looked.length > 0) {
      this.#looked.length = 0
      this.#served = 0
    }
    return this.#over ? DONE : this.#read()
  }

  /** Tells the source that no more is wanted. What it makes of that is its own affair: nothing is waited for or thrown. */
  leave(): void {
    if (this.#over) return
    this.#over = true
    try {
      Promise.resolve(this.#items.end()).catch(() => {})
    } catch {
      // It may not be left from within itself. Nothing of it is read any more.
    }
  }

  #read(): Step | Promise<Step> {
    let step: Step | Promise<Step>
    try {
      step = this.#items.next()
    } catch (error) {
      this.#over = true
      throw error
    }
    if (isPromise(step)) return this.#received(step)
    if (step.done === true) this.#over = true
    return step
  }

  async #received(promise: Promise<Step>): Promise<Step> {
    try {
      const step = await promise
      if (step.done === true) this.#over = true
      return step
    } catch (error) {
      this.#over = true
      throw error
    }
  }
}

/** Bytes as they are, text, streams of either, and rows from any iterable. */
export function openSource(source: unknown): Source {
  if (isBytes(source)) return fromIterator(false, [source][Symbol.iterator]())
  if (typeof source !== 'object' || source === null) throw noSource()
  if (source instanceof ReadableStream) return fromReader(source.getReader())
  if (Symbol.asyncIterator in source) {
    const iterator = (source as AsyncIterable<unknown>)[Symbol.asyncIterator]()
    // A Node stream that waits for data does not hear of the end of its iterator.
    const destroy =
      'destroy' in source && typeof source.destroy === 'function' ? source.destroy.bind(source) : undefined
    return fromIterator(true, iterator, destroy as (() => unknown) | undefined)
  }
  if (Symbol.iterator in source) return fromIterator(false, (source as Iterable<unknown>)[Symbol.iterator]())
  throw noSource()
}

/** Text is data too. */
export function isBytes(item: unknown): item is string | ArrayBuffer | ArrayBufferView {
  return typeof item === 'string' || ArrayBuffer.isView(item) || item instanceof ArrayBuffer
}

export function isPromise(step: Step | Promise<Step>): step is Promise<Step> {
  return 'then' in step
}

function fromIterator(
  waits: boolean,
  iterator: Iterator<unknown> | AsyncIterator<unknown>,
  destroy?: () => unknown,
): Source {
  return new Source(waits, {
    next: () => iterator.next(),
    end: () => {
      const returned = iterator.return?.()
      destroy?.()
      return returned
    },
  })
}

function fromReader(reader: ReadableStreamDefaultReader<unknown>): Source {
  return new Source(true, { next: () => reader.read(), end: () => reader.cancel() })
}

function noSource(): UsageError {
  return new UsageError('COPY takes rows or bytes: an iterable, an async iterable, a stream, a Uint8Array or a string')
}
