/**
 * When a pool opens connections: for those who wait, for those that it keeps, and while the ones that there are do not
 * suffice. Whether an attempt may be made says `outage.ts`, and who gets a connection `pool-connections.ts`.
 */
import { Connection } from '../client/connection.ts'
import type { ConnectionSettings } from '../config/connection-settings.ts'
import type { Catalog } from '../connection/catalog.ts'
import type { ServerEvents } from '../connection/server-events.ts'
import { withCallerStack } from '../errors/caller-stack.ts'
import type { OpenReason } from '../telemetry/pool-reasons.ts'
import type { SupplyTracing } from '../telemetry/supply-tracing.ts'
import { copyError } from './copy-error.ts'
import { Departures } from './departures.ts'
import type { IdleChecks } from './idle-checks.ts'
import type { IdleConnections } from './idle-connections.ts'
import { introduce } from './introduce.ts'
import { Lane } from './lane.ts'
import { Later } from './later.ts'
import { Outage } from './outage.ts'
import { isPassingFailure } from './passing-failure.ts'
import type { PoolSettings } from './pool-options.ts'
import type { PoolCounters } from './pool-totals.ts'
import type { WaitingLines } from './waiting-lines.ts'
import { WarmUps } from './warm-ups.ts'

/** How long a pool takes to replace a lost one of its `min` connections, and to try again for one that nobody waits for. */
const REFILL_DELAY_MS = 500

/** What a pool's connections have in common. */
export interface PoolServer {
  readonly settings: ConnectionSettings
  readonly catalog: Catalog
  readonly events: Pick<ServerEvents, 'notice' | 'notification'>
  /** Whoever waits for it can go elsewhere: a server that starts, or is full, is not waited for. */
  readonly replaceable: boolean
}

/** What the supply has to know of those who use it. */
export interface Demand {
  readonly counters: PoolCounters
  readonly tracing: SupplyTracing
  readonly idle: IdleConnections<Lane>
  readonly lines: WaitingLines
  readonly checks: IdleChecks
  /** There is one more, on which nobody is yet. */
  arrived(lane: Lane): void
  /** There is one less, or one was not to be had. */
  settled(): void
}

/** A connection that is to become one of the pool's. */
interface Newcomer {
  readonly reason: OpenReason
  /** Undefined until it has logged in. */
  connection: Connection | undefined
  openedAt: number
}

export class ConnectionSupply {
  /** The connections that there are. */
  readonly open: Map<Connection, Lane> = new Map()
  readonly departures: Departures
  readonly #server: PoolServer
  readonly #settings: PoolSettings
  readonly #demand: Demand
  readonly #outage = new Outage()
  #failure: Error | null = null
  #connecting = 0
  /** How often all connections were to be replaced. */
  #epoch = 0
  readonly #warmUps = new WarmUps()
  /** Whether there is more to open than what somebody waits for. */
  #keeping = true
  /** Aborted when nobody waits any more for a connection that is still being opened. */
  readonly #shut = new AbortController()
  /** For those that nobody waits for, and behind the pause that a failure leads to. */
  readonly #refill = new Later(() => this.connectAsNeeded())
  readonly #retry = new Later(() => this.connectAsNeeded())
  #grownInVain = Number.NEGATIVE_INFINITY

  constructor(server: PoolServer, settings: PoolSettings, demand: Demand) {
    this.#server = server
    this.#settings = settings
    this.#demand = demand
    const { counters, tracing, idle } = demand
    const dropped = (): void => this.#gone()
    const retired = (): void => {
      if (this.#keeping) this.connectAsNeeded()
      this.#gone()
    }
    this.departures = new Departures(settings, { open: this.open, idle, counters, tracing, retired, dropped })
  }

  get connecting(): number {
    return this.#connecting
  }

  /** Why the last attempt to open one has failed; null once one has succeeded. */
  get failure(): Error | null {
    return this.#failure
  }

  /** Resolves once there are as many connections as are kept, and at least one. Rejects when one cannot be opened. */
  async warmUp(): Promise<void> {
    if (this.#warm) return
    const warm = this.#warmUps.wait()
    this.connectAsNeeded()
    try {
      await warm
    } catch (error) {
      throw withCallerStack(error)
    }
  }

  /** Serves those who wait: with idle ones that have to be asked first, and with new ones as far as there may be more. */
  connectAsNeeded(): void {
    this.#demand.checks.askForWaiting(this.#connecting)
    while (this.#total < this.#settings.max) {
      const reason = this.#needed()
      if (reason === null) return
      if (!this.#outage.admits(this.#connecting)) {
        this.#connectLater()
        return
      }
      void this.#connect(reason)
    }
  }

  /** Connections are shared although there could be more of them: one after the other, as nobody waits. */
  grow(): void {
    if (this.#connecting > 0 || this.#total >= this.#settings.max) return
    const due = performance.now() - this.#grownInVain > REFILL_DELAY_MS
    if (due && this.#outage.admits(0)) void this.#connect('shared')
  }

  /** Has every connection that is open now replaced as soon as nobody uses it, and those that are being opened as well. */
  expire(): void {
    this.#epoch++
    this.departures.dismissAll('expired')
  }

  /** The server of one is not what was asked for any more: all are replaced, so that the next ones go through all hosts. */
  demote(lane: Lane): void {
    if (lane.leaving !== null) return
    lane.leaving = 'demoted'
    this.expire()
  }

  /** From now on nothing is opened but what somebody waits for. */
  stopKeeping(): void {
    this.#keeping = false
  }

  /** Opens nothing any more, and gives up what is being opened. */
  shut(error: () => Error): void {
    this.#shut.abort()
    for (const later of [this.#retry, this.#refill]) later.stop()
    this.#warmUps.rejectAll(error)
    this.#demand.tracing.recovered()
  }

  get #warm(): boolean {
    return this.open.size >= Math.max(this.#settings.min, 1)
  }

  get #total(): number {
    return this.open.size + this.departures.pending + this.#connecting
  }

  /** What one more would be for; null when none is needed. */
  #needed(): OpenReason | null {
    const { lines, checks } = this.#demand
    if (lines.length > this.#connecting + checks.promised) return 'waiting'
    const kept = Math.max(this.#settings.min, Math.min(this.#warmUps.length, 1))
    return this.#keeping && this.#total < kept ? 'kept' : null
  }

  /** After the pause that a failure leads to. Behind it, those that are on their way see to the rest. */
  #connectLater(): void {
    const { pauseMs } = this.#outage
    // It may be over since it was last looked at: with none on its way, nobody else would come back to this.
    if (pauseMs === 0 && this.#connecting > 0) return
    const awaited = this.#demand.lines.length + this.#warmUps.length > 0
    this.#retry.schedule(pauseMs, awaited && !this.#settings.unref)
  }

  async #connect(reason: OpenReason): Promise<void> {
    this.#connecting++
    const epoch = this.#epoch
    const newcomer: Newcomer = { reason, connection: undefined, openedAt: 0 }
    let connection: Connection
    try {
      connection = await this.#demand.tracing.opening(reason, () => this.#bringIn(newcomer))
    } catch (error) {
      this.#connecting--
      this.#connectFailed(error, newcomer)
      return
    }
    this.#connecting--
    if (this.#shut.signal.aborted) this.#turnAway(newcomer)
    else this.#add(connection, newcomer.openedAt, epoch)
  }

  async #bringIn(newcomer: Newcomer): Promise<Connection> {
    const { settings, catalog, events } = this.#server
    const closed = (): void => {
      if (newcomer.connection !== undefined) this.departures.lost(newcomer.connection)
    }
    const connection = await Connection.open(settings, catalog, { ...events, closed }, this.#shut.signal)
    newcomer.connection = connection
    newcomer.openedAt = performance.now()
    this.#demand.counters.opened(newcomer.reason)
    await introduce(connection, this.#settings, this.#shut.signal)
    return connection
  }

  #add(connection: Connection, openedAt: number, epoch: number): void {
    this.#outage.succeeded()
    this.#demand.tracing.recovered()
    this.#failure = null
    const lane = new Lane(connection, openedAt, !this.#settings.unref)
    this.open.set(connection, lane)
    if (epoch !== this.#epoch) lane.leaving = 'expired'
    this.departures.limitLifetime(lane)
    this.#demand.checks.start()
    this.#demand.arrived(lane)
    if (this.#warm) this.#warmUps.resolveAll()
    this.connectAsNeeded()
  }

  /** With no other connection to hope for, everybody who waits learns why. */
  #connectFailed(error: unknown, newcomer: Newcomer): void {
    this.#grownInVain = performance.now()
    // Where the connection stands, a hook is to blame, and not the server.
    if (newcomer.connection?.closed !== false && !this.#shut.signal.aborted) {
      this.#outage.failed()
      this.#demand.tracing.failed(error)
    }
    this.#turnAway(newcomer)
    this.#failure = error instanceof Error ? error : null
    const final = this.#server.replaceable || !isPassingFailure(error)
    if (final && this.open.size === 0 && this.#connecting === 0) {
      this.#demand.lines.rejectAll(() => copyError(error))
    }
    this.#warmUps.rejectAll(() => copyError(error))
    this.#gone()
  }

  /** It becomes none of the pool's. */
  #turnAway({ connection, openedAt }: Newcomer): void {
    if (connection === undefined) {
      this.#demand.counters.failed++
      return
    }
    const reason = connection.closed ? 'lost' : this.#shut.signal.aborted ? 'closed' : 'hook'
    this.departures.count({ connection, openedAt, uses: 0 }, reason)
    connection.terminate()
  }

  #gone(): void {
    if (this.#demand.lines.length > 0) this.connectAsNeeded()
    else if (this.#keeping) this.#refillLater()
    this.#demand.settled()
  }

  /** Nobody waits for these, and a server that hangs up on idle connections must not be kept busy with opening them. */
  #refillLater(): void {
    if (this.open.size < this.#settings.min) this.#refill.schedule(REFILL_DELAY_MS, false)
  }
}
