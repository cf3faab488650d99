/** What a pool is doing right now. */
export interface PoolStats {
  /** Open connections, idle and in use. */
  readonly size: number
  readonly idle: number
  readonly busy: number
  /** Connections being opened. */
  readonly connecting: number
  /** Calls that wait for a connection. */
  readonly waiting: number
}
