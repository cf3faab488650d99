import type { ConnectionSettings } from '../config/connection-settings.ts'
import { cancelRunning, whenNothingCanBeHit } from '../connection/cancel-request.ts'
import { type Failure, graver } from '../connection/exchange.ts'
import { CopyOutExchange, type CopyReader } from '../connection/exchanges/copy-out.ts'
import { requireSql } from '../connection/require-sql.ts'
import type { ServerSession } from '../connection/server-session.ts'
import type { Turn } from '../connection/session.ts'
import type { ResultField } from '../connection/statement.ts'
import { Watchers } from '../connection/watchers.ts'
import { OutdatedStatementError } from '../errors/outdated-statement-error.ts'
import { PostgresError } from '../errors/postgres-error.ts'
import { ProtocolError } from '../errors/protocol-error.ts'
import { CopyTracing } from '../telemetry/copy-tracing.ts'
import type { Collector } from './collectors.ts'

/** What is read ahead of a consumer: above it the socket is not read, and its own queues stop the server. */
const READ_AHEAD_BYTES = 262_144

/** How long `return` waits for what may be as good as here, which is cheaper than a cancel. */
const CANCEL_GRACE_MS = 50

const QUERY_CANCELED = '57014'
const DONE = { done: true, value: undefined } as const

/** The statement of a COPY, and what makes items of its data. */
export interface CopyOutPlan<Item> {
  readonly sql: string
  readonly collector: Collector<Item>
  /** What the plan was made for: a query, and whether what the server says of it is still the same. */
  readonly query?: string
  readonly describes?: (fields: readonly ResultField[]) => boolean
}

export interface CopyOutRequest<Item> {
  readonly server: ServerSession
  readonly settings: ConnectionSettings
  readonly signal: AbortSignal | undefined
  /** What telemetry and errors are told instead of the statement, which has the values of parameters in it. */
  readonly tracedSql?: string | undefined
  /** `unwanted`: aborted when the plan is not needed any more. */
  plan(unwanted: AbortSignal): Promise<CopyOutPlan<Item>>
}

interface Demand<Item> {
  readonly resolve: (result: IteratorResult<Item, undefined>) => void
  readonly reject: (error: unknown) => void
}

/** COPY TO STDOUT, item by item. Nothing is sent before the first `next`; the session's turn is held to the end. */
export class CopyOut<Item> {
  /** Rows copied, as the server counted them; null before the end. */
  rowCount: number | null = null
  readonly #request: CopyOutRequest<Item>
  readonly #demands: Demand<Item>[] = []
  readonly #watchers = new Watchers()
  #collector: Collector<Item> | null = null
  /** What telemetry is told; undefined while nobody wants to know. */
  #tracing: CopyTracing | undefined
  #exchange: CopyOutExchange | null = null
  readonly #planning = new AbortController()
  #started = false
  /** Nothing more is handed over: left or aborted. */
  #over = false
  /** Told behind what came before it. */
  #failure: { readonly error: unknown } | null = null
  /** The server has no more to say to this, or was never asked. */
  #settled = false
  #paused = false
  #serving = false
  #cancelling: Promise<void> | null = null
  readonly #abort = (): void => this.#onAbort()

  constructor(request: CopyOutRequest<Item>) {
    this.#request = request
  }

  next(): Promise<IteratorResult<Item, undefined>> {
    return new Promise((resolve, reject) => {
      this.#demands.push({ resolve, reject })
      if (!this.#started) this.#start()
      this.#serve()
    })
  }

  /**
   * Ends it: a pending `next` says that it is done. What does not come soon is not waited for, and the statement cancelled.
   * Not in a transaction, which would fail with it: there the rest is read and dropped. Resolves when the statement has
   * ended and the connection serves again; rejects when it has failed.
   */
  async return(): Promise<IteratorResult<Item, undefined>> {
    this.#leave()
    this.#serve()
    if (this.#started && !this.#settled) {
      if (this.#cancellable) {
        await this.#settledWithin(CANCEL_GRACE_MS)
        this.#cancel()
      }
      await this.#watchers.when(() => this.#settled)
    }
    await this.#cancelling
    const failure = this.#failure
    this.#failure = null
    if (failure !== null && this.#request.signal?.aborted !== true) throw failure.error
    return DONE
  }

  #start(): void {
    this.#started = true
    const { signal } = this.#request
    if (this.#over || signal?.aborted === true) {
      this.#settle(this.#over ? undefined : signal?.reason)
      return
    }
    signal?.addEventListener('abort', this.#abort, { once: true })
    this.#tracing = CopyTracing.begin('to', this.#request.server.session.traced)
    this.#run().catch((error: unknown) => this.#settle(error))
  }

  async #run(): Promise<void> {
    const { session } = this.#request.server
    const { sql, collector, query, describes } = await this.#request.plan(this.#planning.signal)
    requireSql(sql)
    const turn = await new Promise<Turn>((resolve, reject) => session.turn(resolve, reject))
    // Alone, it can be cancelled; and no cancel of what was in front of it may hit it.
    await whenNothingCanBeHit(this.#request.server)
    const settle = (error: unknown): void => {
      turn.end()
      if (this.#cancelling === null) this.#settle(error)
      else void this.#settleBehind(this.#cancelling, error)
    }
    if (this.#over) {
      settle(undefined)
      return
    }
    this.#collector = collector
    const reader: CopyReader = {
      described: (fields) => {
        if (describes?.(fields) === false)
          this.#unreadable(new OutdatedStatementError(this.#request.tracedSql ?? query ?? sql))
      },
      data: (bytes, view, offset, end) => this.#data(collector, bytes, view, offset, end),
      done: () => this.#done(collector),
      resolve: ({ rowCount }) => {
        this.rowCount = rowCount
        settle(undefined)
      },
      reject: settle,
    }
    const exchange = new CopyOutExchange(sql, reader, query, this.#request.tracedSql)
    this.#exchange = exchange
    this.#tracing?.statement(this.#request.tracedSql ?? sql)
    if (this.#tracing !== undefined) session.measure(exchange, this.#tracing.meter)
    turn.send(exchange)
  }

  #data(collector: Collector<Item>, bytes: Buffer, view: DataView, offset: number, end: number): void {
    if (this.#over || this.#failure !== null) return
    try {
      collector.add(bytes, view, offset, end)
    } catch (error) {
      if (error instanceof ProtocolError) throw error
      this.#unreadable(error)
    }
    if (this.#demands.length > 0) this.#serveLater()
    else if (!this.#paused && collector.size > READ_AHEAD_BYTES && this.#failure === null) {
      this.#paused = true
      this.#request.server.session.pauseReading()
    }
  }

  /** What was read before is handed over, and nothing that comes. */
  #unreadable(error: unknown): void {
    this.#failure ??= { error }
    if (this.#cancellable) this.#cancel()
  }

  #done(collector: Collector<Item>): void {
    if (!this.#over && this.#failure === null) collector.end()
  }

  /** When everything that was read with this has been decoded: an item is as large as one read allows. */
  #serveLater(): void {
    if (this.#serving) return
    this.#serving = true
    queueMicrotask(() => {
      this.#serving = false
      this.#serve()
    })
  }

  #serve(): void {
    while (this.#demands.length > 0) {
      const item = this.#over ? undefined : this.#collector?.take()
      if (item !== undefined) this.#demands.shift()?.resolve({ done: false, value: item })
      else if (this.#failure !== null && (this.#settled || this.#over)) {
        const { error } = this.#failure
        this.#failure = null
        this.#over = true
        this.#demands.shift()?.reject(error)
      } else if (this.#over || this.#settled) this.#demands.shift()?.resolve(DONE)
      else break
    }
    if ((this.#collector?.size ?? 0) <= READ_AHEAD_BYTES / 2) this.#resume()
  }

  /** Whoever is told finds the connection free, also of the cancel. */
  async #settleBehind(cancelling: Promise<void>, error: unknown): Promise<void> {
    await cancelling
    this.#settle(error)
  }

  #settle(error: unknown): void {
    this.#settled = true
    const { signal } = this.#request
    signal?.removeEventListener('abort', this.#abort)
    if (signal?.aborted === true) {
      if (error === signal.reason) this.#failure ??= { error }
    } else if (error !== undefined) this.#failed(error)
    this.#tell()
    this.#serve()
    this.#watchers.check()
  }

  #tell(): void {
    if (this.#failure === null) this.#tracing?.succeed(this.rowCount)
    else this.#tracing?.fail(this.#failure.error)
  }

  #failed(error: unknown): void {
    const failure = this.#failure?.error
    const { signal } = this.#planning
    const cancelled = error instanceof PostgresError && error.code === QUERY_CANCELED
    if (!signal.aborted || !(cancelled || error === signal.reason))
      this.#failure = { error: graver((failure ?? null) as Failure | null, error as Failure) }
    // What could not be decoded is not even there any more.
    else if (failure instanceof Error && cancelled) Object.assign(failure, { outcome: error.outcome })
  }

  #onAbort(): void {
    this.#failure = { error: this.#request.signal?.reason }
    this.#tell()
    this.#leave()
    this.#cancel()
    this.#serve()
  }

  #leave(): void {
    this.#over = true
    this.#collector?.clear()
    this.#resume()
  }

  /** A transaction would fail with its statement. */
  get #cancellable(): boolean {
    return this.#request.server.session.status === 'I'
  }

  #cancel(): void {
    const { server, settings } = this.#request
    if (this.#settled) return
    this.#planning.abort()
    if (this.#exchange !== null) this.#cancelling ??= cancelRunning(server, settings)
  }

  async #settledWithin(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs)
    })
    await Promise.race([this.#watchers.when(() => this.#settled), late])
    clearTimeout(timer)
  }

  #resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#request.server.session.resumeReading()
  }
}
