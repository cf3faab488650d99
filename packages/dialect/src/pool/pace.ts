import { type LaneKind, laneKindOf } from './lane-kind.ts'

/**
 * A statement that takes longer has its connection to itself: whoever is behind it waits. Point lookups take 0.05 ms, and
 * a connection that is shared by 30 of them is 1.5 ms deep.
 */
export const SHORT_MS = 10

/** Quick runs in a row before a statement is known to be short, when nothing is known to the contrary. */
const FIRST_PROOF = 2

/** The same after a run that was not quick: a stall of the process costs no more than this. */
const LEAST_PROOF = 4

/** And where this goes on. A statement that is slow once in so many runs shares no more. */
const MOST_PROOF = 2_048

/** So many quick runs in a row halve what is asked for. Fewer would forget a slow run before the next one comes. */
const EASING = 4_096

/** What the pool has learned of a statement: how it gets along with others, and whether it is short. */
export class Pace {
  readonly kind: LaneKind
  /** Quick runs that are missing. */
  #missing = FIRST_PROOF
  /** Quick runs that it takes after the next slow one. */
  #proof = LEAST_PROOF
  /** Quick runs since the last slow one or since the proof was eased. */
  #quick = 0

  constructor(sql: string) {
    this.kind = laneKindOf(sql)
  }

  /** Whether it may be on a connection together with others. */
  get shares(): boolean {
    return this.#missing === 0 && this.kind !== 'alone'
  }

  /** Takes note of a run of `ms` milliseconds. */
  took(ms: number): void {
    if (ms > SHORT_MS) {
      this.#missing = this.#proof
      this.#proof = Math.min(this.#proof * 2, MOST_PROOF)
      this.#quick = 0
      return
    }
    if (this.#missing > 0) this.#missing--
    if (++this.#quick < EASING) return
    this.#proof = Math.max(this.#proof / 2, LEAST_PROOF)
    this.#quick = 0
  }
}
