import { CommitUnknownError } from '../errors/commit-unknown-error.ts'
import { PostgresError } from '../errors/postgres-error.ts'
import type { Connection } from './connection.ts'
import { isLost } from './lost.ts'
import { resolveCommit } from './resolve-commit.ts'
import type { TransactionId } from './transaction-id.ts'

/** Returns when the transaction turns out to be committed, although its COMMIT was not answered. */
export async function failedCommit(
  error: unknown,
  { mark }: TransactionId,
  connect: () => Promise<Connection>,
): Promise<void> {
  if (error instanceof PostgresError && !error.fatal) {
    // A lone COMMIT that is refused, by a deferred constraint or a conflict, has rolled back.
    error.outcome = 'rolled-back'
    throw error
  }
  if (!isLost(error)) throw error
  const status = mark === null ? 'unknown' : await resolveCommit(mark, connect)
  if (status === 'committed') return
  if (status === 'aborted') {
    error.outcome = 'rolled-back'
    throw error
  }
  throw new CommitUnknownError(mark?.id ?? null, error)
}
