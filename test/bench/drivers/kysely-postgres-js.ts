/** kysely-postgres-js on postgres.js. */
import { PostgresJSDialect } from 'kysely-postgres-js'
import postgres from 'postgres'

import type { Workload } from '../workload.ts'
import type { BenchDriver, BenchSession } from './bench-driver.ts'
import { installedVersion } from './installed-version.ts'
import { openKysely } from './kysely-schema.ts'
import { driver as postgresDriver } from './postgres.ts'

export const driver: BenchDriver = {
  version: `${installedVersion('kysely-postgres-js')}, postgres ${postgresDriver.version}`,
  open: async (url: string, workload: Workload): Promise<BenchSession> =>
    openKysely(new PostgresJSDialect({ postgres: postgres(url, { max: workload.connections }) }), workload),
}
