import type { ConnectionSettings } from '../config/connection-settings.ts'
import { Catalog } from '../connection/catalog.ts'
import { type OpenConnection, openConnection } from '../connection/open-connection.ts'
import type { Session } from '../connection/session.ts'
import { defaultTypes } from '../types/profile/profile.ts'
import type { Notification } from '../wire/status-messages.ts'
import { Heartbeat } from './heartbeat.ts'

/** How long the server may take to hang up after the goodbye. */
const GOODBYE_TIMEOUT_MS = 1_000

export interface ListeningEvents {
  /** Not called before `openListening` has resolved: nothing is listened to. Must not throw. */
  notification(notification: Notification): void
}

/** One life of a listener's connection. */
export class ListeningConnection {
  /** Resolves when the connection is gone, with what ended it. */
  readonly over: Promise<Error | undefined>
  readonly #open: OpenConnection
  readonly #heartbeat: Heartbeat

  constructor(open: OpenConnection, heartbeat: Heartbeat, over: Promise<Error | undefined>) {
    this.#open = open
    this.#heartbeat = heartbeat
    this.over = over
  }

  get session(): Session {
    return this.#open.session
  }

  /** Says goodbye; resolves when the socket is gone. */
  async close(): Promise<void> {
    const { session, transport } = this.#open
    const timer = setTimeout(() => session.destroy(), GOODBYE_TIMEOUT_MS)
    transport.end()
    await transport.closed
    clearTimeout(timer)
  }

  unref(): void {
    this.#open.transport.unref()
    this.#heartbeat.unref()
  }

  ref(): void {
    this.#open.transport.ref()
    this.#heartbeat.ref()
  }
}

/** Connects and logs in. The session listens to nothing yet. */
export async function openListening(
  settings: ConnectionSettings,
  heartbeatMs: number,
  events: ListeningEvents,
  signal: AbortSignal,
): Promise<ListeningConnection> {
  const alive: { heartbeat: Heartbeat | null } = { heartbeat: null }
  let closed: (cause: Error | undefined) => void = () => {}
  const over = new Promise<Error | undefined>((resolve) => {
    closed = resolve
  })
  const serverEvents = {
    notice: () => {},
    notification: (notification: Notification) => {
      alive.heartbeat?.heard()
      events.notification(notification)
    },
    closed: (cause: Error | undefined) => {
      alive.heartbeat?.stop()
      closed(cause)
    },
  }
  const open = await openConnection(settings, new Catalog(defaultTypes), serverEvents, signal)
  // What the heartbeat asks is answered at once, or the server is not there: nobody else has to find out.
  if (heartbeatMs > 0) open.session.watch = null
  // The server may have hung up right behind the login.
  const heartbeat = new Heartbeat(open.session, open.session.dead ? 0 : heartbeatMs)
  alive.heartbeat = heartbeat
  return new ListeningConnection(open, heartbeat, over)
}
