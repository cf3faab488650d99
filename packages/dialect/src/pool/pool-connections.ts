import { Connection } from '../client/connection.ts'
import { timerDelay } from '../client/time-limit.ts'
import type { ConnectionSettings } from '../config/connection-settings.ts'
import type { Catalog } from '../connection/catalog.ts'
import type { ServerEvents } from '../connection/server-events.ts'
import { withCallerStack } from '../errors/caller-stack.ts'
import { PoolClosedError, PoolTimeoutError } from '../errors/pool-error.ts'
import { cleanForReuse } from './clean-for-reuse.ts'
import { copyError } from './copy-error.ts'
import { cutConnection } from './cut-connection.ts'
import { IdleConnections } from './idle-connections.ts'
import { Lane } from './lane.ts'
import { Lanes } from './lanes.ts'
import type { Pace } from './pace.ts'
import type { PoolSettings } from './pool-options.ts'
import type { PoolStats } from './pool-stats.ts'
import { waitInLine } from './wait-in-line.ts'
import { type Waiter, Waiters } from './waiters.ts'

/** How long the server may take to hang up on a connection that has nothing to do. */
const GOODBYE_TIMEOUT_MS = 1_000

/** How long a pool takes to replace a lost one of its `min` connections, and to try again for one that nobody waits for. */
const REFILL_DELAY_MS = 500

/** What a pool's connections have in common. */
export interface PoolServer {
  readonly settings: ConnectionSettings
  readonly catalog: Catalog
  readonly events: Pick<ServerEvents, 'notice' | 'notification'>
}

/** The connections of a pool: who has which, who waits, and when there are to be more or fewer of them. */
export class PoolConnections {
  readonly #server: PoolServer
  readonly #settings: PoolSettings
  readonly #open = new Map<Connection, Lane>()
  readonly #idle: IdleConnections<Lane>
  readonly #lanes = new Lanes()
  /** Closed for their age, and not gone yet: the server still counts them. */
  readonly #retiring = new Set<Connection>()
  /** Those who want a connection alone. */
  readonly #waiters = new Waiters<Lane>()
  /** Statements that would share one. */
  readonly #riders = new Waiters<Lane>()
  #connecting = 0
  #closing: Promise<void> | null = null
  /** Aborted when nobody waits any more for a connection that is still being opened. */
  readonly #shut = new AbortController()
  #drained: (() => void) | null = null
  #refill: NodeJS.Timeout | null = null
  #grownInVain = Number.NEGATIVE_INFINITY

  constructor(server: PoolServer, settings: PoolSettings) {
    this.#server = server
    this.#settings = settings
    this.#idle = new IdleConnections(settings.idleTimeoutMs, (lane) => this.#expire(lane))
  }

  get stats(): PoolStats {
    const size = this.#open.size
    const idle = this.#idle.size
    return { size, idle, busy: size - idle, connecting: this.#connecting, waiting: this.#waiting }
  }

  /** Lends a connection, until `giveBack`. */
  async take(signal?: AbortSignal): Promise<Connection> {
    this.#requireOpen()
    signal?.throwIfAborted()
    const idle = this.takeIdle()
    if (idle !== null) return idle
    const lane = await this.#wait(this.#waiters, null, signal)
    // Not before it has arrived: whoever gives it back twice in a row must not give it to two of those who wait.
    lane.borrowed = true
    return lane.connection
  }

  /** `take` without a wait; null when no connection is idle. */
  takeIdle(): Connection | null {
    if (this.#closing !== null) return null
    // While anybody waits, none is idle.
    const lane = this.#idle.take()
    if (lane === null) return null
    lane.borrowed = true
    return lane.connection
  }

  /** Never throws; a connection that cannot be reused is dropped, and one that nobody has borrowed is left where it is. */
  giveBack(connection: Connection): void {
    const lane = this.#open.get(connection)
    if (lane === undefined || !lane.borrowed) return
    lane.borrowed = false
    this.#vacate(lane)
  }

  /** Has a statement share a connection, until `alight`. Null when it has to wait for one. */
  board(pace: Pace): Lane | null {
    if (this.#closing !== null) return null
    const idle = this.#idle.take()
    if (idle !== null) {
      this.#share(idle, pace)
      return idle
    }
    if (this.#riders.length > 0) return null
    const lane = this.#lanes.find()
    if (lane === null) return null
    lane.board(pace)
    this.#grow()
    return lane
  }

  /** `board` with the wait. */
  async boardLater(pace: Pace, signal: AbortSignal | undefined): Promise<Lane> {
    this.#requireOpen()
    signal?.throwIfAborted()
    return this.#wait(this.#riders, pace, signal)
  }

  /** The end of a statement that has shared a connection. Gives the milliseconds that it took, if they are known. */
  alight(lane: Lane, place: number, answered: boolean): number | null {
    const ms = lane.alight(place, answered)
    if (lane.riders === 0) {
      this.#lanes.remove(lane)
      this.#vacate(lane)
    } else if (this.#riders.length > 0) this.#boardWaiting()
    return ms
  }

  /** The lane of a connection that is open. */
  laneOf(connection: Connection): Lane | undefined {
    return this.#open.get(connection)
  }

  get closed(): boolean {
    return this.#closing !== null
  }

  /** Lets what runs and waits finish within `timeoutMs`, then closes all connections. Always resolves. */
  close(timeoutMs: number): Promise<void> {
    this.#closing ??= this.#close(timeoutMs)
    return this.#closing
  }

  get #waiting(): number {
    return this.#waiters.length + this.#riders.length
  }

  #requireOpen(): void {
    if (this.#closing !== null) throw new PoolClosedError('The pool is closed')
  }

  async #wait(waiters: Waiters<Lane>, pace: Pace | null, signal: AbortSignal | undefined): Promise<Lane> {
    const timeoutMs = this.#settings.acquireTimeoutMs
    const served = waitInLine(waiters, pace, { timeoutMs, timeoutError: () => this.#timeoutError(), signal })
    this.#lanes.seal(this.#waiters.length)
    this.#connectAsNeeded()
    try {
      return await served
    } catch (error) {
      throw signal !== undefined && error === signal.reason ? error : withCallerStack(error)
    }
  }

  #timeoutError(): PoolTimeoutError {
    const { max, acquireTimeoutMs } = this.#settings
    const { busy, connecting, waiting } = this.stats
    return new PoolTimeoutError(
      `No connection became free within ${acquireTimeoutMs} ms: of at most ${max}, ${busy} are in use and ` +
        `${connecting} are being opened, and ${waiting} calls are waiting`,
    )
  }

  get #total(): number {
    return this.#open.size + this.#retiring.size + this.#connecting
  }

  #connectAsNeeded(): void {
    const { max, min } = this.#settings
    const wanted = (): boolean => this.#waiting > this.#connecting || this.#total < min
    while (this.#total < max && wanted()) void this.#connect()
  }

  /** Connections are shared although there could be more of them: one after the other, as nobody waits. */
  #grow(): void {
    if (this.#connecting > 0 || this.#total >= this.#settings.max) return
    if (performance.now() - this.#grownInVain > REFILL_DELAY_MS) void this.#connect()
  }

  async #connect(): Promise<void> {
    this.#connecting++
    const { settings, catalog, events } = this.#server
    let connection: Connection | undefined
    try {
      const closed = (): void => this.#lost(connection)
      connection = await Connection.open(settings, catalog, { ...events, closed }, this.#shut.signal)
    } catch (error) {
      this.#connecting--
      this.#connectFailed(error)
      return
    }
    this.#connecting--
    if (this.#shut.signal.aborted) {
      connection.terminate()
    } else if (connection.closed) {
      // The server has hung up right behind the login; what a query says of that is what there is to say.
      connection.query('').catch((error: unknown) => this.#connectFailed(error))
    } else {
      const lane = new Lane(connection)
      this.#open.set(connection, lane)
      this.#reuse(lane)
    }
  }

  /** With no other connection to hope for, everybody who waits learns why; otherwise only the one it was opened for. */
  #connectFailed(error: unknown): void {
    this.#grownInVain = performance.now()
    if (this.#open.size === 0 && this.#connecting === 0) {
      this.#waiters.rejectAll(() => copyError(error))
      this.#riders.rejectAll(() => copyError(error))
    } else if (this.#waiting > this.#connecting) this.#earliest()?.take()?.reject(error)
    this.#checkDrained()
  }

  /** Nobody is on it any more. */
  #vacate(lane: Lane): void {
    const { connection } = lane
    if (connection.closed) this.#drop(connection)
    else if (connection.idle && connection.transactionStatus === 'I' && !connection.listening) this.#reuse(lane)
    else {
      void cleanForReuse(connection).then((clean) => {
        if (clean && !connection.closed) this.#reuse(lane)
        else this.#drop(connection)
      })
    }
  }

  #reuse(lane: Lane): void {
    lane.sealed = false
    const waiters = this.#earliest()
    const waiter = waiters?.take() ?? null
    if (waiter === null) this.#idle.add(lane)
    else if (waiter.pace === null) waiter.resolve(lane)
    else {
      this.#share(lane, waiter.pace)
      waiter.resolve(lane)
      this.#boardWaiting()
      // Nor do those who share overtake for ever who wants one alone.
      this.#lanes.seal(this.#waiters.length)
    }
    this.#checkDrained()
  }

  /** The line with the one who has waited longest. */
  #earliest(): Waiters<Lane> | null {
    const { first: waiter } = this.#waiters
    const { first: rider } = this.#riders
    if (waiter === null || rider === null)
      return waiter === null ? (rider === null ? null : this.#riders) : this.#waiters
    return waiter.order < rider.order ? this.#waiters : this.#riders
  }

  #share(lane: Lane, pace: Pace): void {
    lane.board(pace)
    this.#lanes.add(lane)
  }

  /** Whoever waits to share gets on where there is room. */
  #boardWaiting(): void {
    for (let lane = this.#lanes.find(); lane !== null; lane = this.#lanes.find()) {
      const rider: Waiter<Lane> | null = this.#riders.take()
      if (rider === null) return
      lane.board(rider.pace!)
      rider.resolve(lane)
    }
  }

  /** The connection died while it was idle or in use. Whoever uses it has been told by its queries. */
  #lost(connection: Connection | undefined): void {
    const lane = connection === undefined ? undefined : this.#open.get(connection)
    if (lane !== undefined && this.#idle.remove(lane)) this.#drop(lane.connection)
  }

  #expire({ connection }: Lane): boolean {
    if (this.#open.size <= this.#settings.min) return false
    this.#open.delete(connection)
    this.#retiring.add(connection)
    void connection.close({ timeoutMs: GOODBYE_TIMEOUT_MS }).then(() => {
      this.#retiring.delete(connection)
      this.#gone()
    })
    return true
  }

  #drop(connection: Connection): void {
    if (!this.#open.delete(connection)) return
    connection.terminate()
    this.#gone()
  }

  #gone(): void {
    if (this.#waiting > 0) this.#connectAsNeeded()
    else if (this.#closing === null) this.#refillLater()
    this.#checkDrained()
  }

  /** Nobody waits for these, and a server that hangs up on idle connections must not be kept busy with opening them. */
  #refillLater(): void {
    if (this.#refill !== null || this.#open.size >= this.#settings.min) return
    this.#refill = setTimeout(() => {
      this.#refill = null
      if (this.#closing === null) this.#connectAsNeeded()
    }, REFILL_DELAY_MS)
    this.#refill.unref()
  }

  #checkDrained(): void {
    const { busy, connecting, waiting } = this.stats
    if (busy + connecting + waiting + this.#retiring.size === 0) this.#drained?.()
  }

  async #close(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#drained = resolve
      timer = setTimeout(resolve, timerDelay(timeoutMs))
      this.#checkDrained()
    })
    clearTimeout(timer)
    this.#shut.abort()
    for (const waiters of [this.#waiters, this.#riders]) {
      waiters.rejectAll(() => new PoolClosedError('The pool was closed while the call waited for a connection'))
    }
    this.#idle.stop()
    const connections = [...this.#open.keys()]
    await Promise.all(
      connections.map((connection) =>
        connection.idle ? connection.close({ timeoutMs: GOODBYE_TIMEOUT_MS }) : cutConnection(connection),
      ),
    )
    this.#open.clear()
  }
}
