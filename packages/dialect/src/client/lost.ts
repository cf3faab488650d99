import { ConnectionError } from '../errors/connection-error.ts'
import { PostgresError } from '../errors/postgres-error.ts'
import { ProtocolError } from '../errors/protocol-error.ts'

/** Whether an error says that the answer to a statement was lost together with the connection. */
export function isLost(error: unknown): error is ConnectionError | PostgresError | ProtocolError {
  const ofConnection =
    error instanceof ConnectionError ||
    error instanceof ProtocolError ||
    (error instanceof PostgresError && error.fatal)
  return ofConnection && error.outcome === 'unknown'
}
