import type { ConnectionSettings } from '../config/connection-settings.ts'
import { cancelRequest } from '../wire/control-messages.ts'
import type { ServerSession } from './server-session.ts'
import type { Session } from './session.ts'
import { TimeLimit } from './time-limit.ts'
import { Transport } from './transport.ts'

/** How long a statement may take to stop before the request is repeated; longer each time. */
const FIRST_PATIENCE_MS = 20

/** By how much. So a statement is asked to stop six times in two seconds, and eight times in twenty. */
const PATIENCE_FACTOR = 3

/** Sessions of which statements are being stopped. Whoever wants that as well waits for it, and sends no requests beside it. */
const stopping = new WeakMap<Session, Promise<void>>()

/**
 * Cancels the statement that is running, on a second connection with the same address and encryption.
 *
 * A cancel names a connection and no statement. So it is only sent when one statement is running and nobody is behind it,
 * and nothing else is sent until the server has both closed the second connection and answered the statement: otherwise
 * the next statement is hit now and then (519 of 3,000 measured; none this way). Where that cannot be had within
 * `cancelTimeoutMs`, the connection is destroyed.
 *
 * Resolves once the connection serves again, or is gone. Never rejects.
 */
export async function cancelRunning({ session }: ServerSession, settings: ConnectionSettings): Promise<void> {
  if (session.onlyExchange === null || session.answered) return
  if (session.secretKey === null) {
    session.destroy(new Error('A statement had to be cancelled, and the server gave no key for that'))
    return
  }
  await stopOrDestroy(session, settings)
}

/**
 * Cancels whatever is running, one statement after the other until none is left or the session is dead. Only for a
 * connection that is given up: nothing is sent on it any more, and which of its statements are hit is left to chance.
 * Rejects when a request cannot be delivered, or has no effect.
 */
export async function cancelEverything({ session }: ServerSession, settings: ConnectionSettings): Promise<void> {
  session.hold()
  await stop(session, settings)
}

/**
 * The same for a connection that goes on, when nobody waits for what runs on it any more. Where a statement cannot be stopped
 * within `cancelTimeoutMs`, the connection is destroyed. Never rejects.
 */
export async function cancelAbandoned({ session }: ServerSession, settings: ConnectionSettings): Promise<void> {
  await stopOrDestroy(session, settings)
}

/** Resolves when none of the session's statements is being cancelled. Never rejects. */
export async function whenNoneIsStopped({ session }: ServerSession): Promise<void> {
  await stopping.get(session)?.catch(() => {})
}

/** Resolves when everything was answered, and no cancel is on its way: it can hit nothing that is sent now. */
export async function whenNothingCanBeHit(server: ServerSession): Promise<void> {
  await server.session.whenAnswered()
  await whenNoneIsStopped(server)
}

async function stopOrDestroy(session: Session, settings: ConnectionSettings): Promise<void> {
  const release = session.hold()
  try {
    await stop(session, settings)
  } catch (error) {
    session.destroy(error as Error)
  } finally {
    release()
  }
}

/** Resolves when nothing runs, and no request is on its way. Rejects when that cannot be had. */
async function stop(session: Session, settings: ConnectionSettings): Promise<void> {
  for (let other = stopping.get(session); other !== undefined; other = stopping.get(session)) await other
  const key = session.secretKey
  if (session.answered || key === null) return
  const stopped = stopAll(session, key, settings)
  stopping.set(session, stopped)
  try {
    await stopped
  } finally {
    stopping.delete(session)
  }
}

async function stopAll(session: Session, key: Uint8Array, settings: ConnectionSettings): Promise<void> {
  while (!session.answered) await stopNext(session, key, settings)
}

/** Resolves when one statement fewer is running. Each has that long. */
async function stopNext(session: Session, key: Uint8Array, settings: ConnectionSettings): Promise<void> {
  const limitMs = settings.cancelTimeoutMs
  const { depth } = session
  const over = new AbortController()
  const tooLate = (): void => over.abort(new Error(`The server did not stop a statement within ${limitMs} ms`))
  const limit = new TimeLimit(limitMs, tooLate)
  const running = (): boolean => !session.answered && session.depth >= depth
  try {
    for (let patience = FIRST_PATIENCE_MS; running(); patience *= PATIENCE_FACTOR) {
      session.onlyExchange?.interrupt?.()
      // A request that overtakes its statement finds the server with nothing to do, and is forgotten: so it is repeated.
      await sendCancelRequest(session, key, settings, over.signal)
      await answeredWithin(session, patience, over.signal)
      if (over.signal.aborted && running()) throw over.signal.reason
    }
  } finally {
    limit.stop()
  }
}

/** Resolves when it has been delivered: what is sent behind that and the last answer is not hit. */
async function sendCancelRequest(
  session: Session,
  key: Uint8Array,
  settings: ConnectionSettings,
  over: AbortSignal,
): Promise<void> {
  // The address and not the name: that of several servers may lead to another one this time.
  const transport = new Transport(settings, session.address ?? undefined)
  const tooLate = (): void => transport.timeOut(settings.cancelTimeoutMs)
  over.addEventListener('abort', tooLate)
  try {
    // What the connection is, the cancel is: never in the clear for one that is encrypted.
    await transport.open(session.encrypted ? 'required' : 'none')
    await transport.sendAndAwaitClose(cancelRequest(session.processId, key))
  } catch (error) {
    throw over.aborted ? over.reason : error
  } finally {
    over.removeEventListener('abort', tooLate)
    transport.destroy()
  }
}

async function answeredWithin(session: Session, timeoutMs: number, over: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  let resolveLate: () => void = () => {}
  const late = new Promise<void>((resolve) => {
    resolveLate = resolve
    timer = setTimeout(resolve, timeoutMs)
  })
  over.addEventListener('abort', resolveLate)
  await Promise.race([session.whenAnswered(), late])
  over.removeEventListener('abort', resolveLate)
  clearTimeout(timer)
}
