/** The one time limit of a connect, which everything that is tried has to share. */
export class ConnectBudget {
  readonly #totalMs: number
  readonly #startedAt: number

  /** 0: no limit. */
  constructor(totalMs: number, startedAt: number = performance.now()) {
    this.#totalMs = totalMs
    this.#startedAt = startedAt
  }

  get totalMs(): number {
    return this.#totalMs
  }

  /** What is left; never less than 1, as 0 would be no limit. */
  leftMs(now: number = performance.now()): number {
    return this.#totalMs === 0 ? 0 : Math.max(1, this.#totalMs - (now - this.#startedAt))
  }

  spent(now: number = performance.now()): boolean {
    return this.#totalMs > 0 && now - this.#startedAt >= this.#totalMs
  }

  /** A budget of its own for the next of so many that are to come: what one leaves over is the others'. */
  share(among: number, now: number = performance.now()): ConnectBudget {
    return new ConnectBudget(this.leftMs(now) / among, now)
  }
}
