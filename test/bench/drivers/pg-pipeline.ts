/** pg with its opt-in pipelining on one connection. */
import type { Workload } from '../workload.ts'
import { spreadLanes, type BenchDriver, type BenchSession } from './bench-driver.ts'
import { connectClient, endAll, insertAll, rowsOf, version } from './pg.ts'

export const driver: BenchDriver = {
  version,
  async open(url: string, workload: Workload): Promise<BenchSession> {
    const { name, sql: text } = workload
    const client = await connectClient(url, true)
    return {
      lanes:
        workload.verb === 'executeMany'
          ? [() => insertAll(client, workload)]
          : spreadLanes(
              [client],
              workload.inFlight,
              (client) => (values) => client.query({ name, text, values: values as unknown[] }),
            ),
      rowsOf,
      close: () => endAll([client]),
    }
  },
}
