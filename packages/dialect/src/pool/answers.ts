import type { Connection } from '../client/connection.ts'

/** How long a server may take to answer a connection that has nothing else to do. */
const ANSWER_TIMEOUT_MS = 1_000

/** Whether there is still somebody at the other end of an idle connection: one round trip tells. Never rejects. */
export async function answers(connection: Connection): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ANSWER_TIMEOUT_MS, false)
  })
  // Whether the process goes on meanwhile is for the connection to say.
  timer?.unref()
  const answered = connection.execute('').then(
    () => connection.transactionStatus === 'I',
    () => false,
  )
  try {
    return await Promise.race([answered, tooLate])
  } finally {
    clearTimeout(timer)
  }
}
