import { type CloseReason, closeReasons, type OpenReason, openReasons } from '../telemetry/pool-reasons.ts'
import { type Histogram, TimeHistogram } from './histogram.ts'

/** What a pool has done so far. */
export interface PoolTotals {
  /** Connections that were opened. */
  readonly opened: number
  /** The same, by what they were opened for. */
  readonly openedFor: Readonly<Record<OpenReason, number>>
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
  failed = 0
  timedOut = 0
  refused = 0
  readonly acquireMs: TimeHistogram = new TimeHistogram()
  readonly queryMs: TimeHistogram = new TimeHistogram()
  readonly #opened: Record<OpenReason, number> = zeros(openReasons)
  readonly #closed: Record<CloseReason, number> = zeros(closeReasons)

  opened(reason: OpenReason): void {
    this.#opened[reason]++
  }

  closed(reason: CloseReason): void {
    this.#closed[reason]++
  }

  get snapshot(): PoolTotals {
    const { failed, timedOut, refused, acquireMs, queryMs } = this
    return {
      opened: openReasons.reduce((sum, reason) => sum + this.#opened[reason], 0),
      openedFor: { ...this.#opened },
      failed,
      closed: { ...this.#closed },
      timedOut,
      refused,
      acquireMs: acquireMs.snapshot,
      queryMs: queryMs.snapshot,
    }
  }
}

function zeros<Reason extends string>(reasons: readonly Reason[]): Record<Reason, number> {
  return Object.fromEntries(reasons.map((reason) => [reason, 0])) as Record<Reason, number>
}
