/** One server, from the socket to the first ReadyForQuery; with a second attempt where `sslmode` allows for one. */
import type { ConnectionSettings, ServerAddress } from '../config/connection-settings.ts'
import { passwordFor } from '../config/password-file.ts'
import { PostgresError } from '../errors/postgres-error.ts'
import { ProtocolError } from '../errors/protocol-error.ts'
import { type Authenticator, createAuthenticator } from './authentication/authenticate.ts'
import type { Channel } from './authentication/choose-mechanism.ts'
import { tlsServerEndPoint } from './authentication/tls-server-end-point.ts'
import { StartupExchange } from './exchanges/startup.ts'
import type { Contender } from './race-addresses.ts'
import type { ServerEvents } from './server-events.ts'
import { Session } from './session.ts'
import { type Encryption, Transport } from './transport.ts'

/** The server starts or stops: it would say the same with and without TLS. */
const CANNOT_CONNECT_NOW = '57P03'

/** What `pg_hba.conf` says of a connection that it does not want. */
const NOT_ADMITTED = '28000'

export interface OpenSession {
  readonly transport: Transport
  readonly session: Session
}

/** What ends the opening before its time. */
export interface OpeningLimits {
  /** For everything together; 0 is no limit. */
  readonly timeoutMs: number
  /** The limit of which it is the rest, for the error. */
  readonly shownTimeoutMs: number
  readonly signal: AbortSignal | undefined
  /** Called when the session is ready, and waited for within the limits. */
  readonly check: ((session: Session) => Promise<void>) | undefined
}

/** A session that is being opened; as a contender it is raced for the TCP connection alone. */
export interface Attempt extends OpenSession, Contender {
  readonly encryption: Encryption
  readonly authenticator: Authenticator
  /** The session has begun: from now on its end is news. */
  begin(): void
}

/** The first attempt at an address. Nothing is sent before it is opened, or reached in a race. */
export function firstAttempt(settings: ConnectionSettings, address: ServerAddress, events: ServerEvents): Attempt {
  return prepare(settings, address, events, encryptions(settings, address)[0])
}

/**
 * Connects to one address, unless the attempt has reached it already, and logs in. Rejects with a `ConnectionError` that says
 * how far it came, or with the server's own error. `events` hears of the end of a session only if it has begun.
 */
export async function openSession(
  first: Attempt,
  settings: ConnectionSettings,
  address: ServerAddress,
  events: ServerEvents,
  limits: OpeningLimits,
): Promise<OpenSession> {
  const [, second] = encryptions(settings, address)
  let attempt = first
  const { timeoutMs, shownTimeoutMs, signal } = limits
  const timer = timeoutMs === 0 ? undefined : setTimeout(() => attempt.timeOut(shownTimeoutMs), timeoutMs)
  const giveUp = (): void => attempt.giveUp()
  signal?.addEventListener('abort', giveUp, { once: true })
  if (signal?.aborted === true) giveUp()
  try {
    try {
      return await logIn(attempt, settings, address, limits)
    } catch (error) {
      if (second === undefined || signal?.aborted === true || !worthAnother(attempt, error)) throw error
      attempt = prepare(settings, address, events, second)
      return await logIn(attempt, settings, address, limits).catch((later: unknown) => {
        throw tellsMore(later) ? later : error
      })
    }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', giveUp)
  }
}

/** What is tried, and then. */
function encryptions({ tls }: ConnectionSettings, { kind }: ServerAddress): readonly [Encryption, Encryption?] {
  if (tls === false || kind === 'unix') return ['none']
  if (tls.need === 'preferred') return ['offered', 'none']
  return tls.need === 'allowed' ? ['none', 'required'] : ['required']
}

/** As libpq has it: when the handshake fails, or the server reports an error before it has accepted the user. */
function worthAnother({ encryption, transport, authenticator }: Attempt, error: unknown): boolean {
  if (transport.handshakeFailed) return true
  if (!(error instanceof PostgresError) || authenticator.accepted || error.code === CANNOT_CONNECT_NOW) return false
  // Where the server has said that it knows no TLS, the second attempt would be the first once more.
  return encryption === 'none' || transport.encrypted
}

/** Whether the second attempt's error is the one to be told: it came further than to be turned away at the door. */
function tellsMore(error: unknown): boolean {
  return error instanceof PostgresError && error.code !== NOT_ADMITTED
}

function prepare(
  settings: ConnectionSettings,
  address: ServerAddress,
  events: ServerEvents,
  encryption: Encryption,
): Attempt {
  const transport = new Transport(settings, address)
  const { user, oauthToken, scramKeys, requireAuth, channelBinding, maxScramIterations } = settings
  const channel = channelOf(transport, address)
  const login = {
    user,
    // The password file is only looked into when the server asks.
    get password() {
      return passwordFor(settings, address)
    },
    oauthToken,
    scramKeys,
    requireAuth,
    channelBinding,
    maxScramIterations,
    channel,
  }
  const authenticator = createAuthenticator(login)
  let begun = false
  const heard: ServerEvents = {
    notice: (notice) => events.notice(notice),
    notification: (notification) => events.notification(notification),
    closed: (cause) => {
      if (begun) events.closed(cause)
    },
  }
  const session = new Session(transport, heard, settings.maxMessageBytes)
  transport.attach(session)
  const begin = (): void => {
    begun = true
    transport.phase = 'ready'
  }
  return {
    encryption,
    transport,
    authenticator,
    session,
    begin,
    reach: () => transport.reach(encryption),
    timeOut: (timeLimitMs) => transport.timeOut(timeLimitMs),
    giveUp: () => transport.giveUp(),
  }
}

function channelOf(transport: Transport, { kind }: ServerAddress): Channel {
  return {
    get encrypted() {
      return transport.encrypted
    },
    get confidential() {
      return transport.encrypted || kind === 'unix'
    },
    get endPoint() {
      const { serverCertificate } = transport
      return serverCertificate === undefined ? undefined : tlsServerEndPoint(serverCertificate)
    },
  }
}

async function logIn(
  attempt: Attempt,
  settings: ConnectionSettings,
  address: ServerAddress,
  { check }: OpeningLimits,
): Promise<OpenSession> {
  const { transport, session, authenticator, encryption } = attempt
  try {
    await transport.open(encryption)
    session.address = transport.address
    session.encrypted = transport.encrypted
    transport.phase = 'authenticating'
    await new Promise<void>((resolve, reject) => {
      const ready = (): void => {
        attempt.begin()
        resolve()
      }
      const { protocolVersions } = settings
      session.send(
        new StartupExchange(session, startupParameters(settings), protocolVersions, authenticator, ready, reject),
      )
    })
    if (check !== undefined) {
      // Until then nobody has the session, and its loss is a connection that was not made.
      transport.phase = 'authenticating'
      await check(session)
      transport.phase = 'ready'
    }
    return { transport, session }
  } catch (error) {
    session.destroy(error as Error)
    throw error instanceof PostgresError || error instanceof ProtocolError ? located(error, address) : error
  }
}

function startupParameters({ user, database, applicationName, serverSettings }: ConnectionSettings) {
  return {
    user,
    database,
    ...(applicationName === '' ? {} : { application_name: applicationName }),
    ...serverSettings,
  }
}

/** The server does not know by which name we reached it. */
function located(error: Error, { host, port }: ServerAddress): Error {
  error.message = `${error.message} (while connecting to ${host}:${port})`
  return error
}
