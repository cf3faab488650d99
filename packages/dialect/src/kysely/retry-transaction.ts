import type { AccessMode, IsolationLevel, Kysely, Transaction } from 'kysely'

import { pause } from '../client/pause.ts'
import { noteAttempts } from '../errors/attempts.ts'
import { PostgresError } from '../errors/postgres-error.ts'
import { UsageError } from '../errors/usage-error.ts'

/** How to run a transaction, and how often. */
export interface RetryTransactionOptions {
  readonly isolationLevel?: IsolationLevel | undefined
  readonly accessMode?: AccessMode | undefined
  /** How often the function runs at most, the first time included. Default 5. */
  readonly maxAttempts?: number | undefined
  /** The longest pause before the second attempt, in milliseconds; twice as long before each further one. Default 20. */
  readonly firstDelayMs?: number | undefined
  /** No pause is longer, in milliseconds. Default 1000. */
  readonly maxDelayMs?: number | undefined
  /** Makes no further attempt: a pause ends at once with the signal's reason. What runs is not stopped by it. */
  readonly signal?: AbortSignal | undefined
}

const DEFAULTS = { maxAttempts: 5, firstDelayMs: 20, maxDelayMs: 1_000 }

/** `serialization_failure` and `deadlock_detected`: the server has rolled back, and asks for another attempt. */
const TRANSIENT: ReadonlySet<string> = new Set(['40001', '40P01'])

/**
 * Runs a function in a transaction, and once more from the beginning each time the server ends it for a conflict with
 * another one (SQLSTATE 40001, 40P01). Pauses are of random length, up to a limit that doubles.
 *
 * Nothing else is repeated; a transaction whose COMMIT was not answered never is. The error of the last attempt says by
 * `attempts` how many there were. The function must not do what cannot be done twice.
 */
export async function retryTransaction<DB, Result>(
  db: Kysely<DB>,
  fn: (transaction: Transaction<DB>) => Promise<Result>,
  options: RetryTransactionOptions = {},
): Promise<Result> {
  if (db.isTransaction) throw new UsageError('A transaction cannot be retried in another one, which has failed with it')
  const maxAttempts = checked('maxAttempts', options, 1)
  const maxDelayMs = checked('maxDelayMs', options, 0)
  const firstDelayMs = checked('firstDelayMs', options, 0)
  const { signal } = options
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted()
    try {
      return await builder(db, options).execute(fn)
    } catch (error) {
      if (attempt >= maxAttempts || !isTransient(error)) throw noteAttempts(error, attempt)
    }
    await pause(Math.random() * Math.min(maxDelayMs, firstDelayMs * 2 ** (attempt - 1)), signal)
  }
}

function builder<DB>(db: Kysely<DB>, { isolationLevel, accessMode }: RetryTransactionOptions) {
  let transaction = db.transaction()
  if (isolationLevel !== undefined) transaction = transaction.setIsolationLevel(isolationLevel)
  if (accessMode !== undefined) transaction = transaction.setAccessMode(accessMode)
  return transaction
}

function isTransient(error: unknown): boolean {
  return error instanceof PostgresError && TRANSIENT.has(error.code) && error.outcome === 'rolled-back'
}

function checked(name: keyof typeof DEFAULTS, options: RetryTransactionOptions, least: number): number {
  const value = options[name] ?? DEFAULTS[name]
  if (!Number.isInteger(value) || value < least) throw new UsageError(`${name} must be a whole number from ${least}`)
  return value
}
