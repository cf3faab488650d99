/** One row of the table of workloads, and which parameters its executions have. */
import type { ColumnTypes } from './column-types.ts'
import type { Figure } from './figures.ts'

export interface Workload {
  readonly name: string
  readonly title: string
  readonly sql: string
  /** Result columns in order, with their PostgreSQL types: what the correctness check compares. */
  readonly columns: ColumnTypes
  /** The same parameters for every execution; a keyed workload has one int4 parameter instead. */
  readonly parameters: readonly (number | boolean)[]
  /** With it, the n-th lookup asks for one of the ids 1 to `keys`, in an order that jumps about. */
  readonly keys?: number
  /** How many lookups one execution of a keyed workload makes. Default 1. */
  readonly keysPerExecution?: number
  readonly connections: number
  /** The connections are those of a pool, which decides on which of them a query goes. */
  readonly pooled?: boolean
  /** Throughput is the point: server and client have all cores to themselves, whatever the other workloads have. */
  readonly allCores?: boolean
  /** How many executions are under way at any moment, over all connections together. */
  readonly inFlight: number
  /** `batch` and `prepared` are ways to query; where a driver has no such way it queries plainly. */
  readonly verb: 'query' | 'batch' | 'prepared' | 'copy' | 'executeMany' | AroundQueries
  /** How often a lane does what it does in one execution, where that is shorter than the loop around it. */
  readonly repeats?: number
  /** What it is about and is shown, if not client CPU per query. */
  readonly figure?: Figure
  /** Connects as this user, and in the clear from the first byte, instead of as everybody else does. */
  readonly user?: string
  /** Where that leads, once the server is there. */
  readonly url?: string
  /** For the verbs that write: the row that is sent, and how often per execution. */
  readonly row?: readonly (number | string)[]
  readonly rowsPerExecution?: number
  readonly table?: string
  /** With it, executions start in bursts of `inFlight` at a fixed pace, and the latency of the fast ones is measured. */
  readonly mix?: Mix
}

/**
 * What is measured without a query, or around one: connecting, taking an idle connection, waiting for one, what idle connections
 * take, and what a query costs more for what could be subscribed to. The workload's query proves that the connection is one.
 */
const aroundQueries = ['connect', 'acquire', 'saturate', 'idle', 'guard'] as const

type AroundQueries = (typeof aroundQueries)[number]

export function isAroundQueries({ verb }: Workload): boolean {
  return aroundQueries.some((one) => one === verb)
}

/** Slow queries among fast ones. */
export interface Mix {
  readonly burstEveryMs: number
  /** One execution in so many is `slowSql`, with the parameters of a fast one. */
  readonly slowOneIn: number
  readonly slowSql: string
}

/** The row queries on another number of connections, each with one execution at a time. */
export function onConnections(workload: Workload, connections: number): Workload {
  const counted = workload.keys !== undefined || workload.table !== undefined || isAroundQueries(workload)
  return counted ? workload : { ...workload, connections, inFlight: connections }
}

/** The workload on this server, for one that connects in its own way. */
export function onServer(workload: Workload, url: string): Workload {
  if (workload.user === undefined) return workload
  const own = new URL(url)
  own.username = workload.user
  own.password = ''
  own.searchParams.set('sslmode', 'disable')
  return { ...workload, url: own.href }
}

/** What execution `n` is called with: the fixed parameters, or as many keys as it makes lookups. */
export function parametersOf({ keys, keysPerExecution = 1, parameters }: Workload, n: number): readonly unknown[] {
  if (keys === undefined) return parameters
  if (keysPerExecution === 1) return [keyOf(n, keys)]
  return Array.from({ length: keysPerExecution }, (_, i) => keyOf(n * keysPerExecution + i, keys))
}

/** The id that the n-th lookup asks for; every driver, in every language, uses this formula. */
function keyOf(n: number, keys: number): number {
  return 1 + ((n * 7919) % keys)
}
