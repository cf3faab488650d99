/**
 * Calls `over` when the time is over, unless it is stopped before. What has arrived by then is read first: where the process was
 * busy, timers come before the sockets, and an answer that has been here for long would count as late.
 */
export class TimeLimit {
  readonly #timer: NodeJS.Timeout
  #over: NodeJS.Immediate | undefined

  constructor(timeoutMs: number, over: () => void) {
    this.#timer = setTimeout(() => {
      this.#over = setImmediate(over)
    }, timeoutMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#over)
  }

  /** Does not keep the process alive. */
  unref(): void {
    this.#timer.unref()
  }
}
