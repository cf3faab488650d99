import type { Connection } from '../client/connection.ts'
import { TimeLimit } from '../connection/time-limit.ts'

/** How long a server may take to answer a connection that has nothing else to do. */
const ANSWER_TIMEOUT_MS = 1_000

/** Whether there is still somebody at the other end of an idle connection: one round trip tells. Never rejects. */
export async function answers(connection: Connection): Promise<boolean> {
  let limit: TimeLimit | undefined
  const tooLate = new Promise<boolean>((resolve) => {
    limit = new TimeLimit(ANSWER_TIMEOUT_MS, () => resolve(false))
  })
  // Whether the process goes on meanwhile is for the connection to say.
  limit?.unref()
  const answered = connection.execute('').then(
    () => connection.transactionStatus === 'I',
    () => false,
  )
  try {
    return await Promise.race([answered, tooLate])
  } finally {
    limit?.stop()
  }
}
