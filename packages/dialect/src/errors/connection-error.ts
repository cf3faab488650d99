import type { Outcome } from './outcome.ts'

/** How far a connection had come. */
export type ConnectionPhase = 'connecting' | 'tls' | 'authenticating' | 'ready' | 'closing'

export type ConnectionErrorCode =
  | 'PGWIRE_CONNECT_FAILED'
  | 'PGWIRE_CONNECT_TIMEOUT'
  | 'PGWIRE_CONNECTION_LOST'
  | 'PGWIRE_CONNECTION_CLOSED'

export interface ConnectionErrorFields {
  readonly code: ConnectionErrorCode
  readonly host: string
  readonly port: number
  readonly phase: ConnectionPhase
  readonly outcome: Outcome
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

  constructor(message: string, fields: ConnectionErrorFields) {
    super(message, fields.cause === undefined ? {} : { cause: fields.cause })
    this.code = fields.code
    this.host = fields.host
    this.port = fields.port
    this.phase = fields.phase
    this.outcome = fields.outcome
  }
}
