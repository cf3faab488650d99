import type { ConnectionSettings } from '../config/connection-settings.ts'
import { PostgresError } from '../errors/postgres-error.ts'
import { ProtocolError } from '../errors/protocol-error.ts'
import { createAuthenticator } from './authentication/authenticate.ts'
import type { Catalog } from './catalog.ts'
import { StartupExchange } from './exchanges/startup.ts'
import { PreparedStatements } from './prepared-statements.ts'
import type { ServerEvents } from './server-events.ts'
import type { ServerSession } from './server-session.ts'
import { Session } from './session.ts'
import { Transport } from './transport.ts'

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
  const transport = new Transport(settings)
  const session = new Session(transport, events, settings.maxMessageBytes)
  transport.attach(session)
  const { connectTimeoutMs } = settings
  const timer = connectTimeoutMs === 0 ? undefined : setTimeout(() => transport.timeOut(), connectTimeoutMs)
  const giveUp = (): void => transport.giveUp()
  signal?.addEventListener('abort', giveUp, { once: true })
  try {
    await transport.open()
    session.address = transport.address
    await login(transport, session, settings)
  } catch (error) {
    session.destroy(error as Error)
    throw error instanceof PostgresError || error instanceof ProtocolError ? located(error, settings) : error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', giveUp)
  }
  transport.phase = 'ready'
  const { statementCacheSize, statementCacheBytes } = settings
  return { transport, session, catalog, prepared: new PreparedStatements(statementCacheSize, statementCacheBytes) }
}

function login(transport: Transport, session: Session, settings: ConnectionSettings): Promise<void> {
  const { user, database, applicationName, serverSettings, password } = settings
  const parameters = {
    user,
    database,
    ...(applicationName === '' ? {} : { application_name: applicationName }),
    ...serverSettings,
  }
  const authenticator = createAuthenticator({ user, password })
  transport.phase = 'authenticating'
  return new Promise((resolve, reject) => {
    session.send(new StartupExchange(session, parameters, authenticator, resolve, reject))
  })
}

/** The server does not know by which name we reached it. */
function located(error: Error, { hosts }: ConnectionSettings): Error {
  const [{ host, port }] = hosts
  error.message = `${error.message} (while connecting to ${host}:${port})`
  return error
}
