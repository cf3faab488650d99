import type { Connection } from '../client/connection.ts'
import { cutConnection } from './cut-connection.ts'

/** How long a connection that came back in the middle of something may take to become usable. */
const CLEANING_TIMEOUT_MS = 5_000

/**
 * Brings back a connection that was released while statements ran, with a transaction open or while it listened: waits,
 * rolls back, and listens no more. False when that failed or took too long; the connection is cut then.
 */
export async function cleanForReuse(connection: Connection): Promise<boolean> {
  const cleaned = await cleanInTime(connection)
  if (!cleaned) await cutConnection(connection)
  return cleaned
}

async function cleanInTime(connection: Connection): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, CLEANING_TIMEOUT_MS, false)
  })
  try {
    return await Promise.race([clean(connection), tooLate])
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}

async function clean(connection: Connection): Promise<boolean> {
  await connection.settled()
  if (connection.transactionStatus !== 'I') await connection.execute('rollback')
  if (connection.listening) await connection.unlistenAll()
  return connection.transactionStatus === 'I'
}
