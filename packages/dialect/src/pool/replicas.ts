/**
 * The replicas of a pool, each with connections of its own: which of them a read goes to, and where to when one has failed.
 * It knows no verb, and never sends anything again that has been sent.
 */
import type { Connection } from '../client/connection.ts'
import type { ConnectionSettings } from '../config/connection-settings.ts'
import type { Pool } from './pool.ts'
import { readsElsewhere } from './replica-failure.ts'
import type { ReplicaState } from './replica-state.ts'

/** The connections to one replica are a pool like any other. */
interface Replica {
  readonly pool: Pool
  /** Somebody is trying to open a connection, for which no read waits. */
  reviving: boolean
}

export class Replicas {
  readonly #replicas: readonly Replica[]
  readonly #fallback: boolean
  /** The first one that the next read looks at. */
  #turn = 0

  /** `fallback`: where no replica is left, reads go to the primary. */
  constructor(
    servers: readonly ConnectionSettings[],
    fallback: boolean,
    open: (server: ConnectionSettings, replaceable: boolean) => Pool,
  ) {
    const replaceable = fallback || servers.length > 1
    this.#replicas = servers.map((server) => ({ pool: open(server, replaceable), reviving: false }))
    this.#fallback = fallback || servers.length === 0
  }

  get pools(): readonly Pool[] {
    return this.#replicas.map(({ pool }) => pool)
  }

  /** Takes back a connection that may be one of theirs. */
  giveBack(connection: Connection): void {
    for (const { pool } of this.#replicas) pool.giveBack(connection)
  }

  get states(): readonly ReplicaState[] {
    return this.#replicas.map(({ pool }) => {
      const { address, stats, totals } = pool
      return { host: address.host, port: address.port, available: isAvailable(pool), stats, totals }
    })
  }

  /**
   * Runs `read` on the replica with the least to do. What fails there before it was sent, because the replica is out of reach,
   * goes to the next one, and at last to `primary`; or without the fallback to those that could not be reached before.
   */
  async run<Result>(read: (replica: Pool) => Promise<Result>, primary: () => Promise<Result>): Promise<Result> {
    const failed = new Set<Replica>()
    for (;;) {
      const replica = this.#choose(failed)
      if (replica === null) return await primary()
      try {
        return await read(replica.pool)
      } catch (error) {
        failed.add(replica)
        const last = !this.#fallback && failed.size === this.#replicas.length
        if (last || replica.pool.closed || !readsElsewhere(error, replica.pool.stats.size > 0)) throw error
      }
    }
  }

  /** Opens the connections that are kept. One that cannot be reached is passed over, unless reads could go nowhere then. */
  async warmUp(): Promise<void> {
    const warm = await Promise.allSettled(this.#replicas.map(({ pool }) => pool.warmUp()))
    const failures = warm.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
    const serious = failures.find((error) => !readsElsewhere(error, false))
    const nobody = !this.#fallback && failures.length === warm.length
    if (serious !== undefined || nobody) throw serious ?? failures[0]
  }

  /** Null for the primary. */
  #choose(failed: ReadonlySet<Replica>): Replica | null {
    const replicas = this.#replicas
    let chosen: Replica | null = null
    let unavailable: Replica | null = null
    for (let offset = 0; offset < replicas.length; offset++) {
      const replica = replicas[(this.#turn + offset) % replicas.length]!
      if (failed.has(replica)) continue
      if (!isAvailable(replica.pool)) {
        unavailable ??= replica
        if (this.#fallback || replicas.length > 1) void revive(replica)
      } else if (chosen === null || replica.pool.load < chosen.pool.load) chosen = replica
    }
    this.#turn++
    return chosen ?? (this.#fallback ? null : unavailable)
  }
}

/** What is wrong with it, other than that it is out of reach, whoever reads has to know. */
function isAvailable({ failure }: Pool): boolean {
  return failure === null || !readsElsewhere(failure, false)
}

/** Tries to open a connection, when the pauses of an outage let it, while reads go elsewhere. Never rejects. */
async function revive(replica: Replica): Promise<void> {
  if (replica.reviving || replica.pool.closed) return
  replica.reviving = true
  try {
    await replica.pool.warmUp()
  } catch {
    // The next read that passes it over has it tried again.
  } finally {
    replica.reviving = false
  }
}
