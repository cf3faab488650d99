import type { ConnectionSettings } from '../config/connection-settings.ts'
import type { Catalog } from './catalog.ts'
import { connectToHosts } from './connect-to-hosts.ts'
import { PreparedStatements } from './prepared-statements.ts'
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
  const { statementCacheSize, statementCacheBytes } = settings
  return { transport, session, catalog, prepared: new PreparedStatements(statementCacheSize, statementCacheBytes) }
}
