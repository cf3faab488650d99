/** What an idle connection must be able to do: to keep the process alive, or not. */
export interface Keepable {
  ref(): void
  unref(): void
}

interface Idle<Connection> {
  readonly connection: Connection
  readonly since: number
}

/** Connections that nobody uses. The last one in is the first one out, so that those not needed grow old and go. */
export class IdleConnections<Connection extends Keepable> {
  readonly #timeoutMs: number
  readonly #expire: (connection: Connection) => boolean
  #idle: Idle<Connection>[] = []
  #timer: NodeJS.Timeout | null = null

  /** `expire` closes a connection that was idle for `timeoutMs`, or returns false to keep it. 0: all are kept. */
  constructor(timeoutMs: number, expire: (connection: Connection) => boolean) {
    this.#timeoutMs = timeoutMs
    this.#expire = expire
  }

  get size(): number {
    return this.#idle.length
  }

  add(connection: Connection): void {
    this.#idle.push({ connection, since: performance.now() })
    // An idle pool is no reason for the process to go on.
    connection.unref()
    this.#schedule()
  }

  take(): Connection | null {
    const idle = this.#idle.pop()
    if (idle === undefined) return null
    idle.connection.ref()
    return idle.connection
  }

  /** Takes out one that has died; false when it is not idle. */
  remove(connection: Connection): boolean {
    const index = this.#idle.findIndex((idle) => idle.connection === connection)
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
    for (const { connection, since } of idle) {
      if (since > now - this.#timeoutMs) this.#idle.push({ connection, since })
      else if (!this.#expire(connection)) this.#idle.push({ connection, since: now })
    }
    this.#schedule()
  }
}
