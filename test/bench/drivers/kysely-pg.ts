/** Kysely's own PostgresDialect on pg. */
import { PostgresDialect } from 'kysely'
import pg from 'pg'

import type { Workload } from '../workload.ts'
import type { BenchDriver, BenchSession } from './bench-driver.ts'
import { installedVersion } from './installed-version.ts'
import { openKysely } from './kysely-schema.ts'
import { version } from './pg.ts'

export const driver: BenchDriver = {
  version: `${installedVersion('kysely')}, pg ${version}`,
  open: async (url: string, workload: Workload): Promise<BenchSession> =>
    openKysely(
      new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: workload.connections }) }),
      workload,
    ),
}
