/** How errors of the server are recognised across copies of this package, and of JavaScript itself. */
export const POSTGRES_ERROR: symbol = Symbol.for('kysely-pgwire.PostgresError')

/** Whether something is an error of the server with an SQLSTATE, or one of a class: two characters. */
export function hasSqlstate(error: unknown, sqlstate: string): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    POSTGRES_ERROR in error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith(sqlstate)
  )
}
