/** Tells where a connection was acquired that is held for suspiciously long. */
export class LeakWatch {
  readonly #limitMs: number
  readonly #timers = new WeakMap<object, NodeJS.Timeout>()

  /** 0: nothing is watched, and nothing is noted. */
  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  /** Whether anything is watched: what is only for that can be left out. */
  get on(): boolean {
    return this.#limitMs > 0
  }

  /** `holder` is held from now on; `acquired` has the stack of whoever does. */
  begin(holder: object, acquired: Error): void {
    const timer = setTimeout(() => process.emitWarning(acquired), this.#limitMs)
    timer.unref()
    this.#timers.set(holder, timer)
  }

  end(holder: object): void {
    if (!this.on) return
    clearTimeout(this.#timers.get(holder))
    this.#timers.delete(holder)
  }

  /** The warning, with the stack of whoever asks for a connection now. */
  warning(): Error {
    const warning = new Error(`A connection of the pool was acquired here, and not released for ${this.#limitMs} ms`)
    warning.name = 'PoolLeakWarning'
    return warning
  }
}
