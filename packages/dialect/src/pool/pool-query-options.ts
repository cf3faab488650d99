import type { QueryOptions } from '../client/query.ts'

/** How to run one query on whichever connection of a pool. */
export interface PoolQueryOptions extends QueryOptions {
  /** Stops the wait for a connection, and not the query when it was sent. Default `signal`, which stops both. */
  readonly waitSignal?: AbortSignal | undefined
}
