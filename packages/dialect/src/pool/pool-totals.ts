import { type Histogram, TimeHistogram } from './histogram.ts'

/** Why a connection of a pool was closed. */
export const closeReasons = [
  'idle',
  'lifetime',
  'uses',
  'expired',
  'lost',
  'unanswered',
  'unclean',
  'hook',
  'closed',
] as const

/**
 * `idle`, `lifetime`, `uses`: it was idle, old or used for as long or often as the options say. `expired`: by `expireConnections`.
 * `lost`: by its server, its borrower or the network. `unanswered`: it failed a check. `unclean`: it could not be made
 * fit for the next use. `hook`: a hook has thrown. `closed`: with the pool.
 */
export type CloseReason = (typeof closeReasons)[number]

/** What a pool has done so far. */
export interface PoolTotals {
  /** Connections that were opened. */
  readonly opened: number
  /** Attempts to open one that failed. */
  readonly failed: number
  readonly closed: Readonly<Record<CloseReason, number>>
  /** Calls that gave up waiting, because the time was over. */
  readonly timedOut: number
  /** Calls that were refused, because too many waited. */
  readonly refused: number
  /** How long calls waited for a connection; 0 where one was idle, or could be shared. */
  readonly acquireMs: Histogram
  /** How long the server took for the statements of `query`. Of those that share a connection, the first at a time counts. */
  readonly queryMs: Histogram
}

/** Counts for {@link PoolTotals}. */
export class PoolCounters {
  opened = 0
  failed = 0
  timedOut = 0
  refused = 0
  readonly acquireMs: TimeHistogram = new TimeHistogram()
  readonly queryMs: TimeHistogram = new TimeHistogram()
  readonly #closed = Object.fromEntries(closeReasons.map((reason) => [reason, 0])) as Record<CloseReason, number>

  closed(reason: CloseReason): void {
    this.#closed[reason]++
  }

  get snapshot(): PoolTotals {
    const { opened, failed, timedOut, refused, acquireMs, queryMs } = this
    return {
      opened,
      failed,
      closed: { ...this.#closed },
      timedOut,
      refused,
      acquireMs: acquireMs.snapshot,
      queryMs: queryMs.snapshot,
    }
  }
}
