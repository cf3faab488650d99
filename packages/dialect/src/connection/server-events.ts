import type { PostgresError } from '../errors/postgres-error.ts'

/** A NOTIFY as it arrives. */
export interface Notification {
  /** The backend that sent it. */
  readonly processId: number
  readonly channel: string
  readonly payload: string
}

/** What a server says unasked. The methods must not throw. */
export interface ServerEvents {
  notice(notice: PostgresError): void
  notification(notification: Notification): void
  /** The session is over; `cause` is what ended it, undefined after an orderly close. */
  closed(cause: Error | undefined): void
}
