import type { ConnectionSettings } from '../config/connection-settings.ts'
import type { Catalog } from './catalog.ts'
import { connectToHosts } from './connect-to-hosts.ts'
import { DeadPeerWatch, type ServerProbe } from './dead-peer-watch.ts'
import { PreparedStatements } from './prepared-statements.ts'
import { probeServer } from './probe-server.ts'
import type { ServerEvents } from './server-events.ts'
import type { ServerSession } from './server-session.ts'
import type { Transport } from './transport.ts'

/** A connection that has logged in, with what belongs to it. */
export interface OpenConnection extends ServerSession {
  readonly transport: Transport
}

/**
 * Connects and logs in; the time limit of the settings covers all of it.
 * Rejects with a `ConnectionError` that says how far it came, or with the server's own error. So it does when `signal`
 * says that nobody wants the connection any more.
 */
export async function openConnection(
  settings: ConnectionSettings,
  catalog: Catalog,
  events: ServerEvents,
  signal?: AbortSignal,
): Promise<OpenConnection> {
  const { transport, session } = await connectToHosts(settings, events, signal)
  const { statementCacheSize, statementCacheBytes, probeAfterMs } = settings
  // The system itself knows when the other end of a unix socket is gone.
  if (probeAfterMs > 0 && session.address?.kind === 'tcp' && !session.dead) {
    const probe: ServerProbe = (timeoutMs, until) => probeServer(settings, session, timeoutMs, until)
    session.watch = new DeadPeerWatch(session, probe, probeAfterMs)
  }
  return { transport, session, catalog, prepared: new PreparedStatements(statementCacheSize, statementCacheBytes) }
}
