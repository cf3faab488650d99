import { backOffDelay } from '../listen/back-off.ts'

/** The longest pause between two attempts. Whoever comes meanwhile waits for the next one. */
export const MAX_PAUSE_MS = 1_000

/**
 * When a pool may open connections, after some could not be opened: one attempt at a time, after pauses that grow and are
 * left to chance. Once the server is back, each success admits twice as many, so that not all come back together.
 */
export class Outage {
  readonly #random: () => number
  #failures = 0
  #until = Number.NEGATIVE_INFINITY
  /** Attempts that may be on their way together. */
  #admitted = Number.POSITIVE_INFINITY

  constructor(random: () => number = Math.random) {
    this.#random = random
  }

  /** An attempt has failed. */
  failed(): void {
    // Those that were on their way together with the first one say nothing new.
    if (this.pauseMs > 0) return
    this.#until = performance.now() + backOffDelay(this.#failures, MAX_PAUSE_MS, this.#random)
    this.#failures++
    this.#admitted = 1
  }

  /** An attempt has succeeded. */
  succeeded(): void {
    this.#failures = 0
    this.#until = Number.NEGATIVE_INFINITY
    this.#admitted *= 2
  }

  /** How long nothing is to be tried, in milliseconds. */
  get pauseMs(): number {
    return this.#failures === 0 ? 0 : Math.max(0, this.#until - performance.now())
  }

  /** Whether one more attempt may be made while `connecting` are on their way. */
  admits(connecting: number): boolean {
    return connecting < this.#admitted && this.pauseMs === 0
  }
}
