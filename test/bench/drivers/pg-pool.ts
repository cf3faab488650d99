/** pg's Pool of ten connections, which is how an application gives pg many queries at once. */
import type { Workload } from '../workload.ts'
import type { BenchDriver, BenchSession } from './bench-driver.ts'
import { openPool, version } from './pg.ts'

export const driver: BenchDriver = {
  version,
  open: async (url: string, workload: Workload): Promise<BenchSession> => openPool(url, workload, 10),
}
