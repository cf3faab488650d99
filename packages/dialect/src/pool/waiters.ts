/** Somebody who waits for a connection. */
export interface Waiter<Connection> {
  readonly resolve: (connection: Connection) => void
  readonly reject: (error: unknown) => void
  /** Stops the timer and the signal from having a say. */
  settled: () => void
  next: Waiter<Connection> | null
}

/** First come, first served. A linked list, so that ten thousand cost no more to serve than ten. */
export class Waiters<Connection> {
  #first: Waiter<Connection> | null = null
  #last: Waiter<Connection> | null = null
  #length = 0

  get length(): number {
    return this.#length
  }

  add(waiter: Waiter<Connection>): void {
    if (this.#last === null) this.#first = waiter
    else this.#last.next = waiter
    this.#last = waiter
    this.#length++
  }

  /** The one who has waited longest; it is taken out. */
  take(): Waiter<Connection> | null {
    const waiter = this.#first
    if (waiter === null) return null
    this.#first = waiter.next
    if (waiter.next === null) this.#last = null
    waiter.next = null
    this.#length--
    waiter.settled()
    return waiter
  }

  /** Takes out one that gives up. */
  remove(waiter: Waiter<Connection>): void {
    let before: Waiter<Connection> | null = null
    for (let each = this.#first; each !== null; before = each, each = each.next) {
      if (each !== waiter) continue
      if (before === null) this.#first = waiter.next
      else before.next = waiter.next
      if (this.#last === waiter) this.#last = before
      waiter.next = null
      this.#length--
      waiter.settled()
      return
    }
  }

  rejectAll(error: () => unknown): void {
    for (let waiter = this.take(); waiter !== null; waiter = this.take()) waiter.reject(error())
  }
}
