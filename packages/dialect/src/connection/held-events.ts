import type { PostgresError } from '../errors/postgres-error.ts'
import type { Notification } from '../wire/status-messages.ts'
import type { ServerEvents } from './server-events.ts'

/** Keeps the end of a session to itself until that is the one which was looked for; nobody knows of the others. */
export class HeldEvents implements ServerEvents {
  readonly #events: ServerEvents
  #released = false
  #end: { readonly cause: Error | undefined } | null = null

  constructor(events: ServerEvents) {
    this.#events = events
  }

  notice(notice: PostgresError): void {
    this.#events.notice(notice)
  }

  notification(notification: Notification): void {
    this.#events.notification(notification)
  }

  closed(cause: Error | undefined): void {
    if (this.#released) this.#events.closed(cause)
    else this.#end = { cause }
  }

  /** From now on everything is told, and what has been kept is told now. */
  release(): void {
    this.#released = true
    if (this.#end !== null) this.#events.closed(this.#end.cause)
  }
}
