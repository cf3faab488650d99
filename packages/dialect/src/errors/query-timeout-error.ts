import type { Outcome } from './outcome.ts'
import { canBeRepeated } from './safe-to-retry.ts'

/**
 * A call took longer than its `timeoutMs`, or than the `queryTimeoutMs` of its connection. It was given up: what was not sent
 * never will be, and what ran alone is cancelled on the server.
 *
 * `outcome` is `not-sent` if it was withdrawn in time, and otherwise `unknown`: the statement may have been faster than its
 * cancel. Inside a transaction, the cancel leaves that failed.
 */
export class QueryTimeoutError extends Error {
  override readonly name = 'QueryTimeoutError'
  readonly code = 'PGWIRE_QUERY_TIMEOUT'
  /** The limit, in milliseconds. */
  readonly timeoutMs: number
  outcome: Outcome

  constructor(timeoutMs: number, outcome: Outcome) {
    super(`The query was given up after ${timeoutMs} ms`)
    this.timeoutMs = timeoutMs
    this.outcome = outcome
  }

  /** Whether the same can be asked once more: nothing of it took effect, and the reason is one that passes. */
  get safeToRetry(): boolean {
    return canBeRepeated(this)
  }
}
