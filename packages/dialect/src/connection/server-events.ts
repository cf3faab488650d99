import type { PostgresError } from '../errors/postgres-error.ts'
import type { Notification } from '../wire/status-messages.ts'

/** What a server says unasked. The methods must not throw. */
export interface ServerEvents {
  notice(notice: PostgresError): void
  notification(notification: Notification): void
  /** The session is over; `cause` is what ended it, undefined after an orderly close. */
  closed(cause: Error | undefined): void
}
