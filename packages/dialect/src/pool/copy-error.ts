import { ConnectionError } from '../errors/connection-error.ts'
import { PostgresError } from '../errors/postgres-error.ts'

/** The same error once more. One failure can concern many callers, and each of them adds a stack of its own. */
export function copyError(error: unknown): unknown {
  if (error instanceof ConnectionError) return new ConnectionError(error.message, error)
  if (error instanceof PostgresError) return Object.assign(new PostgresError(new Map([['M', error.message]])), error)
  return error
}
