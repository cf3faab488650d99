import { ConnectionError } from '../errors/connection-error.ts'
import { PoolTimeoutError } from '../errors/pool-error.ts'
import { PostgresError } from '../errors/postgres-error.ts'
import { ProtocolError } from '../errors/protocol-error.ts'

/** 57P01 to 57P03: it stops, has crashed, or is not up yet. 53300: it has no room. */
const ELSEWHERE: ReadonlySet<string> = new Set(['57P01', '57P02', '57P03', '53300'])

/**
 * Whether a read failed for its server's sake before it was sent, so that another server may answer it. `reached`: the server
 * has let somebody in. Without, whoever waits too long waits for nobody else to finish.
 */
export function readsElsewhere(error: unknown, reached: boolean): boolean {
  if (error instanceof PoolTimeoutError) return !reached
  if (error instanceof ConnectionError || error instanceof ProtocolError) return error.outcome === 'not-sent'
  return error instanceof PostgresError && error.outcome === 'not-sent' && ELSEWHERE.has(error.code)
}
