type Step = IteratorResult<readonly unknown[], unknown>

/** Rows on their way from a caller's iterable. Those that may have to be sent again are kept until `keepNoMore`. */
export class RowSource {
  readonly #iterator: Iterator<readonly unknown[]> | AsyncIterator<readonly unknown[]>
  #kept: Step[] = []
  #keeping = true
  #read = 0
  #ended = false

  constructor(rows: Iterable<readonly unknown[]> | AsyncIterable<readonly unknown[]>) {
    this.#iterator = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]()
  }

  /** The next row; a promise of it only where the iterable gives one. */
  next(): Step | Promise<Step> {
    if (this.#read < this.#kept.length) return this.#kept[this.#read++]!
    if (!this.#keeping && this.#kept.length > 0) this.#forget()
    if (this.#ended) return { done: true, value: undefined }
    let step: Step | Promise<Step>
    try {
      step = this.#iterator.next()
    } catch (error) {
      this.#ended = true
      throw error
    }
    return 'then' in step ? this.#received(step) : this.#take(step)
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

  async #received(promise: Promise<Step>): Promise<Step> {
    try {
      return this.#take(await promise)
    } catch (error) {
      this.#ended = true
      throw error
    }
  }

  #take(step: Step): Step {
    if (step.done === true) this.#ended = true
    if (this.#keeping) this.#read = this.#kept.push(step)
    return step
  }

  #forget(): void {
    this.#kept = []
    this.#read = 0
  }
}
