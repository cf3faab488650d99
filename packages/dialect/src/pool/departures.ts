import type { Connection } from '../client/connection.ts'
import type { CloseReason } from '../telemetry/pool-reasons.ts'
import type { SupplyTracing, TracedEnd } from '../telemetry/supply-tracing.ts'
import { cutConnection } from './cut-connection.ts'
import type { IdleConnections } from './idle-connections.ts'
import type { Lane } from './lane.ts'
import { lifetimeOfOne } from './lifetime.ts'
import type { PoolSettings } from './pool-options.ts'
import type { PoolCounters } from './pool-totals.ts'

/** How long the server may take to hang up on a connection that has nothing to do. */
const GOODBYE_TIMEOUT_MS = 1_000

/** What the departures concern. */
export interface Staying {
  /** The connections that there are. */
  readonly open: Map<Connection, Lane>
  readonly idle: IdleConnections<Lane>
  readonly counters: PoolCounters
  readonly tracing: SupplyTracing
  /** The server has hung up on one that was closed in order. */
  retired(): void
  /** There is one less that was of no use any more. */
  dropped(): void
}

/** How connections leave a pool: dismissed once nobody is on them, dropped when nobody can use them, closed with the pool. */
export class Departures {
  readonly #settings: PoolSettings
  readonly #staying: Staying
  /** Closed by the pool, and not gone yet: the server still counts them. */
  readonly #retiring = new Set<Connection>()

  constructor(settings: PoolSettings, staying: Staying) {
    this.#settings = settings
    this.#staying = staying
  }

  /** Connections on which the server is to hang up. */
  get pending(): number {
    return this.#retiring.size
  }

  /** Has a connection closed when it is too old. */
  limitLifetime(lane: Lane): void {
    const { maxLifetimeMs } = this.#settings
    if (maxLifetimeMs === 0) return
    lane.age = setTimeout(() => this.dismiss(lane, 'lifetime'), lifetimeOfOne(maxLifetimeMs))
    lane.age.unref()
  }

  /** Has a connection closed, as soon as nobody is on it. */
  dismiss(lane: Lane, reason: CloseReason): void {
    lane.leaving ??= reason
    lane.sealed = true
    if (this.#staying.idle.remove(lane)) this.retire(lane, reason)
  }

  dismissAll(reason: CloseReason): void {
    for (const lane of this.#staying.open.values()) this.dismiss(lane, reason)
  }

  /** One was idle for long. False when it is kept. */
  expireIdle(lane: Lane): boolean {
    if (this.#staying.open.size <= this.#settings.min) return false
    this.retire(lane, 'idle')
    return true
  }

  /** Closes one in order on which nobody is. */
  retire(lane: Lane, reason: CloseReason): void {
    const { connection } = lane
    this.#forget(lane, reason)
    this.#retiring.add(connection)
    void connection.close({ timeoutMs: GOODBYE_TIMEOUT_MS }).then(() => {
      this.#retiring.delete(connection)
      this.#staying.retired()
    })
  }

  /** Is done with one that nobody can use any more. */
  drop(lane: Lane, reason: CloseReason): void {
    if (!this.#staying.open.has(lane.connection)) return
    this.#forget(lane, lane.leaving ?? reason)
    lane.connection.terminate()
    this.#staying.dropped()
  }

  /** One has died. If somebody uses it, its queries tell them, and it is dropped when it comes back. */
  lost(connection: Connection): void {
    const lane = this.#staying.open.get(connection)
    if (lane !== undefined && this.#staying.idle.remove(lane)) this.drop(lane, 'lost')
  }

  /** Closes what is left, whoever is on it. Always resolves. */
  async closeAll(): Promise<void> {
    const { open } = this.#staying
    const lanes = [...open.values()]
    for (const lane of lanes) lane.leaving ??= 'closed'
    await Promise.all(
      lanes.map(({ connection }) =>
        connection.idle ? connection.close({ timeoutMs: GOODBYE_TIMEOUT_MS }) : cutConnection(connection),
      ),
    )
    for (const lane of lanes) if (open.has(lane.connection)) this.#forget(lane, 'closed')
  }

  /** One is gone, also one that never was among the others. */
  count(end: TracedEnd, reason: CloseReason): void {
    this.#staying.counters.closed(reason)
    this.#staying.tracing.closed(end, reason)
  }

  #forget(lane: Lane, reason: CloseReason): void {
    this.#staying.open.delete(lane.connection)
    clearTimeout(lane.age)
    this.count(lane, reason)
  }
}
