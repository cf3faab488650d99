import { AbortedTransactionError } from '../errors/aborted-transaction-error.ts'
import { UsageError } from '../errors/usage-error.ts'
import { TransactionTracing } from '../telemetry/transaction-tracing.ts'
import type { Connection } from './connection.ts'
import { failedCommit } from './failed-commit.ts'
import { isLost } from './lost.ts'
import { TransactionId } from './transaction-id.ts'
import { beginStatement, type TransactionOptions } from './transaction-options.ts'
import { Transaction, type TransactionScope } from './transaction.ts'

/** Connections with a transaction that was begun here: a second one would be part of it. */
const inTransaction = new WeakSet<Connection>()

export function isInTransaction(connection: Connection): boolean {
  return inTransaction.has(connection)
}

/** Runs `fn` between BEGIN and COMMIT, or ROLLBACK when it throws. `connect` opens another connection to the server. */
export async function runTransaction<Result>(
  connection: Connection,
  fn: (transaction: Transaction) => Promise<Result>,
  options: TransactionOptions,
  connect: () => Promise<Connection>,
): Promise<Result> {
  const begin = beginStatement(options)
  const { signal } = options
  signal?.throwIfAborted()
  // Only what has been answered tells whether somebody has begun one by hand.
  if (!connection.idle && !inTransaction.has(connection)) await connection.settled()
  if (inTransaction.has(connection) || connection.transactionStatus !== 'I') {
    throw new UsageError(
      'The connection is in a transaction already: nest the other one by `transaction` of its handle',
    )
  }
  inTransaction.add(connection)
  const tracing = TransactionTracing.begin(connection.traced, false)
  try {
    await beginUnlessAborted(connection, begin, signal)
    const id = new TransactionId(connection, options.accessMode !== 'read only')
    const scope: TransactionScope = { connection, signal, id, savepoints: 0, failure: null }
    const result = await runToItsEnd(scope, fn)
    await commit(scope, connect)
    tracing?.committed()
    return result
  } catch (error) {
    tracing?.failed(error)
    throw error
  } finally {
    inTransaction.delete(connection)
  }
}

/** When the signal comes first, the caller is released at once, and the ROLLBACK follows right behind the BEGIN. */
async function beginUnlessAborted(
  connection: Connection,
  begin: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const begun = connection.execute(begin).catch((error: unknown) => {
    // A transaction of which only the beginning is lost has no effect.
    if (isLost(error)) error.outcome = 'rolled-back'
    throw error
  })
  if (signal === undefined) {
    await begun
    return
  }
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => {
      void rollBack(connection)
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', abort, { once: true })
    begun
      .finally(() => signal.removeEventListener('abort', abort))
      .then(() => resolve())
      .catch(reject)
  })
}

async function runToItsEnd<Result>(
  scope: TransactionScope,
  fn: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  const transaction = new Transaction(scope)
  try {
    const result = await fn(transaction)
    await transaction.end()
    scope.signal?.throwIfAborted()
    return result
  } catch (error) {
    await transaction.end().catch(() => {})
    await rollBack(scope.connection)
    throw error
  }
}

/** Never rejects: the end of its session rolls a transaction back just as well, and what led here is the better error. */
async function rollBack(connection: Connection): Promise<void> {
  try {
    await connection.execute('rollback')
  } catch {
    connection.terminate()
  }
}

async function commit(
  { connection, id, failure }: TransactionScope,
  connect: () => Promise<Connection>,
): Promise<void> {
  if (connection.transactionStatus === 'T') id.ask()
  let tag: string | undefined
  try {
    const [result] = await connection.execute('commit')
    tag = result?.command
  } catch (error) {
    await failedCommit(error, id, connect)
    return
  }
  if (tag === 'ROLLBACK') throw new AbortedTransactionError(failure ?? (await id.refusal()) ?? undefined)
}
