import type { ConnectionSettings } from '../config/connection-settings.ts'
import { cancelRunning } from '../connection/cancel-request.ts'
import { describeStatement } from '../connection/describe-statement.ts'
import type { Exchange } from '../connection/exchange.ts'
import { PortalExchange } from '../connection/exchanges/portal.ts'
import type { ServerSession } from '../connection/server-session.ts'
import { withCallerStack } from '../errors/caller-stack.ts'
import { UsageError } from '../errors/usage-error.ts'

/** How to stream one query. */
export interface StreamOptions {
  /** Rows that are fetched, and handed over, at a time. Default 100. */
  readonly batchRows?: number | undefined
  /** Stops the stream: the statement is cancelled on the server, and the pending `next` rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

const DEFAULT_BATCH_ROWS = 100

/** The protocol's limit for one Execute. */
const MAX_BATCH_ROWS = 0x7fff_ffff

interface Demand<Row> {
  readonly resolve: (result: IteratorResult<Row[], undefined>) => void
  readonly reject: (error: unknown) => void
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
  #started = false
  #startedOver = false
  /** What was sent last: it describes the statement, or it is the portal. */
  #exchange: Exchange | null = null
  #portal: PortalExchange | null = null
  #batch: Row[] | null = null
  readonly #demands: Demand<Row>[] = []
  #over = false
  #failure: { readonly error: unknown } | null = null
  readonly #abort = (): void => this.#onAbort()

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
    this.#server = server
    this.#settings = settings
    this.#sql = sql
    this.#parameters = parameters
    this.#batchRows = batchRows
    this.#signal = options?.signal
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Row[], undefined>> {
    try {
      return await new Promise((resolve, reject) => {
        this.#demands.push({ resolve, reject })
        this.#start()
        this.#serve()
      })
    } catch (error) {
      throw error === this.#signal?.reason ? error : withCallerStack(error)
    }
  }

  /** Ends the stream. A batch on its way is dropped, and a pending `next` says that it is done. */
  return(): Promise<IteratorResult<Row[], undefined>> {
    this.#finish()
    this.#portal?.close()
    this.#serve()
    return Promise.resolve({ done: true, value: undefined })
  }

  #start(): void {
    if (this.#started || this.#over) return
    this.#started = true
    const signal = this.#signal
    if (signal?.aborted === true) {
      this.#fail(signal.reason)
      return
    }
    signal?.addEventListener('abort', this.#abort, { once: true })
    this.#send()
  }

  /** Once, and outside a transaction: nothing was executed with the description that turned out to be outdated. */
  #startOver(): boolean {
    if (this.#startedOver || this.#over || this.#server.session.status !== 'I') return false
    this.#startedOver = true
    this.#portal = null
    this.#send()
    return true
  }

  #send(): void {
    const { session } = this.#server
    session.turn(
      (turn) => {
        if (this.#over) {
          turn.end()
          return
        }
        const send = (exchange: Exchange): void => {
          this.#exchange = exchange
          turn.send(exchange)
        }
        describeStatement(this.#server, { ...turn, send }, this.#sql)
          .then((statement) => {
            if (this.#over) {
              turn.end()
              return
            }
            const portal = new PortalExchange(this.#server, statement, this.#parameters, this.#batchRows, {
              batch: (rows) => this.#received(rows as Row[]),
              written: () => turn.end(),
              end: (error) => {
                // It may end before its last frame was written: the connection died, or a parameter was refused.
                turn.end()
                if (portal.outdated && this.#startOver()) return
                if (error === undefined) this.#finish()
                else this.#fail(error)
                this.#serve()
              },
            })
            this.#portal = portal
            send(portal)
          })
          .catch((error: unknown) => {
            turn.end()
            this.#fail(error)
            this.#serve()
          })
      },
      (error) => {
        this.#fail(error)
        this.#serve()
      },
    )
  }

  #received(rows: Row[]): void {
    if (rows.length > 0 && !this.#over) this.#batch = rows
    this.#serve()
  }

  #serve(): void {
    while (this.#demands.length > 0) {
      const batch = this.#batch
      if (batch !== null) {
        this.#batch = null
        this.#demands.shift()?.resolve({ done: false, value: batch })
        // The next batch travels while this one is being used.
        this.#portal?.fetch()
      } else if (this.#failure !== null) {
        const { error } = this.#failure
        this.#failure = null
        this.#demands.shift()?.reject(error)
      } else if (this.#over) {
        this.#demands.shift()?.resolve({ done: true, value: undefined })
      } else {
        return
      }
    }
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

  #onAbort(): void {
    this.#batch = null
    this.#fail(this.#signal?.reason)
    const exchange = this.#exchange
    // In this order: the cancel keeps everybody else waiting, the close ends our turn.
    if (exchange !== null && this.#server.session.isAlone(exchange)) void cancelRunning(this.#server, this.#settings)
    this.#portal?.close()
    this.#serve()
  }
}
