/** What an idle connection must be able to do: to keep the process alive, or not. */
export interface Keepable {
  /** When it became idle, by the clock of `performance`. */
  since: number
  ref(): void
  unref(): void
}

/** Connections that nobody uses. The last one in is the first one out, so that those not needed grow old and go. */
export class IdleConnections<Connection extends Keepable> {
  readonly #timeoutMs: number
  readonly #expire: (connection: Connection) => boolean
  #idle: Connection[] = []
  #timer: NodeJS.Timeout | null = null

  /** `expire` closes a connection that was idle for `timeoutMs`, or returns false to keep it. 0: all are kept. */
  constructor(timeoutMs: number, expire: (connection: Connection) => boolean) {
    this.#timeoutMs = timeoutMs
    this.#expire = expire
  }

  get size(): number {
    return this.#idle.length
  }

  /** The one that `take` would give. */
  get next(): Connection | undefined {
    return this.#idle[this.#idle.length - 1]
  }

  add(connection: Connection): void {
    connection.since = performance.now()
    this.#idle.push(connection)
    // An idle pool is no reason for the process to go on.
    connection.unref()
    if (this.#timer === null) this.#schedule()
  }

  take(): Connection | null {
    const connection = this.#idle.pop()
    if (connection === undefined) return null
    connection.ref()
    return connection
  }

  /** Takes out all that are `meant`. */
  takeAll(meant: (connection: Connection) => boolean): Connection[] {
    const taken = this.#idle.filter(meant)
    this.#idle = this.#idle.filter((connection) => !taken.includes(connection))
    for (const connection of taken) connection.ref()
    return taken
  }

  /** Puts back one that was taken and not used: it has been idle all the time. */
  restore(connection: Connection): void {
    const younger = this.#idle.findIndex(({ since }) => since > connection.since)
    this.#idle.splice(younger === -1 ? this.#idle.length : younger, 0, connection)
    connection.unref()
    this.#schedule()
  }

  /** Takes out one that has died; false when it is not idle. */
  remove(connection: Connection): boolean {
    const index = this.#idle.indexOf(connection)
    if (index === -1) return false
    this.#idle.splice(index, 1)
    return true
  }

  /** No connection is closed for its age any more. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  #schedule(): void {
    if (this.#timer !== null || this.#timeoutMs === 0 || this.#idle.length === 0) return
    // Those that had to be kept stand first, and count from when they were kept.
    const oldest = this.#idle.reduce((since, idle) => Math.min(since, idle.since), Number.POSITIVE_INFINITY)
    const delay = Math.max(1, oldest + this.#timeoutMs - performance.now())
    this.#timer = setTimeout(() => this.#closeExpired(), Math.ceil(delay))
    this.#timer.unref()
  }

  #closeExpired(): void {
    this.#timer = null
    const now = performance.now()
    const idle = this.#idle
    this.#idle = []
    for (const connection of idle) {
      if (connection.since > now - this.#timeoutMs) this.#idle.push(connection)
      else if (!this.#expire(connection)) {
        connection.since = now
        this.#idle.push(connection)
      }
    }
    this.#schedule()
  }
}
