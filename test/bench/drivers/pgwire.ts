/** Our driver by itself: plain connections, and for the Kysely workloads the pool that Kysely would use. */
import { connect, createPool, type Connection, type Pool } from 'kysely-pgwire'

import type { Workload } from '../workloads.ts'
import { openMany, spreadLanes, type BenchDriver, type BenchSession, type Row } from './bench-driver.ts'
import { installedVersion } from './installed-version.ts'

export const driver: BenchDriver = {
  version: installedVersion('kysely-pgwire'),
  async open(url: string, workload: Workload): Promise<BenchSession> {
    const { sql, connections, inFlight } = workload
    const executors: (Connection | Pool)[] = workload.name.startsWith('kysely-')
      ? [createPool({ connection: url, max: connections })]
      : await openMany(connections, () => connect(url))
    return {
      lanes: spreadLanes(executors, inFlight, (executor) => (parameters) => executor.query(sql, parameters)),
      rowsOf: (result) => (result as { readonly rows: readonly Row[] }).rows,
      close: async () => {
        await Promise.all(executors.map((executor) => executor.close()))
      },
    }
  },
}
