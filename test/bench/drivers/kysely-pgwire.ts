/** Kysely on our dialect. */
import { PgwireDialect } from 'kysely-pgwire'

import type { Workload } from '../workloads.ts'
import type { BenchDriver, BenchSession } from './bench-driver.ts'
import { installedVersion } from './installed-version.ts'
import { openKysely } from './kysely-schema.ts'

export const driver: BenchDriver = {
  version: installedVersion('kysely-pgwire'),
  open: async (url: string, workload: Workload): Promise<BenchSession> =>
    openKysely(new PgwireDialect({ connection: url, pool: { max: workload.connections } }), workload),
}
