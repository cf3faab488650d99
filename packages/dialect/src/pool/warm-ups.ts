interface WarmUp {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Those who wait until a pool has the connections that it keeps. */
export class WarmUps {
  readonly #waiting: WarmUp[] = []

  get length(): number {
    return this.#waiting.length
  }

  /** Settles with the next `resolveAll` or `rejectAll`. */
  wait(): Promise<void> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  resolveAll(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve()
  }

  rejectAll(error: () => unknown): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error())
  }
}
