import { closeChannel, openChannel, outageChannel } from './channels.ts'
import type { CloseReason, OpenReason } from './pool-reasons.ts'
import type { Begun, Noting } from './trace-channel.ts'
import type { OpenTrace, OutageTrace, TracedConnection, TracedPool } from './traces.ts'

/** What is told of a connection that a pool is done with. */
export interface TracedEnd {
  readonly connection: { readonly traced: TracedConnection; readonly lossError: Error | null }
  /** By the clock of `performance`. */
  readonly openedAt: number
  readonly uses: number
}

/** Tells telemetry why a pool opens and closes connections, and while it cannot open any. */
export class SupplyTracing {
  readonly #pool: TracedPool
  #outage: { readonly trace: Noting<OutageTrace>; readonly begun: Begun } | null = null

  constructor(pool: TracedPool) {
    this.#pool = pool
  }

  /** A connection is being opened by `open`. */
  opening<Opened extends { readonly traced: TracedConnection }>(
    reason: OpenReason,
    open: () => Promise<Opened>,
  ): Promise<Opened> {
    if (!openChannel.hasSubscribers) return open()
    const ending = { durationMs: undefined, error: undefined }
    const trace: Noting<OpenTrace> = { pool: this.#pool, reason, connection: undefined, ...ending }
    return openChannel.call(trace, open, (opened) => {
      trace.connection = opened?.traced
    })
  }

  closed({ connection, openedAt, uses }: TracedEnd, reason: CloseReason): void {
    if (!closeChannel.hasSubscribers) return
    const { traced, lossError } = connection
    const ageMs = performance.now() - openedAt
    closeChannel.publish({ pool: this.#pool, connection: traced, reason, error: lossError ?? undefined, ageMs, uses })
  }

  /** An attempt has failed for which the server is to blame, or the way to it. */
  failed(failure: unknown): void {
    if (this.#outage !== null) {
      this.#outage.trace.failures++
      this.#outage.trace.failure = failure
    } else if (outageChannel.hasSubscribers) {
      const trace = { pool: this.#pool, failures: 1, failure, durationMs: undefined, error: undefined }
      this.#outage = { trace, begun: outageChannel.begin(trace) }
    }
  }

  /** An attempt has succeeded, or none will be made any more. */
  recovered(): void {
    const outage = this.#outage
    this.#outage = null
    outage?.begun.succeed()
  }
}
