/** How long a process may be too busy to notice an answer before that counts as time that the server took: see `since`. */
const BUSY_FACTOR = 10

/**
 * Measures how long the server takes. An answer that has arrived while the process was busy looks late and is not; so what
 * counts is the time for which the process had nothing to do, and of all the time that has passed at least a tenth.
 */
export class ServerTime {
  #now = 0
  #idle = 0

  /** From now on. */
  start(): void {
    this.#now = performance.now()
    this.#idle = performance.nodeTiming?.idleTime ?? 0
  }

  /** Milliseconds since the start. */
  get since(): number {
    const passed = performance.now() - this.#now
    // Not every runtime has the figure.
    const idle = performance.nodeTiming?.idleTime
    return idle === undefined ? passed : Math.max(idle - this.#idle, passed / BUSY_FACTOR)
  }
}
