/** The queries that are written with Kysely's builder, the same for every dialect. */
import { Kysely, type Dialect, type SelectQueryBuilder } from 'kysely'

import type { Workload } from '../workload.ts'
import { spreadLanes, type BenchSession, type Lane, type Row } from './bench-driver.ts'

export interface BenchUser {
  readonly id: number
  readonly email: string
  readonly name: string
  readonly active: boolean
  readonly balance: string
  readonly created_at: Date
}

export interface BenchSchema {
  readonly bench_users: BenchUser
}

const userColumns = ['id', 'email', 'name', 'active', 'balance', 'created_at'] as const

type Users = SelectQueryBuilder<BenchSchema, 'bench_users', BenchUser>

export function selectUsers(db: Kysely<BenchSchema>): Users {
  return db.selectFrom('bench_users').select(userColumns)
}

/** One lookup per id, each with its columns in an order of its own: as many different statements. */
export function differentLookups(db: Kysely<BenchSchema>, ids: readonly unknown[]): Users[] {
  return ids.map((id, n) =>
    db
      .selectFrom('bench_users')
      .select(columnOrders[n % columnOrders.length] ?? userColumns)
      .where('id', '=', id as number),
  )
}

const columnOrders = Array.from({ length: 100 }, (_, n) => nthOrder(userColumns, n))

function nthOrder<T>(all: readonly T[], n: number): T[] {
  const index = n % all.length
  return all.length === 0 ? [] : [all[index] as T, ...nthOrder(all.toSpliced(index, 1), Math.trunc(n / all.length))]
}

/** How a dialect does what the workload asks for. */
export interface KyselyWay {
  readonly lane: (db: Kysely<BenchSchema>) => Lane
  readonly rowsOf: (result: unknown) => readonly Row[]
}

export const pointLookups: KyselyWay = {
  lane:
    (db) =>
    ([id]) =>
      selectUsers(db)
        .where('id', '=', id as number)
        .execute(),
  rowsOf: (result) => result as readonly Row[],
}

/** What an application does that has no batch. */
export const lookupsSideBySide: KyselyWay = {
  lane: (db) => (ids) => Promise.all(differentLookups(db, ids).map((query) => query.execute())),
  rowsOf: (result) => (result as readonly (readonly Row[])[]).flat(),
}

export function openKysely(
  dialect: Dialect,
  { verb, inFlight }: Workload,
  { lane, rowsOf }: KyselyWay = verb === 'batch' ? lookupsSideBySide : pointLookups,
): BenchSession {
  const db = new Kysely<BenchSchema>({ dialect })
  return { lanes: spreadLanes([db], inFlight, lane), rowsOf, close: () => db.destroy() }
}
