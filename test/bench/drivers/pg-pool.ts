/** pg's Pool of ten connections, which is how an application gives pg many queries at once. */
import pg from 'pg'

import type { Workload } from '../workloads.ts'
import { spreadLanes, type BenchDriver, type BenchSession } from './bench-driver.ts'
import { endAll, rowsOf, version } from './pg.ts'

export const driver: BenchDriver = {
  version,
  async open(url: string, { name, sql: text, inFlight }: Workload): Promise<BenchSession> {
    const pool = new pg.Pool({ connectionString: url, max: 10 })
    return {
      lanes: spreadLanes(
        [pool],
        inFlight,
        (pool) => (values) => pool.query({ name, text, values: values as unknown[] }),
      ),
      rowsOf,
      close: () => endAll([pool]),
    }
  },
}
