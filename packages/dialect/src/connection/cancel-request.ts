import type { ConnectionSettings } from '../config/connection-settings.ts'
import { cancelRequest } from '../wire/control-messages.ts'
import type { ServerSession } from './server-session.ts'
import type { Session } from './session.ts'
import { Transport } from './transport.ts'

/** For the connection that carries the request, and again for the server to stop the statement. */
const CANCEL_TIMEOUT_MS = 10_000

/** How long a statement may take to stop before the request is repeated; twice as long each time. */
const FIRST_PATIENCE_MS = 50

/** How long a statement may take to stop before the next cancel goes out, where several are to be stopped. */
const REPEAT_AFTER_MS = 20

/**
 * Cancels the statement that is running, on a second connection with the same address and encryption.
 *
 * A cancel names a connection and no statement. So it is only sent when one statement is running and nobody is behind it,
 * and nothing else is sent until the server has both closed the second connection and answered the statement: otherwise
 * the next statement is hit now and then (519 of 3,000 measured; none this way). Where that cannot be had within
 * the time limit, the connection is destroyed.
 *
 * Resolves once the connection serves again, or is gone. Never rejects.
 */
export async function cancelRunning({ session }: ServerSession, settings: ConnectionSettings): Promise<void> {
  if (session.onlyExchange === null || session.answered) return
  const key = session.secretKey
  if (key === null) {
    session.destroy(new Error('A statement had to be cancelled, and the server gave no key for that'))
    return
  }
  const release = session.hold()
  session.onlyExchange.interrupt?.()
  try {
    if (!(await stopped(session, key, settings))) {
      session.destroy(new Error(`The server did not stop a statement within ${CANCEL_TIMEOUT_MS} ms`))
    }
  } catch (error) {
    session.destroy(error as Error)
  } finally {
    release()
  }
}

/** A request that overtakes its statement finds the server with nothing to do, and is forgotten: so it is repeated. */
async function stopped(session: Session, key: Uint8Array, settings: ConnectionSettings): Promise<boolean> {
  let left = CANCEL_TIMEOUT_MS
  for (let patience = FIRST_PATIENCE_MS; left > 0; patience *= 2) {
    await sendCancelRequest(session, key, settings)
    if (await answeredWithin(session, Math.min(patience, left))) return true
    left -= patience
  }
  return false
}

/**
 * Cancels whatever is running, one statement after the other until none is left or the session is dead. Only for a
 * connection that is given up: nothing is sent on it any more, and which of its statements are hit is left to chance.
 * Rejects when a request cannot be delivered.
 */
export async function cancelEverything({ session }: ServerSession, settings: ConnectionSettings): Promise<void> {
  session.hold()
  await cancelUntilAnswered(session, settings)
}

/** The same for a connection that goes on, when nobody waits for what runs on it any more. */
export async function cancelAbandoned({ session }: ServerSession, settings: ConnectionSettings): Promise<void> {
  const release = session.hold()
  try {
    await cancelUntilAnswered(session, settings)
  } finally {
    release()
  }
}

async function cancelUntilAnswered(session: Session, settings: ConnectionSettings): Promise<void> {
  const key = session.secretKey
  if (key === null) return
  while (!session.answered) {
    session.onlyExchange?.interrupt?.()
    // It has been delivered when this resolves: what is sent behind the last answer is not hit.
    await sendCancelRequest(session, key, settings)
    await answeredWithin(session, REPEAT_AFTER_MS)
  }
}

async function sendCancelRequest(session: Session, key: Uint8Array, settings: ConnectionSettings): Promise<void> {
  // The address and not the name: that of several servers may lead to another one this time.
  const transport = new Transport(settings, session.address ?? undefined)
  const timer = setTimeout(
    () => transport.timeOut(),
    Math.min(settings.connectTimeoutMs || CANCEL_TIMEOUT_MS, CANCEL_TIMEOUT_MS),
  )
  try {
    // What the connection is, the cancel is: never in the clear for one that is encrypted.
    await transport.open(session.encrypted ? 'required' : 'none')
    await transport.sendAndAwaitClose(cancelRequest(session.processId, key))
  } finally {
    clearTimeout(timer)
    transport.destroy()
  }
}

async function answeredWithin(session: Session, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs)
  })
  await Promise.race([session.whenAnswered(), late])
  clearTimeout(timer)
  return session.answered
}
