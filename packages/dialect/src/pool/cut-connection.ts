import type { Connection } from '../client/connection.ts'

/** How long the server may take to stop the statements of a connection that is given up. */
const CANCEL_TIMEOUT_MS = 1_000

/**
 * Gives a connection up. What runs on it is cancelled first, however many statements that are: the server would go on
 * with them to their end, for nobody, and count the connection as long. Always resolves.
 */
export async function cutConnection(connection: Connection): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CANCEL_TIMEOUT_MS)
  })
  // Where it cannot be cancelled, there is nothing left but to cut.
  await Promise.race([connection.cancelEverything().catch(() => {}), tooLate])
  clearTimeout(timer)
  connection.terminate()
}
