import type { Connection } from '../client/connection.ts'
import { ConnectionError } from '../errors/connection-error.ts'
import { PostgresError } from '../errors/postgres-error.ts'
import { ProtocolError } from '../errors/protocol-error.ts'

/** Whether a statement failed because its connection died before it was sent: nothing speaks against another one. */
export function neverSent(error: unknown, connection: Connection): boolean {
  if (!connection.closed) return false
  const ofConnection =
    error instanceof ConnectionError || error instanceof ProtocolError || error instanceof PostgresError
  return ofConnection && error.outcome === 'not-sent'
}
