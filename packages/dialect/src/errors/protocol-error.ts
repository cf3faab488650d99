import type { Outcome } from './outcome.ts'

/** The server sent bytes, or an order of messages, that the protocol does not allow. The connection is destroyed. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
  readonly code = 'PGWIRE_PROTOCOL_VIOLATION'
  outcome: Outcome = 'unknown'
}
