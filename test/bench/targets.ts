/** What has to be reached, as data: a figure of ours against a peer's in the same run. */
import { OURS, OURS_EXCLUSIVELY, OURS_THROUGH_KYSELY } from './participants.ts'

/** CPU and wall time per execution, executions per second, latency of the fast ones among slow ones. */
export type Figure = 'cpuUs' | 'wallUs' | 'queriesPerSecond' | 'p99Us'

/** Times the peer's figure, or microseconds of CPU above the peer in the same round. */
type Limit =
  | { readonly figure: Figure; readonly atMostTimes: number }
  | { readonly figure: Figure; readonly atLeastTimes: number }
  | { readonly figure: 'cpuUs'; readonly atMostMoreUs: number }

export type Target = Limit & {
  readonly workload: string
  readonly driver: string
  readonly against: string
}

const ours = (workload: string, against: string, atMostTimes: number): Target => ({
  workload,
  driver: OURS,
  against,
  figure: 'cpuUs',
  atMostTimes,
})

/** Where many rows are on their way, the time that passes counts too. */
const bulk = (workload: string, against: string, atMostTimes: number): Target[] => {
  const target = ours(workload, against, atMostTimes)
  return [target, { workload, driver: OURS, against, figure: 'wallUs', atMostTimes }]
}

/** Kysely on us against the driver by itself. */
const aboveDriver = (workload: string, atMostMoreUs: number): Target => ({
  workload,
  driver: OURS_THROUGH_KYSELY,
  against: OURS,
  figure: 'cpuUs',
  atMostMoreUs,
})

/** Kysely on us against Kysely on pg. */
const throughKysely = (workload: string, limit: Limit): Target => ({
  workload,
  driver: OURS_THROUGH_KYSELY,
  against: 'kysely-pg',
  ...limit,
})

export const targets: readonly Target[] = [
  ...['pg_type', 'series', 'arrays'].flatMap((workload) => [
    ours(workload, 'asyncpg', 0.6),
    ours(workload, 'pg', 0.2),
    ours(workload, 'bun', 0.6),
  ]),
  ours('bytea', 'asyncpg', 1.2),
  ours('bytea', 'pg', 0.4),
  ...bulk('copy', 'asyncpg', 0.6),
  ...bulk('copy', 'pg', 0.6),
  ...bulk('executemany', 'asyncpg', 0.8),
  ...bulk('executemany', 'pg', 0.05),
  ...bulk('executemany', 'postgres', 0.05),
  ours('point', 'asyncpg', 0.9),
  ours('point', 'pg', 0.7),
  ours('point-100', 'postgres', 0.9),
  ours('point-100', 'pg-pool', 0.5),
  ours('point-100', 'bun', 1),
  ours('mixed', 'asyncpg', 0.7),
  ours('mixed', 'pg', 0.7),
  ours('pool-4', 'bun', 1.2),
  { workload: 'mix', driver: OURS, against: OURS_EXCLUSIVELY, figure: 'p99Us', atMostTimes: 2 },
  aboveDriver('kysely-point', 8),
  aboveDriver('kysely-point-seq', 8),
  aboveDriver('kysely-prepared', 2),
  throughKysely('kysely-batch', { figure: 'cpuUs', atMostTimes: 0.4 }),
  throughKysely('kysely-pool-10', { figure: 'cpuUs', atMostTimes: 0.4 }),
  throughKysely('kysely-pool-10', { figure: 'queriesPerSecond', atLeastTimes: 2.5 }),
  throughKysely('kysely-pool-4', { figure: 'cpuUs', atMostTimes: 0.25 }),
  throughKysely('kysely-pool-4', { figure: 'queriesPerSecond', atLeastTimes: 4 }),
]
