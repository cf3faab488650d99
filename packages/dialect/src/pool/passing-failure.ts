import { PostgresError } from '../errors/postgres-error.ts'

/** The server has no connection to spare, or starts or stops: it can be tried again before anybody is told. */
const PASSING: ReadonlySet<string> = new Set(['53300', '57P03'])

/** Whether an attempt to connect may succeed before long, while whoever waits goes on waiting. */
export function isPassingFailure(error: unknown): boolean {
  return error instanceof PostgresError && error.code !== undefined && PASSING.has(error.code)
}
