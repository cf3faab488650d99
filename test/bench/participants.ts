import { buildLibpqClient } from './build-libpq.ts'
/** Who takes part: every driver, how its process is started, and which workloads it does. */
import { findBun, findNode, findPythonWithAsyncpg, type Found } from './runtimes.ts'
import type { Workload } from './workload.ts'

export interface Participant {
  readonly name: string
  readonly title: string
  readonly workloads: readonly string[]
  /** The command line of its process, or why there is none. */
  readonly find: (workloads: readonly Workload[]) => Found | Promise<Found>
}

const rowQueries = ['pg_type', 'series', 'bytea', 'arrays', 'select1', 'mixed']
const pointQueries = ['point', 'point-seq']
const poolQueries = ['pool-10', 'pool-4']
const connectionQueries = ['connect', 'logins', 'acquire', 'saturation', 'idle']
/** What a driver for Node has a part in. */
const nodeQueries = [
  ...rowQueries,
  ...pointQueries,
  'point-100',
  'copy',
  'executemany',
  ...poolQueries,
  ...connectionQueries,
]
const kyselyQueries = ['kysely-point', 'kysely-point-seq']
const kyselyPoolQueries = ['kysely-batch', 'kysely-pool-10', 'kysely-pool-4']

export const OURS = 'pgwire'
export const OURS_THROUGH_KYSELY = 'kysely-pgwire'
export const OURS_EXCLUSIVELY = 'pgwire-exclusive'
export const OUR_GUARDS = 'pgwire-guards'

export const participants: readonly Participant[] = [
  {
    name: OURS,
    title: 'kysely-pgwire driver',
    workloads: [...nodeQueries, 'mix', ...kyselyQueries, 'kysely-prepared'],
    find: () => findNode(OURS),
  },
  {
    name: OURS_THROUGH_KYSELY,
    title: 'Kysely + kysely-pgwire',
    workloads: [...kyselyQueries, 'kysely-prepared', ...kyselyPoolQueries],
    find: () => findNode(OURS_THROUGH_KYSELY),
  },
  {
    name: OURS_EXCLUSIVELY,
    title: 'kysely-pgwire driver, exclusive leases',
    workloads: ['mix'],
    find: () => findNode(OURS_EXCLUSIVELY),
  },
  {
    name: OUR_GUARDS,
    title: 'kysely-pgwire driver, what telemetry asks',
    workloads: ['guards'],
    find: () => findNode(OUR_GUARDS),
  },
  {
    name: 'asyncpg',
    title: 'asyncpg',
    workloads: [...rowQueries, ...pointQueries, 'copy', 'executemany', 'connect'],
    find: findPythonWithAsyncpg,
  },
  {
    name: 'libpq',
    title: 'libpq (nothing decoded)',
    workloads: [...rowQueries, ...pointQueries, 'point-100'],
    find: buildLibpqClient,
  },
  {
    name: 'bun',
    title: 'Bun SQL',
    workloads: [...rowQueries, ...pointQueries, 'point-100', ...poolQueries],
    find: findBun,
  },
  {
    name: 'pg',
    title: 'pg',
    workloads: nodeQueries,
    find: () => findNode('pg'),
  },
  {
    name: 'pg-pipeline',
    title: 'pg, pipelining',
    workloads: ['point-100', 'executemany'],
    find: () => findNode('pg-pipeline'),
  },
  { name: 'pg-pool', title: 'pg, pool of 10', workloads: ['point-100'], find: () => findNode('pg-pool') },
  {
    name: 'postgres',
    title: 'postgres.js',
    workloads: nodeQueries,
    find: () => findNode('postgres'),
  },
  {
    name: 'kysely-pg',
    title: 'Kysely + pg',
    workloads: [...kyselyQueries, ...kyselyPoolQueries],
    find: () => findNode('kysely-pg'),
  },
  {
    name: 'kysely-postgres-js',
    title: 'Kysely + postgres.js',
    workloads: [...kyselyQueries, ...kyselyPoolQueries],
    find: () => findNode('kysely-postgres-js'),
  },
]
