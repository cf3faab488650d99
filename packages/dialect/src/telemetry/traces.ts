import type { CloseReason, OpenReason } from './pool-reasons.ts'

/** A connection, as telemetry names it. Never anything secret. */
export interface TracedConnection {
  /** The process id of the server's backend. */
  readonly processId: number
  /** As it was asked for: a name, an address, or the directory of a unix socket. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
}

/** What every trace has once it is over: from `asyncStart` on, and with `error`. */
export interface TraceEnd {
  readonly durationMs: number | undefined
  /** What the caller gets. A message of the server may quote values: log its `code`, or what `errorSummary` gives. */
  readonly error: unknown
}

/** What became of bytes and round trips, once a call is over. */
export interface TraceCosts {
  readonly bytesSent: number | undefined
  readonly bytesReceived: number | undefined
  /** How often the call had to wait for the server before it could go on; more than once for a statement that is new. */
  readonly roundTrips: number | undefined
}

/** Which call a query is. `kysely-pgwire` itself sends some as `execute`, such as BEGIN and COMMIT. */
export type QueryVerb = 'query' | 'execute' | 'batch' | 'executeMany' | 'stream'

/** A call that executes statements. */
export interface QueryTrace extends TraceEnd, TraceCosts {
  readonly verb: QueryVerb
  /** As the caller has written it; of a batch, all of them, separated by `;`. */
  readonly sql: string
  /** How many statements a batch has; undefined for what is none. */
  readonly batchSize: number | undefined
  /** Of one execution; the values themselves are what `parametersOf` gives. */
  readonly parameterCount: number
  readonly tag: string | undefined
  readonly connection: TracedConnection
  /**
   * A subscriber of `start` may set it: keys and values that go behind the statement as a comment, in the format of
   * sqlcommenter. Only to statements that are not prepared, as each text would be a statement of its own, and that have none.
   */
  comment: Readonly<Record<string, string>> | undefined
  /** The command as PostgreSQL names it: `SELECT`, `INSERT`; of several statements, the last one's. */
  readonly command: string | undefined
  readonly rowCount: number | null | undefined
  /** Whether nothing had to be parsed, because the connection had all of it prepared. Undefined for what never is. */
  readonly statementCacheHit: boolean | undefined
}

/** A connection being made. */
export interface ConnectTrace extends TraceEnd {
  /** In the order in which they may be tried. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[]
  readonly database: string
  readonly user: string
  /** Once it has been made. */
  readonly connection: TracedConnection | undefined
}

/** The server is asked to parse a statement that nobody has described yet, and to say what it takes and gives. */
export interface PrepareTrace extends TraceEnd {
  readonly sql: string
  /** Its name on the server; empty when it is not kept. */
  readonly statement: string
  readonly connection: TracedConnection
  /** OIDs of the types of its parameters. */
  readonly parameterOids: readonly number[] | undefined
  readonly columns: number | undefined
}

/** A COPY in either direction. */
export interface CopyTrace extends TraceEnd, Omit<TraceCosts, 'roundTrips'> {
  readonly direction: 'from' | 'to'
  /** Empty until it is sent. */
  readonly sql: string
  readonly connection: TracedConnection
  readonly rowCount: number | null | undefined
}

/** A transaction, from before its BEGIN to behind its end; one that is nested in another is a savepoint. */
export interface TransactionTrace extends TraceEnd {
  readonly connection: TracedConnection
  readonly nested: boolean
  /** Undefined until it is over. `unknown`: the connection was lost during the commit, and nobody can say. */
  readonly outcome: 'committed' | 'rolled-back' | 'unknown' | undefined
}

/** What telemetry knows of a pool. */
export interface TracedPool {
  /** Where it leads, as `host:port/database`, or the name that it was given. */
  readonly name: string
  readonly max: number
  readonly min: number
  readonly stats: {
    readonly idle: number
    readonly busy: number
    readonly connecting: number
    readonly waiting: number
  }
}

/** A pool opens a connection. Its `error` is of the attempt, or of the hook `onConnect`. */
export interface OpenTrace extends TraceEnd {
  readonly pool: TracedPool
  readonly reason: OpenReason
  /** Once it is one of the pool's. */
  readonly connection: TracedConnection | undefined
}

/** A pool is done with a connection. */
export interface CloseEvent {
  readonly pool: TracedPool
  readonly connection: TracedConnection
  readonly reason: CloseReason
  /** What has ended it, if that was neither the pool nor whoever had borrowed it. */
  readonly error: unknown
  readonly ageMs: number
  /** How often it was lent, and how many statements have shared it. */
  readonly uses: number
}

/** A pool cannot open connections: from the first attempt that fails to the next one that succeeds, or the end of the pool. */
export interface OutageTrace extends TraceEnd {
  readonly pool: TracedPool
  /** Attempts that have failed so far. */
  readonly failures: number
  /** Why the last of them has failed. */
  readonly failure: unknown
}

/** A connection, or a place on one that is shared, is taken from a pool. */
export interface AcquireTrace extends TraceEnd {
  readonly pool: TracedPool
  /** Whether it had to be waited for. */
  readonly waited: boolean
  readonly connection: TracedConnection | undefined
}

/** A connection was given back to its pool. */
export interface ReleaseEvent {
  readonly pool: TracedPool
  readonly connection: TracedConnection
  /** How long it was borrowed, if telemetry was there to see it. */
  readonly heldMs: number | undefined
}

/** What the server says beside its answers. */
export interface NoticeEvent {
  /** Undefined during the login. */
  readonly connection: TracedConnection | undefined
  readonly severity: string
  readonly code: string
  /** Written by the server or by functions in the database: it may quote values. */
  readonly message: string
}
