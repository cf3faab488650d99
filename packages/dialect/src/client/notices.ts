import type { ServerEvents } from '../connection/server-events.ts'
import type { PostgresError } from '../errors/postgres-error.ts'
import { isPromiseLike } from '../listen/event-callbacks.ts'
import { reportError } from '../listen/report-error.ts'
import { noticeChannel } from '../telemetry/channels.ts'
import type { TracedConnection } from '../telemetry/traces.ts'

/** What of an error's fields a notice has as well. */
const FIELDS = [
  'code',
  'detail',
  'hint',
  'position',
  'internalPosition',
  'internalQuery',
  'where',
  'schema',
  'table',
  'column',
  'dataType',
  'constraint',
  'file',
  'line',
  'routine',
] as const

/**
 * What the server says beside its answers: NOTICE, WARNING, INFO and the like. A plain object with the fields of an error.
 * @see https://www.postgresql.org/docs/current/protocol-error-fields.html
 */
export type Notice = {
  readonly message: string
  /** `NOTICE`, `WARNING`, `INFO`, `DEBUG` or `LOG`, whatever language the server speaks. */
  readonly severity: string
} & { readonly [Field in (typeof FIELDS)[number]]?: string }

/** Called for each notice, in order; what it returns is not waited for, and what it throws becomes a warning of the process. */
export type NoticeListener = (notice: Notice) => unknown

/** Who wants to know what a connection's server says unasked. */
export class NoticeListeners {
  /** Replaced, and never changed: whoever is added by a listener hears the next notice first. */
  #listeners: readonly NoticeListener[] = []
  /** Those who were there before the connection was lent. */
  #lasting: readonly NoticeListener[] = []
  /** Once it has logged in. */
  traced: TracedConnection | undefined

  /** The events of the connection, with listeners. */
  hearing(events: ServerEvents): ServerEvents {
    return {
      notification: (notification) => events.notification(notification),
      closed: (cause) => events.closed(cause),
      notice: (error) => {
        events.notice(error)
        if (noticeChannel.hasSubscribers) {
          const { severityCode: severity, code, message } = error
          noticeChannel.publish({ connection: this.traced, severity, code, message })
        }
        for (const listener of this.#listeners) tellNotice(listener, error)
      },
    }
  }

  /** Returns the function that ends it. Added twice, a listener is called once. */
  add(listener: NoticeListener): () => void {
    const others = (): NoticeListener[] => this.#listeners.filter((known) => known !== listener)
    this.#listeners = [...others(), listener]
    return () => {
      this.#listeners = others()
    }
  }

  /** Those who listen now do so for as long as the connection lives. */
  keep(): void {
    this.#lasting = this.#listeners
  }

  /** Removes those who have come since `keep`. */
  removeOthers(): void {
    this.#listeners = this.#listeners.filter((listener) => this.#lasting.includes(listener))
  }

  removeAll(): void {
    this.#listeners = []
  }
}

/** Never throws. */
export function tellNotice(listener: NoticeListener, error: PostgresError): void {
  try {
    const returned = listener(noticeFrom(error))
    if (isPromiseLike(returned)) returned.then(undefined, (reason: unknown) => reportError(reason, undefined))
  } catch (thrown) {
    reportError(thrown, undefined)
  }
}

function noticeFrom(error: PostgresError): Notice {
  const fields = FIELDS.flatMap((field) => (error[field] === undefined ? [] : [[field, error[field]] as const]))
  return { message: error.message, severity: error.severityCode, ...Object.fromEntries(fields) }
}
