import type { Lane } from './lane.ts'
import { Waiters } from './waiters.ts'

/** Those who wait for a connection of a pool, in two lines that are served in the order in which all of them came. */
export class WaitingLines {
  /** Those who want a connection alone. */
  readonly waiters: Waiters<Lane> = new Waiters()
  /** Statements that would share one. */
  readonly riders: Waiters<Lane> = new Waiters()

  get length(): number {
    return this.waiters.length + this.riders.length
  }

  /** The line with the one who has waited longest; null when nobody waits. */
  get earliest(): Waiters<Lane> | null {
    const { first: waiter } = this.waiters
    const { first: rider } = this.riders
    if (waiter === null || rider === null) return waiter === null ? (rider === null ? null : this.riders) : this.waiters
    return waiter.order < rider.order ? this.waiters : this.riders
  }

  rejectAll(error: () => unknown): void {
    this.waiters.rejectAll(error)
    this.riders.rejectAll(error)
  }
}
