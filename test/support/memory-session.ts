/** A session without a socket: what it writes is kept for the test to read, what it reads is what the test feeds it. */
import { Catalog } from '../../packages/dialect/src/connection/catalog.ts'
import {
  QueryExchange,
  type QueryRequest,
  type QueryResult,
} from '../../packages/dialect/src/connection/exchanges/query.ts'
import { PreparedStatements } from '../../packages/dialect/src/connection/prepared-statements.ts'
import { sendQuery } from '../../packages/dialect/src/connection/send-query.ts'
import type { ServerEvents } from '../../packages/dialect/src/connection/server-events.ts'
import type { ServerSession } from '../../packages/dialect/src/connection/server-session.ts'
import { Session, type SessionLink } from '../../packages/dialect/src/connection/session.ts'
import type { Statement } from '../../packages/dialect/src/connection/statement.ts'
import { ConnectionError } from '../../packages/dialect/src/errors/connection-error.ts'
import type { Outcome } from '../../packages/dialect/src/errors/outcome.ts'
import type { PostgresError } from '../../packages/dialect/src/errors/postgres-error.ts'
import { defaultTypes, type PgTypes } from '../../packages/dialect/src/types/profile/profile.ts'
import type { RowMode } from '../../packages/dialect/src/types/rows/row-function.ts'
import type { Notification } from '../../packages/dialect/src/wire/status-messages.ts'
import { type Bytes, joined } from './backend-messages.ts'
import { type FrontendMessage, takeMessage } from './frontend-messages.ts'

/** The session's other side. It flushes when it is told to, or by itself when `automatic`, as a socket would. */
export class MemoryLink implements SessionLink {
  session: Session | undefined
  destroyed = false
  flushes = 0
  automatic = false
  /** Whether the session wants nothing more to be read. */
  paused = false
  /** Called with everything that is flushed. */
  onWrite: (bytes: Buffer) => void = () => {}
  #written: Buffer = Buffer.alloc(0)

  scheduleFlush(): void {
    if (this.automatic) queueMicrotask(() => this.flush())
  }

  flush(): void {
    const { session } = this
    if (session === undefined || session.dead || session.out.length === 0) return
    const bytes = Buffer.from(session.out.bytes.subarray(0, session.out.length))
    session.out.reset(false)
    session.flushed()
    this.flushes++
    this.#written = Buffer.concat([this.#written, bytes])
    this.onWrite(bytes)
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
  }

  destroy(): void {
    this.destroyed = true
  }

  lostError(outcome: Outcome, cause: Error | undefined): Error {
    const fields = { code: 'PGWIRE_CONNECTION_LOST', host: 'memory', port: 0, phase: 'ready', outcome, cause } as const
    return new ConnectionError('The connection was lost', fields)
  }

  /** The messages written since the last call. */
  takeWritten(): FrontendMessage[] {
    const messages: FrontendMessage[] = []
    for (let taken = takeMessage(this.#written); taken !== undefined; taken = takeMessage(this.#written)) {
      messages.push(taken.message)
      this.#written = taken.rest
    }
    return messages
  }
}

export interface MemoryEvents extends ServerEvents {
  readonly notices: PostgresError[]
  readonly notifications: Notification[]
  /** One entry for each time the session said that it is over. */
  readonly closings: (Error | undefined)[]
}

export interface MemorySession {
  readonly session: Session
  readonly server: ServerSession
  readonly link: MemoryLink
  readonly events: MemoryEvents
  /** Gives the session bytes as one read. */
  readonly feed: (...parts: readonly Bytes[]) => void
  /** Flushes, and gives the messages written since the last call. */
  readonly written: () => FrontendMessage[]
  /** Sends a query whose settlements are counted. */
  readonly ask: (sql: string, parameters?: readonly unknown[], mode?: RowMode) => Asked
  /** As `ask`, for a statement that is described already: Bind, Execute, Sync. */
  readonly askDescribed: (statement: Statement, parameters?: readonly unknown[]) => Asked
}

/** A query and what became of it. */
export interface Asked {
  readonly request: QueryRequest
  readonly settlements: (QueryResult | Error)[]
  readonly result: QueryResult
  readonly error: Error
}

export interface MemorySessionOptions {
  readonly catalog?: Catalog
  readonly types?: PgTypes
  readonly statementCacheSize?: number
  readonly statementCacheBytes?: number
  readonly maxMessageBytes?: number
}

export function memorySession(options: MemorySessionOptions = {}): MemorySession {
  const link = new MemoryLink()
  const events = memoryEvents()
  const session = new Session(link, events, options.maxMessageBytes ?? 0x3fff_ffff)
  link.session = session
  const server: ServerSession = {
    session,
    prepared: new PreparedStatements(options.statementCacheSize ?? 256, options.statementCacheBytes ?? 2 ** 21),
    catalog: options.catalog ?? new Catalog(options.types ?? defaultTypes),
  }
  const feed = (...parts: readonly Bytes[]) => {
    session.incoming.append(joined(parts))
    session.receive()
  }
  return {
    session,
    server,
    link,
    events,
    feed,
    written: () => {
      link.flush()
      return link.takeWritten()
    },
    ask: (sql, parameters = [], mode = 'object') => {
      const asked = countSettlements(server, sql, parameters, mode)
      sendQuery(asked.request)
      return asked
    },
    askDescribed: (statement, parameters = []) => {
      const asked = countSettlements(server, statement.sql, parameters, 'object')
      asked.request.exchange = new QueryExchange(asked.request, statement, null)
      session.send(asked.request.exchange)
      return asked
    },
  }
}

function countSettlements(server: ServerSession, sql: string, parameters: readonly unknown[], mode: RowMode): Asked {
  const settlements: (QueryResult | Error)[] = []
  const settle = (settlement: QueryResult | Error) => void settlements.push(settlement)
  const only = () => {
    const [settlement] = settlements
    if (settlements.length !== 1 || settlement === undefined)
      throw new Error(`${settlements.length} settlements of ${sql}`)
    return settlement
  }
  return {
    request: { server, sql, parameters, mode, resolve: settle, reject: settle, exchange: null, withdrawn: false },
    settlements,
    get result() {
      const settlement = only()
      if (settlement instanceof Error) throw new Error(`${sql} was rejected`, { cause: settlement })
      return settlement
    },
    get error() {
      const settlement = only()
      if (!(settlement instanceof Error)) throw new Error(`${sql} was not rejected`)
      return settlement
    },
  }
}

function memoryEvents(): MemoryEvents {
  const notices: PostgresError[] = []
  const notifications: Notification[] = []
  const closings: (Error | undefined)[] = []
  return {
    notices,
    notifications,
    closings,
    notice: (notice) => void notices.push(notice),
    notification: (notification) => void notifications.push(notification),
    closed: (cause) => void closings.push(cause),
  }
}
