import type { Outcome } from './outcome.ts'
import { canBeRepeated } from './safe-to-retry.ts'

/**
 * A call that can never succeed as it was made: wrong number of parameters, a NUL in SQL, use after close.
 * Nothing was sent, except where only the server's answer shows it: a COPY that was run as a query.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code = 'PGWIRE_USAGE'
  readonly outcome: Outcome

  constructor(message: string, outcome: Outcome = 'not-sent') {
    super(message)
    this.outcome = outcome
  }

  /** Whether the same can be asked once more: no, it would fail again. */
  get safeToRetry(): boolean {
    return canBeRepeated(this)
  }
}
