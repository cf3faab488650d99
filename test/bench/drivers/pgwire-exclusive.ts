/** Our pool as other pools are: each query has a connection to itself, and there is always a free one. */
import { createPool } from 'kysely-pgwire'

import type { Workload } from '../workload.ts'
import { spreadLanes, type BenchDriver, type BenchSession, type Lane } from './bench-driver.ts'
import { rowsOf, version } from './pgwire.ts'

export const driver: BenchDriver = {
  version,
  async open(url: string, { sql, connections, inFlight, mix }: Workload): Promise<BenchSession> {
    // Those that the slow queries hold, and one for each of the fast ones.
    const pool = createPool({ connection: url, max: connections + inFlight })
    const exclusively =
      (text: string): Lane =>
      async (parameters) => {
        const lease = await pool.acquire()
        try {
          return await lease.connection.query(text, parameters)
        } finally {
          lease.release()
        }
      }
    return {
      lanes: spreadLanes([sql], inFlight, exclusively),
      ...(mix === undefined ? {} : { slow: exclusively(mix.slowSql) }),
      rowsOf,
      close: () => pool.close(),
    }
  },
}
