import type { Outcome } from './outcome.ts'
import { canBeRepeated } from './safe-to-retry.ts'

/**
 * The connection was lost while the transaction was being committed, and nobody could say whether it was. Look for its
 * effects before it is repeated. `cause` is how the connection was lost.
 */
export class CommitUnknownError extends Error {
  override readonly name = 'CommitUnknownError'
  readonly code = 'PGWIRE_COMMIT_UNKNOWN'
  readonly outcome: Outcome = 'unknown'
  /** The `xid8` of the transaction, for `pg_xact_status`; null when it was not known. */
  readonly transactionId: string | null

  constructor(transactionId: string | null, cause: unknown) {
    super('The connection was lost during the commit, and it is not known whether the transaction was committed', {
      cause,
    })
    this.transactionId = transactionId
  }

  /** Whether the same can be asked once more: no, it may have taken effect. */
  get safeToRetry(): boolean {
    return canBeRepeated(this)
  }
}
