import { SimpleQueryExchange } from '../connection/exchanges/simple-query.ts'
import type { Session } from '../connection/session.ts'
import { listenStatement, unlistenStatement } from './channel-name.ts'

/**
 * The channels that are wanted, and what of it the session's server knows. LISTEN and UNLISTEN go out as they are asked
 * for, in order with everything else on the session: however calls overlap, the server ends with the set that was asked
 * for last.
 *
 * Inside a transaction they take effect at its commit, or never.
 */
export class ChannelSet {
  readonly #wanted = new Set<string>()
  readonly #perhaps = new Set<string>()
  #session: Session | null = null

  get wanted(): ReadonlySet<string> {
    return this.#wanted
  }

  /** What the server may be listening to. */
  get known(): ReadonlySet<string> {
    return this.#perhaps
  }

  /** Which session is to listen: one that listens to nothing yet. */
  attach(session: Session): void {
    this.#session = session
    this.#perhaps.clear()
  }

  /** Wants a channel, of which the server is told with the others by `listenToAll`. */
  want(channel: string): void {
    this.#wanted.add(channel)
  }

  unwant(channel: string): void {
    this.#wanted.delete(channel)
  }

  /** Resolves when the server listens to all that is wanted, which happens at one moment. */
  async listenToAll(): Promise<void> {
    if (this.#wanted.size === 0) return
    for (const channel of this.#wanted) this.#perhaps.add(channel)
    await this.#run([...this.#wanted].map(listenStatement).join('; '))
  }

  /** Says LISTEN, also for a channel that is wanted already: somebody may have said UNLISTEN by hand. */
  async listen(channel: string): Promise<void> {
    this.#wanted.add(channel)
    this.#perhaps.add(channel)
    await this.#run(listenStatement(channel))
  }

  async unlisten(channel: string): Promise<void> {
    this.#wanted.delete(channel)
    if (!this.#perhaps.has(channel)) return
    await this.#run(unlistenStatement(channel), () => {
      if (!this.#wanted.has(channel)) this.#perhaps.delete(channel)
    })
  }

  /** `committed` is called when the script's effects are there to stay. */
  #run(script: string, committed: () => void = () => {}): Promise<void> {
    const session = this.#session
    if (session === null) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const done = (): void => {
        // As of this answer; by the time that a promise is served, the status may be a later one's.
        if (session.status === 'I' && session === this.#session) committed()
        resolve()
      }
      session.send(new SimpleQueryExchange(session, script, done, reject))
    })
  }
}
