/** Kysely on our dialect. */
import { batch, PgwireDialect, prepare, type Placeholders } from 'kysely-pgwire'

import type { Workload } from '../workload.ts'
import type { BenchDriver, BenchSession, Row } from './bench-driver.ts'
import { installedVersion } from './installed-version.ts'
import { differentLookups, openKysely, selectUsers, type KyselyWay } from './kysely-schema.ts'

export const driver: BenchDriver = {
  version: installedVersion('kysely-pgwire'),
  open: async (url: string, workload: Workload): Promise<BenchSession> =>
    openKysely(
      new PgwireDialect({ connection: url, pool: { max: workload.connections } }),
      workload,
      ways[workload.verb],
    ),
}

/** Where we have more than queries. */
const ways: Partial<Readonly<Record<Workload['verb'], KyselyWay>>> = {
  batch: {
    lane: (db) => (ids) => batch(db, differentLookups(db, ids)),
    rowsOf: (results) => (results as readonly { readonly rows: readonly Row[] }[]).flatMap(({ rows }) => rows),
  },
  prepared: {
    lane: (db) => {
      const userById = prepare(db, (p: Placeholders<{ id: number }>) => selectUsers(db).where('id', '=', p('id')))
      return ([id]) => userById.execute({ id: id as number })
    },
    rowsOf: (rows) => rows as readonly Row[],
  },
}
