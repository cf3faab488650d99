/**
 * Who has which connection of a pool, and who waits: lending them, sharing them, and taking them back. When there are to be
 * more of them is the business of `connection-supply.ts`, and how they go that of `departures.ts`.
 */
import type { Connection } from '../client/connection.ts'
import { timerDelay } from '../client/timer-delay.ts'
import { withCallerStack } from '../errors/caller-stack.ts'
import { PoolClosedError, PoolExhaustedError } from '../errors/pool-error.ts'
import { PoolTracing } from '../telemetry/pool-tracing.ts'
import { SupplyTracing } from '../telemetry/supply-tracing.ts'
import { type Cleaning, cleanForReuse, isClean } from './clean-for-reuse.ts'
import { ConnectionSupply, type PoolServer } from './connection-supply.ts'
import type { Departures } from './departures.ts'
import { IdleChecks } from './idle-checks.ts'
import { IdleConnections } from './idle-connections.ts'
import type { Lane } from './lane.ts'
import { Lanes } from './lanes.ts'
import { LeakWatch } from './leak-watch.ts'
import type { Pace } from './pace.ts'
import { runHook } from './pool-hooks.ts'
import type { PoolSettings } from './pool-options.ts'
import type { PoolStats } from './pool-stats.ts'
import { PoolCounters } from './pool-totals.ts'
import { refuse } from './refuse.ts'
import { timeoutError } from './timeout-error.ts'
import { tracedPool } from './traced-pool.ts'
import { waitInLine } from './wait-in-line.ts'
import type { Waiter, Waiters } from './waiters.ts'
import { WaitingLines } from './waiting-lines.ts'

export class PoolConnections {
  readonly counters: PoolCounters = new PoolCounters()
  readonly #settings: PoolSettings
  /** After somebody who had a connection alone, and after statements that have shared it. */
  readonly #cleaning: Cleaning
  readonly #cleaningShared: Cleaning
  readonly #supply: ConnectionSupply
  readonly #departures: Departures
  readonly #open: ReadonlyMap<Connection, Lane>
  readonly #idle: IdleConnections<Lane>
  readonly #checks: IdleChecks
  readonly #lanes = new Lanes()
  readonly #lines = new WaitingLines()
  readonly #waiters: Waiters<Lane> = this.#lines.waiters
  readonly #riders: Waiters<Lane> = this.#lines.riders
  readonly #leaks: LeakWatch
  readonly #tracing: PoolTracing
  #closing: Promise<void> | null = null
  #drained: (() => void) | null = null

  constructor(server: PoolServer, settings: PoolSettings) {
    this.#settings = settings
    this.#cleaning = { ...settings, alone: true }
    this.#cleaningShared = { ...settings, alone: false }
    this.#leaks = new LeakWatch(settings.leakDetectionMs)
    const traced = tracedPool(server.settings, settings, () => this.stats)
    this.#tracing = new PoolTracing(traced)
    this.#idle = new IdleConnections(settings.idleTimeoutMs, (lane) => this.#departures.expireIdle(lane))
    this.#checks = new IdleChecks(this.#idle, this.#lines, settings, {
      wanted: (lane) => this.#reuse(lane),
      rested: () => this.#checkDrained(),
      silent: (lane, reason) => this.#departures.drop(lane, reason),
    })
    this.#supply = new ConnectionSupply(server, settings, {
      counters: this.counters,
      tracing: new SupplyTracing(traced),
      idle: this.#idle,
      lines: this.#lines,
      checks: this.#checks,
      // A hook may have left it in the middle of something.
      arrived: (lane) => this.#vacate(lane, this.#cleaningShared),
      settled: () => this.#checkDrained(),
    })
    this.#open = this.#supply.open
    this.#departures = this.#supply.departures
  }

  get stats(): PoolStats {
    const size = this.#open.size
    const idle = this.#idle.size
    return { size, idle, busy: size - idle, connecting: this.#supply.connecting, waiting: this.#lines.length }
  }

  /** Lends a connection, until `giveBack`. */
  async take(signal?: AbortSignal): Promise<Connection> {
    if (this.#closing !== null) await refuse(closedError())
    signal?.throwIfAborted()
    const leak = this.#leaks.on ? this.#leaks.warning() : null
    const idle = this.#takeFresh()
    // Not borrowed before it has arrived: whoever gives it back twice in a row must not give it to two of those who wait.
    const lane = idle ?? (await this.#wait(this.#waiters, null, signal))
    if (idle !== null && this.#tracing.active) this.#tracing.acquired(idle.connection.traced)
    this.#lend(lane, leak)
    if (this.#settings.hooks.onAcquire !== undefined) await this.#prepare(lane, signal)
    return lane.connection
  }

  /** `take` without a wait; null when no connection is idle, or something has to be done before it can be lent. */
  takeIdle(): Connection | null {
    if (this.#closing !== null || this.#settings.hooks.onAcquire !== undefined) return null
    // While anybody waits, none is idle.
    const lane = this.#takeFresh()
    if (lane === null) return null
    if (this.#tracing.active) this.#tracing.acquired(lane.connection.traced)
    this.#lend(lane, this.#leaks.on ? this.#leaks.warning() : null)
    return lane.connection
  }

  /**
   * Never throws; a connection that cannot be reused is dropped, and one that nobody has borrowed is left where it is. False
   * for one that is none of these.
   */
  giveBack(connection: Connection): boolean {
    const lane = this.#open.get(connection)
    if (lane === undefined) return false
    if (!lane.borrowed) return true
    lane.borrowed = false
    connection.removeOtherListeners()
    if (this.#tracing.active) this.#tracing.released(connection.traced)
    this.#leaks.end(lane)
    this.#vacate(lane, this.#cleaning)
    return true
  }

  /** Has a statement share a connection, until `alight`. Null when it has to wait for one. */
  board(pace: Pace): Lane | null {
    if (this.#closing !== null) return null
    const idle = this.#takeFresh()
    if (idle !== null) {
      this.#share(idle, pace)
      return idle
    }
    if (this.#riders.length > 0) return null
    const lane = this.#lanes.find()
    if (lane === null) return null
    this.counters.acquireMs.addInstant()
    this.#board(lane, pace)
    this.#supply.grow()
    return lane
  }

  /** `board` with the wait. */
  async boardLater(pace: Pace, signal: AbortSignal | undefined): Promise<Lane> {
    if (this.#closing !== null) await refuse(closedError())
    signal?.throwIfAborted()
    return this.#wait(this.#riders, pace, signal)
  }

  /** The end of a statement that has shared a connection. Gives the milliseconds that it took, if they are known. */
  alight(lane: Lane, place: number, answered: boolean): number | null {
    const ms = lane.alight(place, answered)
    if (lane.riders === 0) {
      this.#lanes.remove(lane)
      this.#vacate(lane, this.#cleaningShared)
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

  /** Why none could be opened; null while there are some, and when nothing speaks against opening one. */
  get failure(): Error | null {
    return this.#open.size > 0 ? null : this.#supply.failure
  }

  /** How many connections are in use, being opened, or waited for. */
  get load(): number {
    return this.#open.size - this.#idle.size + this.#supply.connecting + this.#lines.length
  }

  /** See {@link ConnectionSupply.warmUp}. */
  async warmUp(): Promise<void> {
    if (this.#closing !== null) await refuse(closedError())
    return this.#supply.warmUp()
  }

  /** Has every connection that is open now closed as soon as nobody uses it. */
  expire(): void {
    this.#supply.expire()
  }

  /** Lets what runs and waits finish within `timeoutMs`, then closes all connections. Always resolves. */
  close(timeoutMs: number): Promise<void> {
    this.#closing ??= this.#close(timeoutMs)
    return this.#closing
  }

  /** One that is idle, and was not for so long that it has to be asked first. */
  #takeFresh(): Lane | null {
    const { checkAfterIdleMs } = this.#settings
    const { next } = this.#idle
    if (next === undefined) return null
    if (checkAfterIdleMs > 0 && performance.now() - next.heardAt > checkAfterIdleMs) return null
    this.counters.acquireMs.addInstant()
    return this.#idle.take()
  }

  #lend(lane: Lane, leak: Error | null): void {
    lane.borrowed = true
    this.#count(lane)
    if (leak !== null) this.#leaks.begin(lane, leak)
  }

  #count(lane: Lane): void {
    const { maxUses } = this.#settings
    lane.uses++
    if (maxUses > 0 && lane.uses >= maxUses) this.#departures.dismiss(lane, 'uses')
  }

  /** The hook that whoever borrows has to wait for. */
  async #prepare(lane: Lane, signal: AbortSignal | undefined): Promise<void> {
    const { connection } = lane
    const { hooks, hookTimeoutMs } = this.#settings
    try {
      await runHook('onAcquire', hooks.onAcquire!, connection, hookTimeoutMs, signal)
    } catch (error) {
      // Half prepared: neither the caller nor the pool can use it.
      lane.leaving ??= 'hook'
      connection.terminate()
      this.giveBack(connection)
      throw error
    }
  }

  #wait(waiters: Waiters<Lane>, pace: Pace | null, signal: AbortSignal | undefined): Promise<Lane> {
    const wait = (): Promise<Lane> => this.#waitFor(waiters, pace, signal)
    return this.#tracing.active ? this.#tracing.waiting(wait, pace === null) : wait()
  }

  async #waitFor(waiters: Waiters<Lane>, pace: Pace | null, signal: AbortSignal | undefined): Promise<Lane> {
    const { acquireTimeoutMs: timeoutMs, maxWaiting, unref } = this.#settings
    if (this.#lines.length >= maxWaiting) {
      this.counters.refused++
      await refuse(new PoolExhaustedError(`${maxWaiting} calls are waiting for a connection, and no more may`))
    }
    const since = performance.now()
    const served = waitInLine(waiters, pace, { timeoutMs, timeoutError: () => this.#timeoutError(), signal, unref })
    this.#lanes.seal(this.#waiters.length)
    this.#supply.connectAsNeeded()
    try {
      const lane = await served
      this.counters.acquireMs.add(performance.now() - since)
      return lane
    } catch (error) {
      throw signal !== undefined && error === signal.reason ? error : withCallerStack(error)
    }
  }

  #timeoutError(): Error {
    this.counters.timedOut++
    return timeoutError(this.#settings, this.stats, this.#open.values(), this.#supply.failure)
  }

  /** Nobody is on it any more. */
  #vacate(lane: Lane, cleaning: Cleaning): void {
    const { connection } = lane
    if (connection.closed) this.#departures.drop(lane, 'lost')
    else if (isClean(connection, cleaning)) this.#reuse(lane)
    else {
      void cleanForReuse(connection, cleaning).then((cleaned) => {
        if (cleaned === 'demoted') this.#supply.demote(lane)
        if (cleaned !== 'unclean' && !connection.closed) this.#reuse(lane)
        else this.#departures.drop(lane, 'unclean')
      })
    }
  }

  #reuse(lane: Lane): void {
    if (lane.leaving !== null) {
      this.#departures.retire(lane, lane.leaving)
      return
    }
    lane.sealed = false
    lane.heardAt = performance.now()
    const waiter = this.#lines.earliest?.take() ?? null
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

  #share(lane: Lane, pace: Pace): void {
    this.#board(lane, pace)
    this.#lanes.add(lane)
  }

  #board(lane: Lane, pace: Pace): void {
    lane.board(pace)
    this.#count(lane)
  }

  /** Whoever waits to share gets on where there is room. */
  #boardWaiting(): void {
    for (let lane = this.#lanes.find(); lane !== null; lane = this.#lanes.find()) {
      const rider: Waiter<Lane> | null = this.#riders.take()
      if (rider === null) return
      this.#board(lane, rider.pace!)
      rider.resolve(lane)
    }
  }

  #checkDrained(): void {
    if (this.#drained === null) return
    const { busy, connecting, waiting } = this.stats
    if (busy + connecting + waiting + this.#departures.pending === 0) this.#drained()
  }

  async #close(timeoutMs: number): Promise<void> {
    this.#supply.stopKeeping()
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#drained = resolve
      timer = setTimeout(resolve, timerDelay(timeoutMs))
      this.#checkDrained()
    })
    clearTimeout(timer)
    const closed = (): PoolClosedError =>
      new PoolClosedError('The pool was closed while the call waited for a connection')
    this.#supply.shut(closed)
    this.#checks.stop()
    this.#lines.rejectAll(closed)
    this.#idle.stop()
    await this.#departures.closeAll()
  }
}

function closedError(): PoolClosedError {
  return new PoolClosedError('The pool is closed')
}
