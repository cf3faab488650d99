import type { ConnectionSettings } from '../config/connection-settings.ts'
import { whenNothingCanBeHit } from '../connection/cancel-request.ts'
import { CopyInExchange } from '../connection/exchanges/copy-in.ts'
import { beginFeeding } from '../connection/occupation.ts'
import { requireSql } from '../connection/require-sql.ts'
import type { ServerSession } from '../connection/server-session.ts'
import type { Turn } from '../connection/session.ts'
import type { Meter } from '../telemetry/meter.ts'
import type { CommandTag } from '../wire/command-tag.ts'
import { Chunk } from './chunk.ts'
import { isPromise, openSource, type Source } from './source.ts'
import { takeBack } from './take-back.ts'

/** How far a COPY FROM has come. */
export interface CopyProgress {
  /** Rows handed to the socket; 0 where bytes are copied, whose rows nobody counts. */
  readonly rows: number
  /** Bytes of data handed to the socket. */
  readonly bytes: number
}

/** What turns the items of a source into the data of a COPY. */
export interface CopyWriter {
  readonly sql: string
  /** What stands in front of everything. */
  begin(chunk: Chunk): void
  /**
   * Appends an item, or the part of it that fits: false when there is more of it, which the next call with it appends.
   * What it has written when it throws is not sent.
   */
  write(item: unknown, chunk: Chunk): boolean
  end(chunk: Chunk): void
  /** Rows written so far. */
  readonly rows: number
  /** It has failed, for whatever reason. */
  failed(error: unknown): void
}

/** What counts and names what is sent, while telemetry is subscribed to. */
export interface CopyObserver {
  readonly meter: Meter
  statement(sql: string): void
}

export interface CopyInRequest {
  readonly server: ServerSession
  readonly settings: ConnectionSettings
  readonly source: unknown
  readonly signal: AbortSignal | undefined
  readonly onProgress: ((progress: CopyProgress) => void) | undefined
  readonly observer?: CopyObserver | undefined
  /** Looks at the first items. */
  plan(source: Source): Promise<CopyWriter>
}

/**
 * After so many chunks everybody else has a turn: a source and a server that are fast enough would let nobody see an
 * error of the server, or an abort.
 */
const CHUNKS_PER_TURN = 8

/**
 * Feeds a COPY FROM STDIN from a source. Rejects with whatever has gone wrong first: as soon as the server is ready again,
 * or at once when the signal has fired.
 */
export function copyIn(request: CopyInRequest): Promise<CommandTag> {
  return new Promise((resolve, reject) => new CopyIn(request, resolve, reject).start())
}

class CopyIn {
  readonly #request: CopyInRequest
  readonly #resolve: (tag: CommandTag) => void
  readonly #reject: (error: unknown) => void
  #source: Source | null = null
  #exchange: CopyInExchange | null = null
  /** Nothing more is read from the source. */
  #stopped = false
  /** Lets others use the session while the source is read. */
  #fed: () => void = () => {}
  /** Ends what was begun to have the server stop. */
  #calmed: () => void = () => {}
  #bytes = 0
  #chunks = 0
  readonly #abort = (): void => this.#onAbort()

  constructor(request: CopyInRequest, resolve: (tag: CommandTag) => void, reject: (error: unknown) => void) {
    this.#request = request
    this.#resolve = resolve
    this.#reject = reject
  }

  start(): void {
    const { signal, source, server } = this.#request
    try {
      signal?.throwIfAborted()
      const opened = openSource(source)
      if (opened.waits) this.#fed = beginFeeding(server.session)
      this.#source = opened
    } catch (error) {
      this.#reject(error)
      return
    }
    signal?.addEventListener('abort', this.#abort, { once: true })
    this.#run(this.#source).catch((error: unknown) => this.#failed(error))
  }

  async #run(source: Source): Promise<void> {
    const writer = await this.#request.plan(source)
    requireSql(writer.sql)
    if (this.#stopped) return
    const exchange = await this.#begin(writer)
    if (exchange === null) return
    await this.#feed(source, writer, exchange)
  }

  /** Sends the statement. The turn lasts until the Sync is written. */
  async #begin(writer: CopyWriter): Promise<CopyInExchange | null> {
    const { session } = this.#request.server
    const turn = await new Promise<Turn>((resolve, reject) => session.turn(resolve, reject))
    // What is in front of it has been answered, and is not being cancelled: then a cancel can hit nothing else.
    await whenNothingCanBeHit(this.#request.server)
    if (this.#stopped) {
      turn.end()
      return null
    }
    const exchange = new CopyInExchange(session, writer.sql, {
      stopped: () => this.#stop(),
      written: () => turn.end(),
      resolve: (tag) => {
        this.#settled()
        this.#resolve(tag)
      },
      reject: (error) => {
        writer.failed(error)
        this.#settled()
        this.#reject(error)
      },
    })
    this.#exchange = exchange
    const { observer } = this.#request
    observer?.statement(writer.sql)
    if (observer !== undefined) session.measure(exchange, observer.meter)
    turn.send(exchange)
    return exchange
  }

  async #feed(source: Source, writer: CopyWriter, exchange: CopyInExchange): Promise<void> {
    const chunk = new Chunk()
    writer.begin(chunk)
    while (!this.#stopped) {
      let step = source.next()
      // A promise for each item only where the source makes one anyway.
      if (isPromise(step)) step = await step
      if (this.#stopped) return
      if (step.done === true) break
      while (!writer.write(step.value, chunk)) {
        await this.#send(writer, chunk, exchange)
        if (this.#stopped) return
      }
      if (chunk.full) await this.#send(writer, chunk, exchange)
    }
    if (this.#stopped) return
    this.#fed()
    writer.end(chunk)
    if (!chunk.empty) await this.#send(writer, chunk, exchange)
    if (!this.#stopped) exchange.finish()
  }

  /** Sends the chunk. Resolves when the socket takes more. */
  async #send(writer: CopyWriter, chunk: Chunk, exchange: CopyInExchange): Promise<void> {
    const { server, onProgress } = this.#request
    this.#bytes += chunk.size
    exchange.send(chunk.close())
    chunk.clear()
    onProgress?.({ rows: writer.rows, bytes: this.#bytes })
    if (server.session.congested) await server.session.whenUncongested()
    else if (++this.#chunks % CHUNKS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve))
  }

  /** The source, a value or the caller's own function is at fault. */
  #failed(error: unknown): void {
    // What the source says of being left is not told.
    if (this.#stopped) return
    this.#stop()
    if (this.#exchange === null) {
      this.#settled()
      this.#reject(error)
    } else this.#giveUp(this.#exchange, error)
  }

  #onAbort(): void {
    this.#stop()
    // At once: the server may be waiting for a lock.
    const reason: unknown = this.#request.signal?.reason
    this.#reject(reason)
    if (this.#exchange !== null) this.#giveUp(this.#exchange, reason)
  }

  #giveUp(exchange: CopyInExchange, error: unknown): void {
    const { server, settings } = this.#request
    this.#calmed = takeBack(server, settings, exchange, error)
  }

  #stop(): void {
    this.#stopped = true
    this.#fed()
    this.#source?.leave()
  }

  #settled(): void {
    this.#fed()
    this.#calmed()
    this.#request.signal?.removeEventListener('abort', this.#abort)
  }
}
