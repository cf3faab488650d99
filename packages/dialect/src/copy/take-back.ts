import type { ConnectionSettings } from '../config/connection-settings.ts'
import { cancelRunning } from '../connection/cancel-request.ts'
import type { CopyInExchange } from '../connection/exchanges/copy-in.ts'
import type { ServerSession } from '../connection/server-session.ts'

/** How long the server may take to notice CopyFail: it may wait for a lock, and read nothing meanwhile. */
const CANCEL_GRACE_MS = 50

/**
 * Has the server take back what was copied; the exchange tells `error`. A server that does not read the data at the moment
 * is interrupted, and until then nobody else sends anything that this could hit. The returned function is to be called
 * when the exchange has settled.
 */
export function takeBack(
  server: ServerSession,
  settings: ConnectionSettings,
  exchange: CopyInExchange,
  error: unknown,
): () => void {
  const { session } = server
  if (!session.isAlone(exchange)) {
    // It was written to its end, and there are others behind it.
    exchange.giveUp(error)
    return () => {}
  }
  // Before the last frame is written, which lets others send.
  const release = session.hold()
  const timer = setTimeout(() => {
    void cancelRunning(server, settings).finally(release)
  }, CANCEL_GRACE_MS)
  exchange.giveUp(error)
  return () => {
    clearTimeout(timer)
    release()
  }
}
