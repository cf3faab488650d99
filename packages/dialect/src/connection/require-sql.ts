import { UsageError } from '../errors/usage-error.ts'

/** Throws `UsageError` for what cannot be sent as SQL. */
export function requireSql(sql: unknown): void {
  if (typeof sql !== 'string') throw new UsageError('The SQL must be a string')
  if (sql.includes('\0')) throw new UsageError('The SQL contains a NUL character')
  if (!sql.isWellFormed()) throw new UsageError('The SQL contains a lone surrogate')
}
