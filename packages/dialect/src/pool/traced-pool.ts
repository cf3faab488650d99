import type { ConnectionSettings } from '../config/connection-settings.ts'
import type { TracedPool } from '../telemetry/traces.ts'
import type { PoolSettings } from './pool-options.ts'
import type { PoolStats } from './pool-stats.ts'

/** A pool, as telemetry has it. */
export function tracedPool(
  { hosts, database }: ConnectionSettings,
  { max, min }: PoolSettings,
  stats: () => PoolStats,
): TracedPool {
  const [{ host, port }] = hosts
  return {
    name: `${host}:${port}/${database}`,
    max,
    min,
    get stats() {
      return stats()
    },
  }
}
