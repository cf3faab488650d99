import * as kysely from 'kysely'

/** How Kysely recognises the error, also across copies of itself. */
const ABORTED_TRANSACTION_ERROR = Symbol.for('kysely.AbortedTransactionError')

/** Kysely's error for a COMMIT that was a ROLLBACK; it exists from 0.29.8 on, and older versions take any error. */
export function abortedTransaction(): Error {
  const { AbortedTransactionError } = kysely as { AbortedTransactionError?: new () => Error }
  if (AbortedTransactionError !== undefined) return new AbortedTransactionError()
  const error = new Error('The transaction was rolled back: a statement in it had failed before the commit')
  return Object.defineProperty(error, ABORTED_TRANSACTION_ERROR, { value: true })
}
