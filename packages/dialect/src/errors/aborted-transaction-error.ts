import type { Outcome } from './outcome.ts'
import { PostgresError } from './postgres-error.ts'
import { canBeRepeated } from './safe-to-retry.ts'

/** How Kysely recognises its own error of this kind, also across copies of itself. */
const KYSELY_ABORTED_TRANSACTION = Symbol.for('kysely.AbortedTransactionError')

/**
 * The transaction could only be rolled back: a statement in it had failed, and its error was not passed on. The server
 * answers COMMIT with ROLLBACK then, and without an error. `cause` is the statement's error, where it is known.
 */
export class AbortedTransactionError extends Error {
  override readonly name = 'AbortedTransactionError'
  readonly code = 'PGWIRE_TRANSACTION_ABORTED'
  readonly outcome: Outcome = 'rolled-back'

  constructor(cause?: unknown) {
    super(
      'The transaction was rolled back: a statement in it had failed before the commit',
      cause === undefined ? {} : { cause },
    )
    Object.defineProperty(this, KYSELY_ABORTED_TRANSACTION, { value: true })
  }

  /** Whether the transaction can be run once more: if what failed in it did so for a reason that passes, such as a deadlock. */
  get safeToRetry(): boolean {
    return this.cause instanceof PostgresError && canBeRepeated({ code: this.cause.code, outcome: this.outcome })
  }
}
