/** What the compiler makes of the server's errors. Checked by `tsc` alone; never run. */
import { type ConnectionError, isPostgresError, isSafeToRetry, type PostgresError } from 'kysely-pgwire'
import {
  DataError,
  IntegrityConstraintViolationError,
  isIntegrityConstraintViolation,
  type isPostgresError as isPostgresErrorToo,
  isUniqueViolation,
  type PostgresError as PostgresErrorToo,
  SerializationFailureError,
  UniqueViolationError,
} from 'kysely-pgwire/errors'
import type { DatabaseError } from 'pg-protocol'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

function is<_Fact extends true>(): void {}

declare const caught: unknown
declare const lost: ConnectionError

export function classes(error: PostgresError): void {
  if (error instanceof UniqueViolationError) {
    is<Equal<typeof error.code, '23505'>>()
    is<Equal<typeof error.constraint, string | undefined>>()
  } else if (error instanceof IntegrityConstraintViolationError) is<Equal<typeof error.code, `23${string}`>>()
  else if (error instanceof DataError) is<Equal<typeof error.code, `22${string}`>>()
  else {
    // What is none of them is still an error of the server, and not `never`.
    is<Equal<typeof error, PostgresError>>()
    is<Equal<typeof error.code, string>>()
  }
}

export function guards(): void {
  if (isUniqueViolation(caught)) is<Equal<typeof caught, UniqueViolationError>>()
  else if (isIntegrityConstraintViolation(caught)) is<Equal<typeof caught, IntegrityConstraintViolationError>>()
  else if (isPostgresError(caught)) is<Equal<typeof caught, PostgresError>>()
  else is<Equal<typeof caught, unknown>>()
}

export function fields(error: PostgresError): void {
  is<Equal<typeof error.sql, string | undefined>>()
  is<Equal<typeof error.excerpt, string | undefined>>()
  is<Equal<typeof error.parameterTypes, readonly string[] | undefined>>()
  is<Equal<typeof error.safeToRetry, boolean>>()
  is<Equal<typeof lost.serverError, PostgresError | undefined>>()
  is<Equal<typeof lost.connectedMs, number | undefined>>()
  const again: boolean = isSafeToRetry(caught)
  // @ts-expect-error A class of one SQLSTATE is not that of another.
  const violation: UniqueViolationError = new SerializationFailureError(new Map())
  // @ts-expect-error The statement is noted by the driver.
  error.sql = 'select 1'
  const old: DatabaseError = error
  is<Equal<PostgresErrorToo, PostgresError>>()
  is<Equal<typeof isPostgresErrorToo, typeof isPostgresError>>()
  void [violation, old, again]
}
