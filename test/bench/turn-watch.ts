/**
 * How long the turns of the event loop are, at worst: an immediate in each of them looks. It keeps the loop from ever resting,
 * so what is measured beside it is not CPU.
 */
export class TurnWatch {
  #wallUs = 0
  #cpuUs = 0
  #lookedAt = performance.now()
  #usage: NodeJS.CpuUsage = process.threadCpuUsage()
  #next: NodeJS.Immediate = setImmediate(() => this.#lookOn())

  /** As everything else that waits for the loop sees it: with the time in which other threads and processes had the core. */
  get longestWallUs(): number {
    return this.#wallUs
  }

  /** What the loop itself did in one turn, in CPU time of its thread: how long it were held up on a core of its own. */
  get longestCpuUs(): number {
    return this.#cpuUs
  }

  /** What has been done of the last turn counts. */
  stop(): void {
    clearImmediate(this.#next)
    this.#look()
  }

  #lookOn(): void {
    this.#look()
    this.#next = setImmediate(() => this.#lookOn())
  }

  #look(): void {
    const now = performance.now()
    const { user, system } = process.threadCpuUsage(this.#usage)
    this.#wallUs = Math.max(this.#wallUs, (now - this.#lookedAt) * 1000)
    this.#cpuUs = Math.max(this.#cpuUs, user + system)
    this.#lookedAt = now
    this.#usage = process.threadCpuUsage()
  }
}
