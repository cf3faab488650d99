import { PoolTimeoutError } from '../errors/pool-error.ts'
import type { Lane } from './lane.ts'
import type { PoolSettings } from './pool-options.ts'
import type { PoolStats } from './pool-stats.ts'

/** Why nobody was served in time: who has the connections, and whether any could not be opened. */
export function timeoutError(
  { max, acquireTimeoutMs }: PoolSettings,
  { busy, connecting, waiting }: PoolStats,
  lanes: Iterable<Lane>,
  failure: Error | null,
): PoolTimeoutError {
  const resting = [...lanes].filter(restsInTransaction).length
  const parts = [
    `No connection became free within ${acquireTimeoutMs} ms: of at most ${max}, ${busy} are in use and ` +
      `${connecting} are being opened, and ${waiting} calls are waiting`,
  ]
  if (resting > 0) {
    parts.push(
      `${resting} of those in use are in a transaction in which nothing runs: a call to the pool from within a ` +
        `transaction needs a second connection, and can wait for ever for itself`,
    )
  }
  if (failure !== null) parts.push('The last attempt to open one has failed: see the cause')
  return new PoolTimeoutError(parts.join('. '), failure === null ? {} : { cause: failure })
}

/** Whoever has it does something else than to ask the server, perhaps to wait for another connection. */
function restsInTransaction({ borrowed, connection }: Lane): boolean {
  return borrowed && connection.idle && connection.transactionStatus !== 'I'
}
