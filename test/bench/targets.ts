/** What the driver has to reach, as data: client CPU per query against a peer's in the same run. */
interface RatioTarget {
  readonly workload: string
  readonly driver: string
  readonly against: string
  /** Our CPU per query is at most this many times the peer's. */
  readonly atMostTimes: number
}

interface DifferenceTarget {
  readonly workload: string
  readonly driver: string
  readonly against: string
  /** CPU per query is at most this many microseconds above. */
  readonly atMostMoreUs: number
}

export type Target = RatioTarget | DifferenceTarget

const ours = (workload: string, against: string, atMostTimes: number): Target => ({
  workload,
  driver: 'pgwire',
  against,
  atMostTimes,
})

const throughKysely = (workload: string): Target => ({
  workload,
  driver: 'kysely-pgwire',
  against: 'pgwire',
  atMostMoreUs: 8,
})

export const targets: readonly Target[] = [
  ...['pg_type', 'series', 'arrays'].flatMap((workload) => [
    ours(workload, 'asyncpg', 0.6),
    ours(workload, 'pg', 0.2),
    ours(workload, 'bun', 0.6),
  ]),
  ours('bytea', 'asyncpg', 1.2),
  ours('bytea', 'pg', 0.4),
  ours('point', 'asyncpg', 0.9),
  ours('point', 'pg', 0.7),
  ours('point-100', 'postgres', 0.9),
  ours('point-100', 'pg-pool', 0.5),
  ours('point-100', 'bun', 1),
  ours('mixed', 'asyncpg', 0.7),
  ours('mixed', 'pg', 0.7),
  throughKysely('kysely-point'),
  throughKysely('kysely-point-seq'),
]
