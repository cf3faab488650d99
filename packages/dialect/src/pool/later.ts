/** Something that is done after a while: once, however often it is asked for meanwhile. */
export class Later {
  readonly #act: () => void
  #timer: NodeJS.Timeout | null = null
  #stopped = false

  constructor(act: () => void) {
    this.#act = act
  }

  /** In `ms` milliseconds, unless it is due already. `keepsAlive`: the process goes on until then. */
  schedule(ms: number, keepsAlive: boolean): void {
    if (this.#stopped) return
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      this.#act()
    }, Math.ceil(ms))
    if (keepsAlive) this.#timer.ref()
    else this.#timer.unref()
  }

  /** It is not done any more, whoever asks. */
  stop(): void {
    this.#stopped = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }
}
