import type { Outcome } from './outcome.ts'

/** A call that can never succeed as it was made: wrong number of parameters, a NUL in SQL, use after close. Nothing was sent. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code = 'PGWIRE_USAGE'
  readonly outcome: Outcome = 'not-sent'
}
