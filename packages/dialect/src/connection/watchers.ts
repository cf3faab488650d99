interface Watcher {
  readonly met: () => boolean
  readonly resolve: () => void
}

/** Promises of conditions that have to be looked at again whenever something has happened. */
export class Watchers {
  #watchers: Watcher[] = []

  /** Resolves once `met` returns true, now or when it is checked. */
  when(met: () => boolean): Promise<void> {
    if (met()) return Promise.resolve()
    return new Promise((resolve) => this.#watchers.push({ met, resolve }))
  }

  check(): void {
    if (this.#watchers.length === 0) return
    const waiting = this.#watchers
    this.#watchers = []
    for (const watcher of waiting) {
      if (watcher.met()) watcher.resolve()
      else this.#watchers.push(watcher)
    }
  }
}
