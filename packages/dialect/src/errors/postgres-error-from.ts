import { PostgresError, type PostgresErrorFields } from './postgres-error.ts'
import { CLASSES } from './sqlstate-classes.generated.ts'

/** The server's error as an instance of its SQLSTATE's class; of the class that it belongs to, where it has no name; else plain. */
export function postgresErrorFrom(fields: PostgresErrorFields): PostgresError {
  const code = fields.get('C') ?? ''
  const ErrorClass = CLASSES.get(code) ?? CLASSES.get(`${code.slice(0, 2)}000`) ?? PostgresError
  return new ErrorClass(fields)
}
