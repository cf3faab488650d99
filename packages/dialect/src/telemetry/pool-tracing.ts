import { acquireChannel, releaseChannel } from './channels.ts'
import type { Noting } from './trace-channel.ts'
import type { AcquireTrace, TracedConnection, TracedPool } from './traces.ts'

/** Tells telemetry who takes a pool's connections, and gives them back. Ask `active` first: then nobody pays for nothing. */
export class PoolTracing {
  readonly #pool: TracedPool
  readonly #borrowedAt = new WeakMap<TracedConnection, number>()

  constructor(pool: TracedPool) {
    this.#pool = pool
  }

  /** Whether anybody wants to know. */
  get active(): boolean {
    return acquireChannel.hasSubscribers || releaseChannel.hasSubscribers
  }

  /** A connection was there at once. */
  acquired(connection: TracedConnection): void {
    acquireChannel.begin(this.#newTrace(false, connection)).succeed()
    this.#borrowed(connection)
  }

  /** Somebody waits for a connection of their own, or for room on one that is shared. */
  waiting<Taken extends { readonly connection: { readonly traced: TracedConnection } }>(
    wait: () => Promise<Taken>,
    alone: boolean,
  ): Promise<Taken> {
    const trace = this.#newTrace(true, undefined)
    return acquireChannel.call(trace, wait, (taken) => {
      trace.connection = taken?.connection.traced
      if (alone && trace.connection !== undefined) this.#borrowed(trace.connection)
    })
  }

  released(connection: TracedConnection): void {
    if (!releaseChannel.hasSubscribers) return
    const since = this.#borrowedAt.get(connection)
    this.#borrowedAt.delete(connection)
    const heldMs = since === undefined ? undefined : performance.now() - since
    releaseChannel.publish({ pool: this.#pool, connection, heldMs })
  }

  #borrowed(connection: TracedConnection): void {
    if (releaseChannel.hasSubscribers) this.#borrowedAt.set(connection, performance.now())
  }

  #newTrace(waited: boolean, connection: TracedConnection | undefined): Noting<AcquireTrace> {
    return { pool: this.#pool, waited, connection, durationMs: undefined, error: undefined }
  }
}
