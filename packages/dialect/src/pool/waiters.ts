import { Queue } from '../connection/queue.ts'
import type { Pace } from './pace.ts'

/** Somebody who waits for a connection. */
export interface Waiter<Connection> {
  /** Whoever came earlier has a lower one. */
  readonly order: number
  /** Of a statement that would share the connection; null for somebody who wants it alone. */
  readonly pace: Pace | null
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

  /** The one who has waited longest. */
  get first(): Waiter<Connection> | null {
    return this.#queue.first
  }

  add(waiter: Waiter<Connection>): void {
    this.#queue.add(waiter)
  }

  /** Takes out the one who has waited longest. */
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
