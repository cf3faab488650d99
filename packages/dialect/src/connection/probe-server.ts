import type { ConnectionSettings } from '../config/connection-settings.ts'
import { nobodyThere } from './nobody-there.ts'
import type { Session } from './session.ts'
import { Transport } from './transport.ts'

/** A timer that comes late because the process was busy counts as one of so many parts: the sockets are read in between. */
const TIMEOUT_PARTS = 5

/** How long the server may take to hang up. */
const FAREWELL_MS = 1_000

/**
 * Asks the server of a session on a socket of its own whether it is there, without logging in: whether it wants TLS, to
 * which PostgreSQL and PgBouncer answer before anything else. Where the session is encrypted, it is a whole TLS
 * handshake, which a server that speaks TLS from the first byte understands too. A server's log has no line of either; of
 * the question alone it has one if it could have spoken TLS.
 *
 * Resolves with null when something has answered, or when our own side is at fault, and with the error when nobody was there.
 */
export async function probeServer(
  settings: ConnectionSettings,
  { address, encrypted }: Pick<Session, 'address' | 'encrypted'>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Error | null> {
  const transport = new Transport(settings, address ?? undefined)
  const giveUp = (): void => transport.giveUp()
  signal.addEventListener('abort', giveUp, { once: true })
  const timer = whenOver(timeoutMs, () => transport.timeOut(timeoutMs))
  try {
    const knocking = transport.knock(encrypted)
    transport.unref()
    await knocking
    return null
  } catch (error) {
    return nobodyThere(error) ? error : null
  } finally {
    clearInterval(timer)
    signal.removeEventListener('abort', giveUp)
    hangUp(transport)
  }
}

function whenOver(timeoutMs: number, act: () => void): NodeJS.Timeout {
  let partsLeft = TIMEOUT_PARTS
  const timer = setInterval(() => {
    if (--partsLeft === 0) act()
  }, timeoutMs / TIMEOUT_PARTS)
  return timer.unref()
}

function hangUp(transport: Transport): void {
  transport.hangUp()
  const timer = setTimeout(() => transport.destroy(), FAREWELL_MS)
  timer.unref()
  void transport.closed.then(() => clearTimeout(timer))
}
