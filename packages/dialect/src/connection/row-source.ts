import type { SourceReading } from './source-reading.ts'

/** A row, or the end. */
export type RowStep = IteratorResult<readonly unknown[], unknown>

/** Rows on their way from a caller's iterable. Those that may have to be sent again are kept until `keepNoMore`. */
export class RowSource {
  readonly #reading: SourceReading | undefined
  readonly #iterator: Iterator<readonly unknown[]> | AsyncIterator<readonly unknown[]>
  #kept: RowStep[] = []
  #keeping = true
  #read = 0
  #ended = false

  /** `reading`: for rows that may be waited for. */
  constructor(rows: Iterable<readonly unknown[]> | AsyncIterable<readonly unknown[]>, reading?: SourceReading) {
    this.#reading = reading
    this.#iterator = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]()
  }

  /** The next row; a promise of it only where the iterable gives one. */
  next(): RowStep | Promise<RowStep> {
    if (this.#read < this.#kept.length) return this.#kept[this.#read++]!
    if (!this.#keeping && this.#kept.length > 0) this.#forget()
    if (this.#ended) return { done: true, value: undefined }
    let step: RowStep | Promise<RowStep>
    try {
      const reading = this.#reading
      step = reading === undefined ? this.#iterator.next() : reading.run(() => this.#iterator.next())
    } catch (error) {
      this.#ended = true
      throw error
    }
    return 'then' in step ? this.#received(step) : this.#take(step)
  }

  /** From now on a statement waits for the rows. Calls `refuse` where they wait for its connection. */
  feed(refuse: (error: Error) => void): void {
    this.#reading?.feed(refuse)
  }

  /** Goes back to the first row. */
  rewind(): void {
    this.#read = 0
  }

  /** From now on there is no way back, and what is read is not kept. */
  keepNoMore(): void {
    this.#keeping = false
  }

  /** Tells the iterable that no more rows are wanted. What it makes of that is its own affair. */
  close(): void {
    if (this.#ended) return
    this.#ended = true
    try {
      Promise.resolve(this.#iterator.return?.()).catch(() => {})
    } catch {
      // The failure that has led here is the one to tell.
    }
  }

  async #received(promise: Promise<RowStep>): Promise<RowStep> {
    try {
      return this.#take(await promise)
    } catch (error) {
      this.#ended = true
      throw error
    }
  }

  #take(step: RowStep): RowStep {
    if (step.done === true) this.#ended = true
    if (this.#keeping) this.#read = this.#kept.push(copyOf(step))
    return step
  }

  #forget(): void {
    this.#kept = []
    this.#read = 0
  }
}

/** The source may fill the same array, and the same step, with its next row. */
function copyOf({ done, value }: RowStep): RowStep {
  if (done === true || !Array.isArray(value)) return { done, value } as RowStep
  return { done: false, value: value.slice() }
}
