/**
 * The server's errors, by a class and a guard for each SQLSTATE and for each class of them. Classes are for `instanceof`;
 * guards know the errors of every copy of this package.
 */
export { isPostgresError, PostgresError } from './errors/postgres-error.ts'
export * from './errors/sqlstate-errors.generated.ts'
export * from './errors/sqlstate-guards.generated.ts'
