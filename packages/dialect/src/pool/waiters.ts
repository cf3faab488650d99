import { Queue } from '../connection/queue.ts'

/** Somebody who waits for a connection. */
export interface Waiter<Connection> {
  readonly resolve: (connection: Connection) => void
  readonly reject: (error: unknown) => void
  /** Stops the timer and the signal from having a say. */
  settled: () => void
  next: Waiter<Connection> | null
}

/** First come, first served. */
export class Waiters<Connection> {
  readonly #queue = new Queue<Waiter<Connection>>()

  get length(): number {
    return this.#queue.length
  }

  add(waiter: Waiter<Connection>): void {
    this.#queue.add(waiter)
  }

  /** The one who has waited longest; it is taken out. */
  take(): Waiter<Connection> | null {
    const waiter = this.#queue.shift()
    waiter?.settled()
    return waiter
  }

  /** Takes out one that gives up. */
  remove(waiter: Waiter<Connection>): void {
    this.#queue.remove((each) => each === waiter)?.settled()
  }

  rejectAll(error: () => unknown): void {
    for (let waiter = this.take(); waiter !== null; waiter = this.take()) waiter.reject(error())
  }
}
