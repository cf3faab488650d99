/** Our driver by itself: connections of one pool, which share what they learn of statements; through it for Kysely's workloads. */
import { type Connection, createPool, type Pool } from 'kysely-pgwire'

import type { Workload } from '../workloads.ts'
import { openMany, spreadLanes, type BenchDriver, type BenchSession, type Lane, type Row } from './bench-driver.ts'
import { installedVersion } from './installed-version.ts'

export const driver: BenchDriver = {
  version: installedVersion('kysely-pgwire'),
  async open(url: string, workload: Workload): Promise<BenchSession> {
    const { connections, inFlight } = workload
    const pool = createPool({ connection: url, max: connections })
    const leases = workload.name.startsWith('kysely-') ? [] : await openMany(connections, () => pool.acquire())
    const executors: (Connection | Pool)[] = leases.length === 0 ? [pool] : leases.map((lease) => lease.connection)
    return {
      lanes: spreadLanes(executors, inFlight, (executor) => laneOf(executor, workload)),
      rowsOf: (result) => (result as { readonly rows: readonly Row[] }).rows,
      close: async () => {
        for (const lease of leases) lease.release()
        await pool.close()
      },
    }
  },
}

function laneOf(executor: Connection | Pool, { verb, sql, row = [], rowsPerExecution = 0 }: Workload): Lane {
  if (verb !== 'executeMany') return (parameters) => executor.query(sql, parameters)
  return () =>
    executor.executeMany(
      sql,
      Array.from({ length: rowsPerExecution }, () => row),
    )
}
