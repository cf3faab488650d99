import { SimpleQueryExchange } from '../connection/exchanges/simple-query.ts'
import type { Session } from '../connection/session.ts'

/**
 * Notices when nobody is at the other end any more: a session that only listens sends nothing, so that the system never
 * finds out. Every period an empty query goes out; should nothing have come back before the next is due, the session ends.
 */
export class Heartbeat {
  readonly #session: Session
  readonly #periodMs: number
  readonly #timer: NodeJS.Timeout | null
  #unanswered = false

  /** A period of 0 sends nothing. */
  constructor(session: Session, periodMs: number) {
    this.#session = session
    this.#periodMs = periodMs
    this.#timer = periodMs === 0 ? null : setInterval(() => this.#beat(), periodMs)
  }

  /** Anything that arrives is a sign of life. */
  heard(): void {
    this.#unanswered = false
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
  }

  unref(): void {
    this.#timer?.unref()
  }

  ref(): void {
    this.#timer?.ref()
  }

  #beat(): void {
    const session = this.#session
    if (session.dead) return
    if (!this.#unanswered) {
      this.#unanswered = true
      const answered = (): void => this.heard()
      session.send(new SimpleQueryExchange(session, '', answered, () => {}))
      return
    }
    // After this process was busy for long, the answer may be here and only not have been read.
    setImmediate(() => {
      if (!this.#unanswered || session.dead) return
      session.destroy(new Error(`The server did not answer a listener's heartbeat within ${this.#periodMs} ms`))
    })
  }
}
