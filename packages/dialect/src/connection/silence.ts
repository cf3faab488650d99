/** So many looks in a row that have found nothing new are too long a silence. */
export const LOOKS = 4

/**
 * Tells for how long nothing has come while an answer is owed: it is looked at from time to time, and reads no clock.
 * A process that was busy for long, or stopped, looks once when it goes on: that is one look, and what has arrived
 * meanwhile is read before the next.
 */
export class Silence {
  #receivedBytes = -1
  #looks = 0

  /** Whether it lasts too long: nothing has come since the look `LOOKS` before this one, and at each an answer was owed. */
  lasts(owed: boolean, receivedBytes: number): boolean {
    const unchanged = owed && receivedBytes === this.#receivedBytes
    this.#receivedBytes = owed ? receivedBytes : -1
    this.#looks = unchanged ? this.#looks + 1 : 0
    return this.#looks >= LOOKS
  }

  /** There was a sign of life: it begins anew. */
  broken(): void {
    this.#looks = 0
  }
}
