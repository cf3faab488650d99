import type { ConnectionSettings } from '../config/connection-settings.ts'
import { cancelRunning } from '../connection/cancel-request.ts'
import { describeStatement } from '../connection/describe-statement.ts'
import type { Exchange } from '../connection/exchange.ts'
import { PortalExchange } from '../connection/exchanges/portal.ts'
import { typesChanged } from '../connection/look-up-types.ts'
import { beginStream } from '../connection/occupation.ts'
import { serverOfCall } from '../connection/server-of-call.ts'
import type { ServerSession } from '../connection/server-session.ts'
import { type StreamWithin, streamWithin } from '../connection/source-reading.ts'
import { TimeLimit } from '../connection/time-limit.ts'
import { Watchers } from '../connection/watchers.ts'
import { withCallerStack } from '../errors/caller-stack.ts'
import { PostgresError } from '../errors/postgres-error.ts'
import { QueryTimeoutError } from '../errors/query-timeout-error.ts'
import { noteTag } from '../errors/tag.ts'
import { UsageError } from '../errors/usage-error.ts'
import { queryChannel } from '../telemetry/channels.ts'
import { StreamTracing } from '../telemetry/query-tracing.ts'
import type { PgTypes } from '../types/profile/profile.ts'
import { checkCallOptions, type StatementOptions, timeLimit } from './call-options.ts'

/** How to stream one query. */
export interface StreamOptions extends StatementOptions {
  /** Rows that are fetched, and handed over, at a time. Default 100. */
  readonly batchRows?: number | undefined
  /** Stops the stream: the statement is cancelled on the server, and the pending `next` rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /**
   * How long `next` may wait for a batch, in milliseconds: not counted is how long batches are used. Then the stream is stopped
   * as by `signal`, and `next` rejects with `QueryTimeoutError`. Default: the connection's `queryTimeoutMs`; 0 is no limit.
   */
  readonly timeoutMs?: number | undefined
  /** Which JavaScript values stand for which PostgreSQL types, as in {@link QueryOptions.types}. */
  readonly types?: PgTypes | undefined
}

const DEFAULT_BATCH_ROWS = 100

/** The protocol's limit for one Execute. */
const MAX_BATCH_ROWS = 0x7fff_ffff

/**
 * How long `return` waits for a batch that is on its way. Usually it is as good as here, having been fetched ahead, and
 * a cancel would cost a second connection for nothing.
 */
const CANCEL_GRACE_MS = 50

const QUERY_CANCELED = '57014'

interface Demand<Row> {
  readonly resolve: (result: IteratorResult<Row[], undefined>) => void
  readonly reject: (error: unknown) => void
  readonly limit: TimeLimit | undefined
}

/**
 * The rows of a query in batches. While one batch is being used the next is on its way, and never more than that one.
 * Nothing is sent before the first `next`; leaving the loop early closes the portal.
 */
export class BatchStream<Row> implements AsyncIterableIterator<Row[], undefined> {
  readonly #server: ServerSession
  readonly #settings: ConnectionSettings
  readonly #sql: string
  readonly #parameters: readonly unknown[]
  readonly #batchRows: number
  readonly #signal: AbortSignal | undefined
  /** For each batch; 0 is no limit. */
  readonly #timeoutMs: number
  readonly #tag: string | undefined
  /** Whether the statement is named and kept. */
  readonly #kept: boolean
  #started = false
  #startedOver = false
  /** What was sent last: it describes the statement, or it is the portal. */
  #exchange: Exchange | null = null
  #portal: PortalExchange | null = null
  #batch: Row[] | null = null
  readonly #demands: Demand<Row>[] = []
  #over = false
  #failure: { readonly error: unknown } | null = null
  /** What was sent has been answered to its end, or nothing will be sent. */
  #settled = false
  #leaving: Promise<void> | null = null
  /** Stopped by the signal or for its time: what was told then is all there is to say. */
  #givenUp = false
  /** The batch on its way is being cancelled, because nobody wants it. */
  #dropsBatch = false
  /** What telemetry is told; null while nobody wants to know. */
  #tracing: StreamTracing | null = null
  /** Lets a COPY be fed on the session again. */
  #vacate: () => void = () => {}
  /** Its rows go to an `executeMany`, which may have to wait for it. */
  #within: StreamWithin | null = null
  readonly #watchers = new Watchers()
  readonly #abort = (): void => this.#giveUp(this.#signal?.reason)

  constructor(
    server: ServerSession,
    settings: ConnectionSettings,
    sql: string,
    parameters: readonly unknown[],
    options: StreamOptions | undefined,
  ) {
    const batchRows = options?.batchRows ?? DEFAULT_BATCH_ROWS
    if (!Number.isInteger(batchRows) || batchRows < 1 || batchRows > MAX_BATCH_ROWS) {
      throw new UsageError('batchRows must be a whole number from 1 to 2147483647')
    }
    if (options !== undefined) checkCallOptions(options)
    this.#server = serverOfCall(server, options)
    this.#settings = settings
    this.#sql = sql
    this.#parameters = parameters.slice()
    this.#batchRows = batchRows
    this.#signal = options?.signal
    this.#timeoutMs = timeLimit(options, settings)
    this.#tag = options?.tag
    this.#kept = options?.prepare ?? true
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Row[], undefined>> {
    try {
      return await new Promise((resolve, reject) => {
        const limit = this.#timeoutMs === 0 ? undefined : new TimeLimit(this.#timeoutMs, () => this.#timeOut())
        this.#demands.push({ resolve, reject, limit })
        this.#start()
        this.#serve()
      })
    } catch (error) {
      throw error === this.#signal?.reason ? error : withCallerStack(noteTag(error, this.#tag))
    }
  }

  /**
   * Ends the stream: a pending `next` says that it is done, and a batch on its way is dropped. Resolves when the statement
   * has ended, and rejects when it has failed, be it in its commit.
   *
   * A batch that does not come soon is cancelled, and what the statement did is rolled back with it. Not in a transaction,
   * which that would end: there the statement ends when the batch has come, and whatever is asked next waits for it.
   */
  async return(): Promise<IteratorResult<Row[], undefined>> {
    this.#finish()
    this.#batch = null
    this.#serve()
    // When it was given up, the end is on its way, and its error is the reason that was told.
    if (!this.#givenUp) {
      if (this.#exchange !== null && !this.#settled) await (this.#leaving ??= this.#leave())
      const failure = this.#failure
      this.#failure = null
      if (failure !== null) throw withCallerStack(noteTag(failure.error, this.#tag))
    }
    return { done: true, value: undefined }
  }

  async #leave(): Promise<void> {
    const { session } = this.#server
    while (this.#fetching) {
      await this.#arrivedWithin(CANCEL_GRACE_MS)
      if (!this.#fetching) break
      // Those who were sent before us come first; behind us there is nobody before the portal is closed.
      if (this.#exchange === null || !session.isAlone(this.#exchange)) continue
      if (session.status !== 'I') {
        this.#portal?.close()
        return
      }
      this.#dropsBatch = true
      await cancelRunning(this.#server, this.#settings)
    }
    // Only now: with the Sync on its way, the cancel could have hit the commit.
    this.#portal?.close()
    await this.#watchers.when(() => this.#settled)
  }

  /** The server is busy with something that nobody needs once the stream was left. */
  get #fetching(): boolean {
    return !this.#settled && (this.#portal?.fetching ?? true)
  }

  async #arrivedWithin(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs)
    })
    await Promise.race([this.#watchers.when(() => !this.#fetching), late])
    clearTimeout(timer)
  }

  #start(): void {
    if (this.#started || this.#over) return
    this.#started = true
    const signal = this.#signal
    if (signal?.aborted === true) {
      this.#givenUp = true
      this.#fail(signal.reason)
      return
    }
    try {
      this.#within = streamWithin(this.#server.session)
      this.#vacate = beginStream(this.#server.session)
    } catch (error) {
      this.#fail(error)
      return
    }
    signal?.addEventListener('abort', this.#abort, { once: true })
    this.#tracing = this.#trace()
    this.#send()
  }

  #trace(): StreamTracing | null {
    const { traced: connection } = this.#server.session
    if (connection === null || !queryChannel.hasSubscribers) return null
    const sql = this.#sql
    const parameters = this.#parameters
    return new StreamTracing({ verb: 'stream', sql, connection, parameters, tag: this.#tag, prepared: this.#kept })
  }

  /**
   * Once, where nothing was executed with what turned out to be outdated. When the server has refused it, that is outside
   * a transaction. Types that may be to blame are looked at first.
   */
  #startOver(portal: PortalExchange, error: unknown): boolean {
    const { session } = this.#server
    if (this.#startedOver || this.#over || (error instanceof PostgresError && session.status !== 'I')) return false
    if (!portal.outdated && portal.doubtful.length === 0) return false
    this.#startedOver = true
    this.#exchange = null
    this.#portal = null
    if (portal.outdated) this.#send()
    else this.#checkTypes(portal, error)
    return true
  }

  #checkTypes({ statement, doubtful }: PortalExchange, error: unknown): void {
    const unchanged = (): void => this.#settle(error)
    this.#server.session.turn((turn) => {
      typesChanged(this.#server, turn, statement.generation, doubtful)
        .finally(() => turn.end())
        .then((changed) => {
          if (changed) this.#send()
          else unchanged()
        })
        .catch(unchanged)
    }, unchanged)
  }

  #send(): void {
    const { session } = this.#server
    session.turn(
      (turn) => {
        if (this.#over) {
          turn.end()
          this.#settle(undefined)
          return
        }
        const send = (exchange: Exchange): void => {
          this.#exchange = exchange
          if (this.#tracing !== null) session.measure(exchange, this.#tracing.meter)
          turn.send(exchange)
        }
        describeStatement(this.#server, { ...turn, send }, this.#tracing?.sql ?? this.#sql, this.#kept)
          .then((statement) => {
            if (this.#over) {
              turn.end()
              this.#settle(undefined)
              return
            }
            const portal = new PortalExchange(this.#server, statement, this.#parameters, this.#batchRows, {
              batch: (rows) => this.#received(rows as Row[]),
              written: () => turn.end(),
              end: (error) => {
                // It may end before its last frame was written: the connection died, or a parameter was refused.
                turn.end()
                if (!this.#startOver(portal, error)) this.#settle(error)
              },
            })
            this.#portal = portal
            send(portal)
          })
          .catch((error: unknown) => {
            turn.end()
            this.#settle(error)
          })
      },
      (error) => this.#settle(error),
    )
  }

  #received(rows: Row[]): void {
    if (rows.length > 0 && !this.#over) this.#batch = rows
    this.#tracing?.batch(rows.length)
    // It was faster than its cancel: what is cancelled from here on is the commit, and that has to be told.
    this.#dropsBatch = false
    this.#serve()
    if (this.#batch !== null && this.#portal?.suspended === true) this.#within?.stalls()
    this.#watchers.check()
  }

  /** The server has no more to say to this, and may have said what went wrong. */
  #settle(error: unknown): void {
    this.#settled = true
    this.#vacate()
    this.#within?.goesOn()
    const dropped = this.#dropsBatch && error instanceof PostgresError && error.code === QUERY_CANCELED
    if (error === undefined || dropped) this.#tracing?.succeed()
    else this.#tracing?.fail(error)
    if (error === undefined || dropped) this.#finish()
    else if (this.#leaving === null) this.#fail(error)
    else this.#failure ??= { error }
    this.#serve()
    this.#watchers.check()
  }

  #serve(): void {
    while (this.#demands.length > 0) {
      const batch = this.#batch
      if (batch !== null) {
        this.#batch = null
        this.#within?.goesOn()
        this.#nextDemand()?.resolve({ done: false, value: batch })
        // The next batch travels while this one is being used.
        this.#fetch()
      } else if (this.#failure !== null) {
        const { error } = this.#failure
        this.#failure = null
        this.#nextDemand()?.reject(error)
      } else if (this.#over) {
        this.#nextDemand()?.resolve({ done: true, value: undefined })
      } else {
        return
      }
    }
  }

  #fetch(): void {
    if (this.#tracing !== null && this.#portal?.suspended === true) this.#tracing.meter.roundTrips++
    this.#portal?.fetch()
  }

  #nextDemand(): Demand<Row> | undefined {
    const demand = this.#demands.shift()
    demand?.limit?.stop()
    return demand
  }

  #finish(): void {
    this.#over = true
    this.#signal?.removeEventListener('abort', this.#abort)
  }

  #fail(error: unknown): void {
    if (this.#over) return
    this.#failure = { error }
    this.#finish()
  }

  #timeOut(): void {
    this.#giveUp(new QueryTimeoutError(this.#timeoutMs, 'unknown'))
  }

  #giveUp(reason: unknown): void {
    // Without a portal, at most its statement was described.
    if (reason instanceof QueryTimeoutError) reason.outcome = this.#portal === null ? 'not-sent' : 'unknown'
    this.#givenUp = true
    this.#batch = null
    this.#tracing?.fail(reason)
    this.#fail(reason)
    const exchange = this.#exchange
    // In this order: the cancel keeps everybody else waiting, the close ends our turn.
    if (exchange !== null && this.#server.session.isAlone(exchange)) void cancelRunning(this.#server, this.#settings)
    this.#portal?.close()
    this.#serve()
  }
}
