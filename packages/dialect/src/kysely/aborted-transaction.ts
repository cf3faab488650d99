import * as kysely from 'kysely'

import { AbortedTransactionError } from '../errors/aborted-transaction-error.ts'

/** What of Kysely's exports matters here; the class exists from 0.29.8 on. */
interface KyselyExports {
  readonly AbortedTransactionError?: new () => Error
}

/** Kysely's error for a COMMIT that was a ROLLBACK. A Kysely that has none takes ours, which carries its symbol. */
export function abortedTransaction({ AbortedTransactionError: Known }: KyselyExports = kysely): Error {
  return Known === undefined ? new AbortedTransactionError() : new Known()
}
