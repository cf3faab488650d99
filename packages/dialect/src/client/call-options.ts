import type { ConnectionSettings } from '../config/connection-settings.ts'
import { MAX_TIMER_MS } from '../config/option-checks.ts'
import { UsageError } from '../errors/usage-error.ts'

/** What every call can be told, whichever verb it is. */
export interface CallOptions {
  /**
   * Stops the query: unsent, it is withdrawn; running alone, it is cancelled on the server; with others behind it on
   * the connection, its result is dropped. The call rejects at once with the signal's reason.
   */
  readonly signal?: AbortSignal | undefined
  /**
   * Stops the query after so many milliseconds, as `signal` would: the call rejects at once, with `QueryTimeoutError`. A whole
   * number; 0 is no limit. Default: the connection's `queryTimeoutMs`. On a pool, the wait for a connection counts.
   */
  readonly timeoutMs?: number | undefined
  /** A name for logs. It is on the errors of the driver and the server as `tag`, and never sent. */
  readonly tag?: string | undefined
}

/** What a call can be told that executes statements of the caller's. */
export interface StatementOptions extends CallOptions {
  /**
   * `false`: the statement is parsed without a name and described anew, and nothing of it is kept, here or on the server. For
   * statements that are used once, or exist in very many variants. Costs a round trip more. Default true. Types that are looked
   * up for it have no name there either. Behind a pooler that knows no prepared statements, `statementCacheSize: 0` is the
   * option: it holds for all calls, and costs no round trip.
   */
  readonly prepare?: boolean | undefined
}

/** The time that a call has, in milliseconds; 0 is no limit. */
export function timeLimit(
  options: CallOptions | undefined,
  { queryTimeoutMs }: Pick<ConnectionSettings, 'queryTimeoutMs'>,
): number {
  return options?.timeoutMs ?? queryTimeoutMs
}

/** Throws `UsageError` for what cannot be meant. Nobody but TypeScript has looked at it before. */
export function checkCallOptions({ timeoutMs, tag, prepare }: StatementOptions): void {
  if (timeoutMs !== undefined && !(Number.isInteger(timeoutMs) && timeoutMs >= 0 && timeoutMs <= MAX_TIMER_MS)) {
    throw new UsageError(`timeoutMs must be a whole number from 0 to ${MAX_TIMER_MS}`)
  }
  if (tag !== undefined && typeof tag !== 'string') throw new UsageError('tag must be a string')
  if (prepare !== undefined && typeof prepare !== 'boolean') throw new UsageError('prepare must be true or false')
}
