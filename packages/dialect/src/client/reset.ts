import { UsageError } from '../errors/usage-error.ts'
import type { Connection } from './connection.ts'
import { isInTransaction } from './run-transaction.ts'

/**
 * Prepared statements stay: the driver knows which there are. RESET ALL alone would leave a SET ROLE in force, and the
 * session's authorization.
 */
const RESET = [
  'set session authorization default',
  'reset all',
  'close all',
  'unlisten *',
  'select pg_catalog.pg_advisory_unlock_all()',
  'discard temp',
  'discard sequences',
].join('; ')

/** See {@link Connection.reset}. */
export async function resetConnection(connection: Connection): Promise<void> {
  if (isInTransaction(connection)) throw new UsageError('The connection is in a transaction, which has to end first')
  await connection.settled()
  if (connection.transactionStatus !== 'I') await connection.execute('rollback')
  if (connection.listening) await connection.unlistenAll()
  await connection.execute(RESET)
}
