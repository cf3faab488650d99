import type { Connection } from '../client/connection.ts'

/** How long the server may take to stop the statement of a connection that is given up. */
const CANCEL_TIMEOUT_MS = 1_000

/**
 * Gives a connection up. A statement that runs on it is cancelled first: the server would go on with it to its end, for
 * nobody, and count the connection as long. Always resolves.
 */
export async function cutConnection(connection: Connection): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CANCEL_TIMEOUT_MS)
  })
  await Promise.race([connection.cancel(), tooLate])
  clearTimeout(timer)
  connection.terminate()
}
