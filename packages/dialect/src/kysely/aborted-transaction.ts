import * as kysely from 'kysely'

/** How Kysely recognises the error, also across copies of itself. */
const ABORTED_TRANSACTION_ERROR = Symbol.for('kysely.AbortedTransactionError')

/** What of Kysely's exports matters here; the class exists from 0.29.8 on. */
interface KyselyExports {
  readonly AbortedTransactionError?: new () => Error
}

/** Kysely's error for a COMMIT that was a ROLLBACK. A Kysely that has none takes any error that carries its symbol. */
export function abortedTransaction({ AbortedTransactionError }: KyselyExports = kysely): Error {
  if (AbortedTransactionError !== undefined) return new AbortedTransactionError()
  const error = new Error('The transaction was rolled back: a statement in it had failed before the commit')
  return Object.defineProperty(error, ABORTED_TRANSACTION_ERROR, { value: true })
}
