/** Our driver by itself: connections of one pool, which share what they learn of statements, or the pool itself. */
import { type Connection, createPool, type Pool } from 'kysely-pgwire'

import type { Workload } from '../workload.ts'
import { openMany, spreadLanes, type BenchDriver, type BenchSession, type Lane, type Row } from './bench-driver.ts'
import { installedVersion } from './installed-version.ts'

export const version: string = installedVersion('kysely-pgwire')

export const rowsOf = (result: unknown): readonly Row[] => (result as { readonly rows: readonly Row[] }).rows

export const driver: BenchDriver = {
  version,
  async open(url: string, workload: Workload): Promise<BenchSession> {
    const { connections, pooled = false, inFlight, mix } = workload
    const pool = createPool({ connection: url, max: connections })
    const leases = pooled ? [] : await openMany(connections, () => pool.acquire())
    const executors: (Connection | Pool)[] = pooled ? [pool] : leases.map((lease) => lease.connection)
    return {
      lanes: spreadLanes(executors, inFlight, (executor) => laneOf(executor, workload)),
      ...(mix === undefined ? {} : { slow: (parameters) => pool.query(mix.slowSql, parameters) }),
      rowsOf,
      close: async () => {
        for (const lease of leases) lease.release()
        await pool.close()
      },
    }
  },
}

function laneOf(
  executor: Connection | Pool,
  { verb, sql, columns, row = [], rowsPerExecution, table = '' }: Workload,
): Lane {
  const rows = Array.from({ length: rowsPerExecution ?? 0 }, () => row)
  switch (verb) {
    case 'executeMany':
      return () => executor.executeMany(sql, rows)
    case 'copy':
      return () => executor.copyFrom(table, rows, { columns: Object.keys(columns) })
    default:
      return (parameters) => executor.query(sql, parameters)
  }
}
