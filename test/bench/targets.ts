/** What has to be reached, as data: a figure of ours against a peer's in the same run, or against a bound. */
import type { Figure } from './figures.ts'
import { OUR_GUARDS, OURS, OURS_EXCLUSIVELY, OURS_THROUGH_KYSELY } from './participants.ts'

/** Times the peer's figure, or microseconds of CPU above the peer in the same round. */
type Limit =
  | { readonly figure: Figure; readonly atMostTimes: number }
  | { readonly figure: Figure; readonly atLeastTimes: number }
  | { readonly figure: 'cpuUs'; readonly atMostMoreUs: number }

interface Subject {
  readonly workload: string
  readonly driver: string
}

/** A figure against a peer's, which may be ourselves at something else. */
export type Comparison = Subject &
  Limit & {
    readonly against: string
    /** What of the peer, if not the same figure of the same workload. */
    readonly with?: { readonly workload?: string; readonly figure?: Figure }
  }

/** A figure that has a bound of its own, in its own unit. */
type Bound = Subject & { readonly figure: Figure; readonly atMost: number }

export type Target = Comparison | Bound

/** The figure of which workload of the peer's it is compared with. */
export function comparedWith(target: Comparison): { readonly workload: string; readonly figure: Figure } {
  return { workload: target.workload, figure: target.figure, ...target.with }
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
  // With the goodbye: asyncpg cuts the socket, the others wait for the server's end. Without it, the figure is `openUs`.
  { workload: 'connect', driver: OURS, against: 'asyncpg', figure: 'wallUs', atMostTimes: 0.8 },
  // By the loop's own CPU time: on few cores the rest is the scheduler's, who has 50 backends and the hashing threads to serve.
  { workload: 'logins', driver: OURS, figure: 'turnCpuUs', atMost: 5_000 },
  { workload: 'acquire', driver: OURS, figure: 'cpuUs', atMost: 0.6 },
  {
    workload: 'saturation',
    driver: OURS,
    against: OURS,
    figure: 'acquireP99Us',
    atMostTimes: 2,
    with: { figure: 'serviceUs' },
  },
  { workload: 'idle', driver: OURS, figure: 'heapBytes', atMost: 100_000 },
  {
    workload: 'guards',
    driver: OUR_GUARDS,
    against: OURS,
    figure: 'cpuUs',
    atMostTimes: 0.01,
    with: { workload: 'point' },
  },
]
