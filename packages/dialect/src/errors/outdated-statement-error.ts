import type { Outcome } from './outcome.ts'
import { canBeRepeated } from './safe-to-retry.ts'

/**
 * The columns of a statement changed between its description and its execution on another connection, in a way that
 * makes the rows unreadable: they came in binary, and of a new type only the text says everything. The statement was
 * executed; its description is forgotten, so the next execution is right.
 */
export class OutdatedStatementError extends Error {
  override readonly name = 'OutdatedStatementError'
  readonly code = 'PGWIRE_OUTDATED_STATEMENT'
  readonly sql: string
  readonly outcome: Outcome = 'applied'

  constructor(sql: string) {
    super('The columns of the statement changed while it was being executed')
    this.sql = sql
  }

  /** Whether the same can be asked once more: no, it took effect. */
  get safeToRetry(): boolean {
    return canBeRepeated(this)
  }
}
