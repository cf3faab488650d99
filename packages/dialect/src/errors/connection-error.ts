import type { Outcome } from './outcome.ts'
import { PostgresError } from './postgres-error.ts'
import { canBeRepeated } from './safe-to-retry.ts'

/** How far a connection had come. */
export type ConnectionPhase = 'connecting' | 'tls' | 'authenticating' | 'ready' | 'closing'

export type ConnectionErrorCode =
  | 'PGWIRE_CONNECT_FAILED'
  | 'PGWIRE_CONNECT_TIMEOUT'
  | 'PGWIRE_NO_SUITABLE_HOST'
  | 'PGWIRE_CONNECTION_LOST'
  | 'PGWIRE_CONNECTION_CLOSED'

export interface ConnectionErrorFields {
  readonly code: ConnectionErrorCode
  readonly host: string
  readonly port: number
  readonly phase: ConnectionPhase
  readonly outcome: Outcome
  readonly connectedMs?: number | undefined
  readonly serverError?: PostgresError | undefined
  readonly cause?: unknown
}

/** The connection could not be made, or is gone. Match on `code`; `cause` holds the socket's or the server's own error. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  readonly code: ConnectionErrorCode
  /** A host name, an address, or the directory of a unix socket. */
  readonly host: string
  readonly port: number
  readonly phase: ConnectionPhase
  outcome: Outcome
  /** How long it had been logged in, in milliseconds; undefined if it never was. */
  readonly connectedMs: number | undefined
  /** The last that the server said of its own end, or of the session's: that it shuts down, or an administrator ended it. */
  serverError: PostgresError | undefined

  constructor(message: string, fields: ConnectionErrorFields) {
    super(message, fields.cause === undefined ? {} : { cause: fields.cause })
    this.code = fields.code
    this.host = fields.host
    this.port = fields.port
    this.phase = fields.phase
    this.outcome = fields.outcome
    this.connectedMs = fields.connectedMs
    this.serverError = fields.serverError ?? (fields.cause instanceof PostgresError ? fields.cause : undefined)
  }

  /** Whether what failed can be asked once more, of another connection: it has no effect that would be repeated. */
  get safeToRetry(): boolean {
    return canBeRepeated(this)
  }
}
