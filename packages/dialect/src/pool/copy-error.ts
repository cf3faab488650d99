import { ConfigError } from '../errors/config-error.ts'
import { ConnectionError } from '../errors/connection-error.ts'
import { PostgresError } from '../errors/postgres-error.ts'
import { ProtocolError } from '../errors/protocol-error.ts'

/**
 * The same error once more: one failure can concern many callers, and each of them adds a stack of its own. An error that
 * is not ours, such as that of a function which was to give the password, stays the one object that it is.
 */
export function copyError(error: unknown): unknown {
  if (error instanceof ConnectionError) return new ConnectionError(error.message, error)
  if (error instanceof PostgresError) return error.copy()
  if (error instanceof ProtocolError) return Object.assign(new ProtocolError(error.message, causeOf(error)), error)
  if (error instanceof ConfigError) return new ConfigError(error.message, causeOf(error))
  return error
}

function causeOf(error: Error): ErrorOptions {
  return 'cause' in error ? { cause: error.cause } : {}
}
