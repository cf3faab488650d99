import { requireChannel } from '../listen/channel-name.ts'
import { requirePayload } from '../listen/payload.ts'

/** How to send a notification. */
export interface NotifyOptions {
  /** Stops the statement, as in {@link QueryOptions.signal}. */
  readonly signal?: AbortSignal | undefined
}

const NOTIFY_SQL = 'select pg_notify($1, $2)'

/** The statement of a notification and its parameters. Throws `UsageError` for a channel or a payload that cannot be. */
export function notifyQuery(channel: string, payload: string): readonly [sql: string, parameters: readonly string[]] {
  return [NOTIFY_SQL, [requireChannel(channel), requirePayload(payload)]]
}
