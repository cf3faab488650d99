import { Connection } from '../client/connection.ts'
import { timerDelay } from '../client/time-limit.ts'
import type { ConnectionSettings } from '../config/connection-settings.ts'
import type { Catalog } from '../connection/catalog.ts'
import type { ServerEvents } from '../connection/server-events.ts'
import { withCallerStack } from '../errors/caller-stack.ts'
import { PoolClosedError, PoolExhaustedError } from '../errors/pool-error.ts'
import { PoolTracing } from '../telemetry/pool-tracing.ts'
import type { TracedPool } from '../telemetry/traces.ts'
import { answers } from './answers.ts'
import { type Cleaning, cleanForReuse, isClean } from './clean-for-reuse.ts'
import { copyError } from './copy-error.ts'
import { cutConnection } from './cut-connection.ts'
import { IdleConnections } from './idle-connections.ts'
import { introduce } from './introduce.ts'
import { Lane } from './lane.ts'
import { Lanes } from './lanes.ts'
import { Later } from './later.ts'
import { LeakWatch } from './leak-watch.ts'
import { lifetimeOfOne } from './lifetime.ts'
import { Outage } from './outage.ts'
import type { Pace } from './pace.ts'
import { isPassingFailure } from './passing-failure.ts'
import { runHook } from './pool-hooks.ts'
import type { PoolSettings } from './pool-options.ts'
import type { PoolStats } from './pool-stats.ts'
import { type CloseReason, PoolCounters } from './pool-totals.ts'
import { timeoutError } from './timeout-error.ts'
import { waitInLine } from './wait-in-line.ts'
import { type Waiter, Waiters } from './waiters.ts'
import { WarmUps } from './warm-ups.ts'

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
  readonly counters: PoolCounters = new PoolCounters()
  readonly #server: PoolServer
  readonly #settings: PoolSettings
  /** After somebody who had a connection alone, and after statements that have shared it. */
  readonly #cleaning: Cleaning
  readonly #cleaningShared: Cleaning
  readonly #open = new Map<Connection, Lane>()
  readonly #idle: IdleConnections<Lane>
  readonly #lanes = new Lanes()
  /** Closed by the pool, and not gone yet: the server still counts them. */
  readonly #retiring = new Set<Connection>()
  /** Those who want a connection alone. */
  readonly #waiters = new Waiters<Lane>()
  /** Statements that would share one. */
  readonly #riders = new Waiters<Lane>()
  readonly #leaks: LeakWatch
  readonly #tracing: PoolTracing
  readonly #outage = new Outage()
  /** Why the last attempt to open one has failed; null once one has succeeded. */
  #failure: Error | null = null
  #connecting = 0
  /** Idle ones that are asked whether they still answer, and are likely to. */
  #checking = 0
  /** How often all connections were to be replaced. */
  #epoch = 0
  readonly #warmUps = new WarmUps()
  #closing: Promise<void> | null = null
  /** Aborted when nobody waits any more for a connection that is still being opened. */
  readonly #shut = new AbortController()
  #drained: (() => void) | null = null
  /** For those that nobody waits for, and behind the pause that a failure leads to. */
  readonly #refill = new Later(() => this.#connectAsNeeded())
  readonly #retry = new Later(() => this.#connectAsNeeded())
  #checks: NodeJS.Timeout | undefined
  #grownInVain = Number.NEGATIVE_INFINITY

  constructor(server: PoolServer, settings: PoolSettings) {
    this.#server = server
    this.#settings = settings
    this.#cleaning = { ...settings, alone: true }
    this.#cleaningShared = { ...settings, alone: false }
    this.#leaks = new LeakWatch(settings.leakDetectionMs)
    this.#tracing = new PoolTracing(this.#traced())
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

  /** Never throws; a connection that cannot be reused is dropped, and one that nobody has borrowed is left where it is. */
  giveBack(connection: Connection): void {
    const lane = this.#open.get(connection)
    if (lane === undefined || !lane.borrowed) return
    lane.borrowed = false
    if (this.#tracing.active) this.#tracing.released(connection.traced)
    this.#leaks.end(lane)
    this.#vacate(lane, this.#cleaning)
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

  /** Resolves once there are as many connections as are kept, and at least one. Rejects when one cannot be opened. */
  async warmUp(): Promise<void> {
    this.#requireOpen()
    if (this.#warm) return
    const warm = this.#warmUps.wait()
    this.#connectAsNeeded()
    try {
      await warm
    } catch (error) {
      throw withCallerStack(error)
    }
  }

  /** Has every connection that is open now closed as soon as nobody uses it. */
  expire(): void {
    this.#epoch++
    for (const lane of this.#open.values()) this.#dismiss(lane, 'expired')
  }

  /** Lets what runs and waits finish within `timeoutMs`, then closes all connections. Always resolves. */
  close(timeoutMs: number): Promise<void> {
    this.#closing ??= this.#close(timeoutMs)
    return this.#closing
  }

  get #waiting(): number {
    return this.#waiters.length + this.#riders.length
  }

  get #warm(): boolean {
    return this.#open.size >= Math.max(this.#settings.min, 1)
  }

  #requireOpen(): void {
    if (this.#closing !== null) throw new PoolClosedError('The pool is closed')
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
    if (maxUses > 0 && lane.uses >= maxUses) this.#dismiss(lane, 'uses')
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

  /** As telemetry has it. */
  #traced(): TracedPool {
    const { settings } = this.#server
    const [{ host, port }] = settings.hosts
    const { max, min } = this.#settings
    const stats = (): PoolStats => this.stats
    return {
      name: `${host}:${port}/${settings.database}`,
      max,
      min,
      get stats() {
        return stats()
      },
    }
  }

  #wait(waiters: Waiters<Lane>, pace: Pace | null, signal: AbortSignal | undefined): Promise<Lane> {
    const wait = (): Promise<Lane> => this.#waitFor(waiters, pace, signal)
    return this.#tracing.active ? this.#tracing.waiting(wait, pace === null) : wait()
  }

  async #waitFor(waiters: Waiters<Lane>, pace: Pace | null, signal: AbortSignal | undefined): Promise<Lane> {
    const { acquireTimeoutMs: timeoutMs, maxWaiting, unref } = this.#settings
    if (this.#waiting >= maxWaiting) {
      this.counters.refused++
      throw new PoolExhaustedError(`${maxWaiting} calls are waiting for a connection, and no more may`)
    }
    const since = performance.now()
    const served = waitInLine(waiters, pace, { timeoutMs, timeoutError: () => this.#timeoutError(), signal, unref })
    this.#lanes.seal(this.#waiters.length)
    this.#connectAsNeeded()
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
    return timeoutError(this.#settings, this.stats, this.#open.values(), this.#failure)
  }

  get #total(): number {
    return this.#open.size + this.#retiring.size + this.#connecting
  }

  get #wanted(): boolean {
    if (this.#waiting > this.#connecting + this.#checking) return true
    const kept = Math.max(this.#settings.min, Math.min(this.#warmUps.length, 1))
    return this.#closing === null && this.#total < kept
  }

  #connectAsNeeded(): void {
    this.#checkAsNeeded()
    while (this.#total < this.#settings.max && this.#wanted) {
      if (!this.#outage.admits(this.#connecting)) {
        this.#connectLater()
        return
      }
      void this.#connect()
    }
  }

  /** After the pause that a failure leads to. Without one, those that are on their way see to the rest. */
  #connectLater(): void {
    const { pauseMs } = this.#outage
    if (pauseMs === 0) return
    this.#retry.schedule(pauseMs, this.#waiting + this.#warmUps.length > 0 && !this.#settings.unref)
  }

  /** Connections are shared although there could be more of them: one after the other, as nobody waits. */
  #grow(): void {
    if (this.#connecting > 0 || this.#total >= this.#settings.max) return
    if (performance.now() - this.#grownInVain > REFILL_DELAY_MS && this.#outage.admits(0)) void this.#connect()
  }

  async #connect(): Promise<void> {
    this.#connecting++
    const { settings, catalog, events } = this.#server
    const epoch = this.#epoch
    let connection: Connection | undefined
    try {
      const closed = (): void => this.#lost(connection)
      connection = await Connection.open(settings, catalog, { ...events, closed }, this.#shut.signal)
      this.counters.opened++
      await introduce(connection, this.#settings, this.#shut.signal)
    } catch (error) {
      this.#connecting--
      if (connection === undefined) this.counters.failed++
      else this.counters.closed(connection.closed ? 'lost' : this.#shut.signal.aborted ? 'closed' : 'hook')
      this.#connectFailed(error, connection?.closed === false)
      connection?.terminate()
      return
    }
    this.#connecting--
    if (this.#shut.signal.aborted) {
      this.counters.closed('closed')
      connection.terminate()
    } else this.#add(connection, epoch)
  }

  #add(connection: Connection, epoch: number): void {
    this.#outage.succeeded()
    this.#failure = null
    const { maxLifetimeMs, checkIdleEveryMs, unref } = this.#settings
    const lane = new Lane(connection, !unref)
    this.#open.set(connection, lane)
    if (epoch !== this.#epoch) lane.leaving = 'expired'
    if (maxLifetimeMs > 0) {
      lane.age = setTimeout(() => this.#dismiss(lane, 'lifetime'), lifetimeOfOne(maxLifetimeMs))
      lane.age.unref()
    }
    if (checkIdleEveryMs > 0) {
      this.#checks ??= setInterval(() => this.#checkIdle(checkIdleEveryMs, true), checkIdleEveryMs)
      this.#checks.unref()
    }
    // A hook may have left it in the middle of something.
    this.#vacate(lane, this.#cleaningShared)
    if (this.#warm) this.#warmUps.resolveAll()
    this.#connectAsNeeded()
  }

  /** With no other connection to hope for, everybody who waits learns why. `reached`: the server is not to blame. */
  #connectFailed(error: unknown, reached: boolean): void {
    this.#grownInVain = performance.now()
    if (!reached) this.#outage.failed()
    this.#failure = error instanceof Error ? error : null
    if (!isPassingFailure(error) && this.#open.size === 0 && this.#connecting === 0) {
      this.#waiters.rejectAll(() => copyError(error))
      this.#riders.rejectAll(() => copyError(error))
    }
    this.#warmUps.rejectAll(() => copyError(error))
    if (this.#waiting > 0) this.#connectAsNeeded()
    else if (this.#closing === null) this.#refillLater()
    this.#checkDrained()
  }

  /** Nobody is on it any more. */
  #vacate(lane: Lane, cleaning: Cleaning): void {
    const { connection } = lane
    if (connection.closed) this.#drop(lane, 'lost')
    else if (isClean(connection, cleaning)) this.#reuse(lane)
    else {
      void cleanForReuse(connection, cleaning).then((clean) => {
        if (clean && !connection.closed) this.#reuse(lane)
        else this.#drop(lane, 'unclean')
      })
    }
  }

  #reuse(lane: Lane): void {
    if (lane.leaving !== null) {
      this.#retire(lane, lane.leaving)
      return
    }
    lane.sealed = false
    lane.heardAt = performance.now()
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

  /** The connection died while it was idle or in use. Whoever uses it has been told by its queries. */
  #lost(connection: Connection | undefined): void {
    const lane = connection === undefined ? undefined : this.#open.get(connection)
    if (lane !== undefined && this.#idle.remove(lane)) this.#drop(lane, 'lost')
  }

  /** Whoever waits although there are idle ones waits for one of those: they have to be asked first. */
  #checkAsNeeded(): void {
    while (this.#waiting > this.#connecting + this.#checking) {
      const lane = this.#idle.take()
      if (lane === null) return
      void this.#check(lane, true)
    }
  }

  /** Asks all idle ones of which nothing was heard for so long. */
  #checkIdle(unheardMs: number, likely: boolean): void {
    const limit = performance.now() - unheardMs
    for (const lane of this.#idle.takeAll(({ heardAt }) => heardAt <= limit)) void this.#check(lane, likely)
  }

  /** Whoever waits counts on those that are `likely` to answer. */
  async #check(lane: Lane, likely: boolean): Promise<void> {
    const promised = likely ? 1 : 0
    this.#checking += promised
    const answered = await answers(lane.connection)
    this.#checking -= promised
    if (answered && !lane.connection.closed) {
      lane.heardAt = performance.now()
      if (this.#waiting > 0 || lane.leaving !== null) this.#reuse(lane)
      else this.#idle.restore(lane)
      this.#checkDrained()
      return
    }
    // Where one does not answer, nobody waits for the others.
    this.#checkIdle(this.#settings.checkAfterIdleMs, false)
    this.#drop(lane, lane.connection.closed ? 'lost' : 'unanswered')
  }

  #expire(lane: Lane): boolean {
    if (this.#open.size <= this.#settings.min) return false
    this.#retire(lane, 'idle')
    return true
  }

  /** Has a connection closed, as soon as nobody is on it. */
  #dismiss(lane: Lane, reason: CloseReason): void {
    lane.leaving ??= reason
    lane.sealed = true
    if (this.#idle.remove(lane)) this.#retire(lane, reason)
  }

  #retire(lane: Lane, reason: CloseReason): void {
    const { connection } = lane
    this.#forget(lane, reason)
    this.#retiring.add(connection)
    void connection.close({ timeoutMs: GOODBYE_TIMEOUT_MS }).then(() => {
      this.#retiring.delete(connection)
      if (this.#closing === null) this.#connectAsNeeded()
      this.#gone()
    })
  }

  #drop(lane: Lane, reason: CloseReason): void {
    if (!this.#open.has(lane.connection)) return
    this.#forget(lane, lane.leaving ?? reason)
    lane.connection.terminate()
    this.#gone()
  }

  #forget(lane: Lane, reason: CloseReason): void {
    this.#open.delete(lane.connection)
    clearTimeout(lane.age)
    this.counters.closed(reason)
  }

  #gone(): void {
    if (this.#waiting > 0) this.#connectAsNeeded()
    else if (this.#closing === null) this.#refillLater()
    this.#checkDrained()
  }

  /** Nobody waits for these, and a server that hangs up on idle connections must not be kept busy with opening them. */
  #refillLater(): void {
    if (this.#open.size < this.#settings.min) this.#refill.schedule(REFILL_DELAY_MS, false)
  }

  #checkDrained(): void {
    if (this.#drained === null) return
    const { busy, connecting, waiting } = this.stats
    if (busy + connecting + waiting + this.#retiring.size === 0) this.#drained()
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
    for (const later of [this.#retry, this.#refill]) later.stop()
    clearInterval(this.#checks)
    const closed = (): PoolClosedError =>
      new PoolClosedError('The pool was closed while the call waited for a connection')
    for (const waiters of [this.#waiters, this.#riders]) waiters.rejectAll(closed)
    this.#warmUps.rejectAll(closed)
    this.#idle.stop()
    const lanes = [...this.#open.values()]
    for (const lane of lanes) lane.leaving ??= 'closed'
    await Promise.all(
      lanes.map(({ connection }) =>
        connection.idle ? connection.close({ timeoutMs: GOODBYE_TIMEOUT_MS }) : cutConnection(connection),
      ),
    )
    for (const lane of lanes) if (this.#open.has(lane.connection)) this.#forget(lane, 'closed')
  }
}
