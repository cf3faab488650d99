import type { PoolStats } from './pool-stats.ts'
import type { PoolTotals } from './pool-totals.ts'

/** One replica of a pool, and the connections to it. */
export interface ReplicaState {
  /** The first of its hosts. */
  readonly host: string
  readonly port: number
  /** Reads may go there. False since no connection could be opened, until one can. */
  readonly available: boolean
  readonly stats: PoolStats
  readonly totals: PoolTotals
}
