/** The one query that is written with Kysely's builder, the same for every dialect. */
import { Kysely, type Dialect } from 'kysely'

import type { Workload } from '../workloads.ts'
import { spreadLanes, type BenchSession, type Row } from './bench-driver.ts'

interface BenchSchema {
  readonly bench_users: {
    readonly id: number
    readonly email: string
    readonly name: string
    readonly active: boolean
    readonly balance: string
    readonly created_at: Date
  }
}

export function openKysely(dialect: Dialect, { inFlight }: Workload): BenchSession {
  const db = new Kysely<BenchSchema>({ dialect })
  const columns = ['id', 'email', 'name', 'active', 'balance', 'created_at'] as const
  return {
    lanes: spreadLanes(
      [db],
      inFlight,
      (db) =>
        ([id]) =>
          db
            .selectFrom('bench_users')
            .select(columns)
            .where('id', '=', id as number)
            .execute(),
    ),
    rowsOf: (result) => result as readonly Row[],
    close: () => db.destroy(),
  }
}
