import { ReceiveBuffer } from '../bytes/receive-buffer.ts'
import { SendBuffer } from '../bytes/send-buffer.ts'
import type { ServerAddress } from '../config/connection-settings.ts'
import { ConnectionError } from '../errors/connection-error.ts'
import type { Outcome } from '../errors/outcome.ts'
import { postgresErrorFrom } from '../errors/postgres-error-from.ts'
import { PostgresError } from '../errors/postgres-error.ts'
import { ProtocolError } from '../errors/protocol-error.ts'
import type { Meter } from '../telemetry/meter.ts'
import type { TracedConnection } from '../telemetry/traces.ts'
import { backendMessage, DATA_ROW } from '../wire/backend-messages.ts'
import { readErrorFields } from '../wire/error-fields.ts'
import { FrameReader } from '../wire/frame-reader.ts'
import {
  readNotification,
  readParameterStatus,
  readReadyForQuery,
  type TransactionStatus,
} from '../wire/status-messages.ts'
import type { DeadPeerWatch } from './dead-peer-watch.ts'
import { fromBetween } from './error-outcome.ts'
import type { Exchange } from './exchange.ts'
import { Queue } from './queue.ts'
import type { ServerEvents } from './server-events.ts'
import { SessionChanges } from './session-changes.ts'
import { Watchers } from './watchers.ts'

/** What a session needs of the world; the transport provides it. */
export interface SessionLink {
  /** Asks that `session.out` be written soon: once in this tick, for all that is queued in it. */
  scheduleFlush(): void
  /** Writes `session.out` now. */
  flush(): void
  /** Stops reading from the socket, until `resume`. */
  pause(): void
  resume(): void
  /** Gives the connection up. `session.lost` must not be called for it. */
  destroy(): void
  /** The error for an exchange that the death of the connection took with it. */
  lostError(outcome: Outcome, cause: Error | undefined): Error
}

/** Above this, frames go to the socket at once instead of at the end of the tick. */
const FLUSH_BYTES = 65_536

/**
 * With this many exchanges at the server, new ones may wait for company: it has enough to do until some of them are
 * answered. 100 lookups in flight cost 6.0 µs each this way, 8.1 µs with a write for every answer.
 */
const BACKLOG_EXCHANGES = 16

/** Operator intervention: what begins so is about the end of a session, or of the server. */
const SHUTDOWN = '57P'

/** `read_only_sql_transaction`. */
const READ_ONLY = '25006'

/** A server reports about 15 of its settings; names without end would fill the memory. */
const MAX_REPORTED_SETTINGS = 1_000

/** A flow's exclusive right to write; see {@link Session.turn}. */
export interface Turn {
  /** Sends an exchange now, past everything that waits. */
  send(exchange: Exchange): void
  /** Lets the others write again. Replies may still be on their way. */
  end(): void
}

/** Something that waits until it may write. */
interface Waiter {
  next: Waiter | null
  exchange: Exchange | null
  start: ((turn: Turn) => void) | null
  refuse: ((error: Error) => void) | null
}

/**
 * The conversation with one server: a queue of exchanges, replies paired with them in order. It does no I/O.
 *
 * Exchanges are written when they are sent, without waiting for those before them: pipelining is the normal case.
 * A flow that has to see a reply before it can go on takes a turn, which makes everybody else wait.
 */
export class Session {
  readonly out: SendBuffer = new SendBuffer()
  readonly incoming: ReceiveBuffer = new ReceiveBuffer()
  readonly parameters: Map<string, string> = new Map()
  readonly changes: SessionChanges = new SessionChanges()
  processId = 0
  /** Whether the connection leads to a pooler, and names of statements to whatever connection of the server it chooses. */
  pooled = false
  secretKey: Buffer | null = null
  /** Where the connection leads, for the cancel requests; null when there is no socket. */
  address: ServerAddress | null = null
  /** Whether the connection is, and with it the cancel requests. */
  encrypted = false
  /** What telemetry calls it; null before it has logged in. */
  traced: TracedConnection | null = null
  status: TransactionStatus = 'I'
  /** Hears of every write, and of the end; null where nobody watches. */
  watch: DeadPeerWatch | null = null
  /** The server has refused to write, because it or the transaction is read only. Whoever looks into it clears this. */
  refusedWrite = false

  readonly #link: SessionLink
  readonly #events: ServerEvents
  readonly #maxMessageBytes: number
  readonly #reader = new FrameReader()

  /** Sent, replies outstanding. */
  readonly #sent = new Queue<Exchange>()
  /** The first exchange whose bytes are still in `out`, and how many there are. */
  #unflushed: Exchange | null = null
  #unflushedCount = 0
  /** Where in `out` the frames of the last exchange begin and end. */
  readonly #lastFrames = { start: 0, end: 0 }
  /** Codecs run while an exchange is being written, and some of them are the user's. */
  #writing = false

  /** What exchanges cost, for those of whom somebody wants to know; null while there are none. */
  #meters: Map<Exchange, Meter> | null = null
  /** How many bytes the socket's earlier reads have brought, and where among all of them the last answer has ended. */
  #consumedBytes = 0
  #answeredBytes = 0

  readonly #waiting = new Queue<Waiter>()
  #turn: Turn | null = null
  #holds = 0
  #congested = false
  #reading = true
  #pumping = false

  #death: { readonly cause: Error | undefined } | null = null
  /** What the server said of its own end, or of this session's. */
  #farewell: PostgresError | undefined
  readonly #watchers = new Watchers()

  constructor(link: SessionLink, events: ServerEvents, maxMessageBytes: number) {
    this.#link = link
    this.#events = events
    this.#maxMessageBytes = maxMessageBytes
  }

  /** Nothing is being asked, and nothing waits to be. */
  get idle(): boolean {
    return this.#sent.first === null && this.#waiting.first === null && this.#turn === null && this.#holds === 0
  }

  get dead(): boolean {
    return this.#death !== null
  }

  /** What is asked of a session that has died fails with this: an error of its own each time. */
  get failure(): Error {
    return this.#failure('not-sent')
  }

  /** Whether `exchange` was sent, is not settled, and has nobody before or behind it. */
  isAlone(exchange: Exchange): boolean {
    return this.#sent.first === exchange && this.#sent.last === exchange
  }

  /** The one exchange that is running, or null when there are none or several. */
  get onlyExchange(): Exchange | null {
    return this.#sent.length === 1 ? this.#sent.first : null
  }

  /** How many exchanges were sent and are not answered. */
  get depth(): number {
    return this.#sent.length
  }

  /** Whether it is for the server to answer, or to take what we have for it, and we would notice. */
  get owed(): boolean {
    if (!this.#reading || this.#sent.length === this.#unflushedCount) return false
    const only = this.onlyExchange
    return only === null || this.#congested || (only.suspended !== true && only.fed !== true)
  }

  /** Bytes that the socket has brought so far. */
  get receivedBytes(): number {
    return this.#consumedBytes + this.incoming.end - this.incoming.start
  }

  /** Whether frames wait for the end of the tick to be written. */
  get writing(): boolean {
    return this.#unflushedCount > 0
  }

  /** Whether what is sent now is written now: nobody waits, has the turn or holds the others, and the socket takes more. */
  get open(): boolean {
    return this.#waiting.first === null && this.#writable()
  }

  /** Sends an exchange as soon as those before it allow. */
  send(exchange: Exchange): void {
    if (this.open) this.#sendNow(exchange)
    else this.#wait({ next: null, exchange, start: null, refuse: null })
  }

  /**
   * Calls `start` once everything before it has been written. Until the turn ends, nobody else writes.
   * `refuse` is called instead when the connection dies first.
   */
  turn(start: (turn: Turn) => void, refuse: (error: Error) => void): void {
    if (this.open) this.#startTurn(start)
    else this.#wait({ next: null, exchange: null, start, refuse })
  }

  /** Writes more frames of an exchange that is still running. Only the last one can: behind it, they would be misread. */
  append(exchange: Exchange, write: (out: SendBuffer) => void): void {
    if (this.#death !== null) return
    if (this.#sent.last !== exchange) throw new ProtocolError('The server asked for more in the middle of a pipeline')
    if (this.out.length === 0) this.#link.scheduleFlush()
    const mark = this.out.length
    write(this.out)
    if (this.#meters !== null) this.#meters.get(exchange)?.appended(this.out.length - mark)
    if (this.out.length >= FLUSH_BYTES) this.#link.flush()
  }

  /** Counts on `meter` what `exchange`, which is about to be sent, costs. */
  measure(exchange: Exchange, meter: Meter): void {
    this.#meters ??= new Map()
    this.#meters.set(exchange, meter)
  }

  /** Resolves once the socket's queue is short enough for more, or the session is dead. */
  whenUncongested(): Promise<void> {
    return this.#watchers.when(() => this.dead || !this.#congested)
  }

  /** Takes back an exchange that still waits, or whose frames have not left. False when it was sent already. */
  withdraw(exchange: Exchange): boolean {
    const withdrawn = this.#waiting.remove((waiter) => waiter.exchange === exchange) !== null || this.#retract(exchange)
    if (withdrawn) this.#meters?.delete(exchange)
    return withdrawn
  }

  /** Keeps everything that is not sent yet waiting until the returned function is called. */
  hold(): () => void {
    this.#holds++
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#holds--
      this.#pump()
    }
  }

  /** Reads no more until `resumeReading`, for a consumer that does not keep up. What has been read is still handed over. */
  pauseReading(): void {
    this.#reading = false
    this.#link.pause()
  }

  resumeReading(): void {
    this.#reading = true
    this.#link.resume()
  }

  get congested(): boolean {
    return this.#congested
  }

  /** Resolves once the session is idle or dead. */
  whenIdle(): Promise<void> {
    return this.#watchers.when(() => this.dead || this.idle)
  }

  /** The server works on nothing of ours: everything was answered, or all but a portal that waits; or it is dead. */
  get answered(): boolean {
    return this.dead || this.#sent.first === null || this.onlyExchange?.suspended === true
  }

  /** Resolves once the session is `answered`. */
  whenAnswered(): Promise<void> {
    return this.#watchers.when(() => this.answered)
  }

  /** The socket's queue is long (true) or has drained (false). */
  congestion(congested: boolean): void {
    this.#congested = congested
    if (!congested) this.#pump()
  }

  /** Whether the server may run out of work before the next answer comes, so that `out` had better be written. */
  get hungry(): boolean {
    return this.#sent.length - this.#unflushedCount < BACKLOG_EXCHANGES
  }

  /** `out` was handed to the socket. */
  flushed(): void {
    this.#unflushed = null
    this.#unflushedCount = 0
    this.watch?.begin()
  }

  /** Where the socket may read to next. */
  room(): Uint8Array {
    try {
      return this.incoming.writable()
    } catch (error) {
      this.destroy(error as Error)
      return this.incoming.bytes
    }
  }

  /** Takes bytes from a socket that cannot read into `room`. Never throws. */
  accept(chunk: Uint8Array): void {
    try {
      this.incoming.append(chunk)
      this.#readFrames()
    } catch (error) {
      this.destroy(error as Error)
    }
  }

  /** Decodes whatever complete frames have arrived. Never throws: what a peer does wrong ends the session. */
  receive(): void {
    try {
      this.#readFrames()
    } catch (error) {
      this.destroy(error as Error)
    }
  }

  /** Ends the session: the connection goes, and everything in flight or waiting fails, each with its own error. */
  destroy(cause?: Error): void {
    if (this.#death !== null) return
    this.#link.destroy()
    this.lost(cause)
  }

  /** The connection is gone. */
  lost(cause?: Error): void {
    if (this.#death !== null) return
    this.#death = { cause }
    this.watch?.stop()
    let outcome: Outcome = 'unknown'
    for (let exchange = this.#sent.shift(); exchange !== null; exchange = this.#sent.shift()) {
      if (exchange === this.#unflushed) outcome = 'not-sent'
      exchange.fail(this.#failure(outcome))
    }
    this.#unflushed = null
    this.#meters = null
    this.out.reset(false)
    for (let waiter = this.#waiting.shift(); waiter !== null; waiter = this.#waiting.shift()) this.#refuse(waiter)
    this.#turn = null
    this.#watchers.check()
    this.#events.closed(cause)
  }

  #failure(outcome: Outcome): Error {
    const cause = this.#death?.cause
    if (cause instanceof ProtocolError) {
      const error = new ProtocolError(cause.message, { cause })
      error.outcome = outcome
      return error
    }
    const lost = this.#link.lostError(outcome, cause ?? this.#farewell)
    if (lost instanceof ConnectionError) lost.serverError ??= this.#farewell
    return lost
  }

  #writable(): boolean {
    return this.#turn === null && this.#holds === 0 && !this.#congested && !this.#writing && this.#death === null
  }

  #sendNow(exchange: Exchange): void {
    const { out } = this
    const mark = out.length
    this.#writing = true
    try {
      exchange.write(out)
    } catch (error) {
      out.truncate(mark)
      this.#writing = false
      this.#meters?.delete(exchange)
      exchange.fail(error as Error)
      if (this.#waiting.first !== null) this.#pump()
      return
    }
    this.#writing = false
    if (this.#meters !== null) this.#measureSent(exchange, mark)
    this.#sent.add(exchange)
    this.#lastFrames.start = mark
    this.#lastFrames.end = out.length
    this.#unflushed ??= exchange
    this.#unflushedCount++
    if (mark === 0) this.#link.scheduleFlush()
    if (out.length >= FLUSH_BYTES) this.#link.flush()
    // What a codec of the user's has asked for meanwhile.
    if (this.#waiting.first !== null) this.#pump()
  }

  #measureSent(exchange: Exchange, mark: number): void {
    this.#meters?.get(exchange)?.sent(this.out.bytes.subarray(mark, this.out.length))
    // What the server has said unasked meanwhile is no part of its answer.
    if (this.#sent.first === null) this.#answeredBytes = Math.max(this.#answeredBytes, this.#consumedBytes)
  }

  #measureAnswer(exchange: Exchange, bytes: number): void {
    this.#meters?.get(exchange)?.answered(bytes)
    this.#meters?.delete(exchange)
    if (this.#meters?.size === 0) this.#meters = null
  }

  #retract(exchange: Exchange): boolean {
    const { start, end } = this.#lastFrames
    const last = this.#sent.last === exchange && this.#unflushedCount > 0 && this.out.length === end
    if (!last || exchange.retractable !== true) return false
    this.out.truncate(start)
    this.#sent.remove((sent) => sent === exchange)
    this.#unflushedCount--
    if (this.#unflushedCount === 0) this.#unflushed = null
    this.#watchers.check()
    return true
  }

  #startTurn(start: (turn: Turn) => void): void {
    const turn: Turn = {
      send: (exchange) => {
        if (this.#death === null) this.#sendNow(exchange)
        else exchange.fail(this.#failure('not-sent'))
      },
      end: () => {
        if (this.#turn !== turn) return
        this.#turn = null
        this.#pump()
      },
    }
    this.#turn = turn
    start(turn)
  }

  #wait(waiter: Waiter): void {
    if (this.#death === null) this.#waiting.add(waiter)
    else this.#refuse(waiter)
  }

  #refuse({ exchange, refuse }: Waiter): void {
    const failure = this.#failure('not-sent')
    exchange?.fail(failure)
    refuse?.(failure)
  }

  #pump(): void {
    // A turn that ends as soon as it starts comes back here; a loop takes any number of them, the stack would not.
    if (this.#pumping) return
    this.#pumping = true
    while (this.#writable()) {
      const waiter = this.#waiting.shift()
      if (waiter === null) break
      if (waiter.exchange !== null) this.#sendNow(waiter.exchange)
      else if (waiter.start !== null) this.#startTurn(waiter.start)
    }
    this.#pumping = false
    this.#watchers.check()
  }

  #readFrames(): void {
    const { incoming } = this
    const { bytes, view, end } = incoming
    const limit = this.#maxMessageBytes
    let at = incoming.start
    while (end - at >= 5) {
      const type = bytes[at]!
      const length = view.getUint32(at + 1)
      const payload = at + 5
      const next = at + 1 + length
      if (next > end || next < payload || length > limit) {
        backendMessage(type, length, limit)
        break
      }
      if (type === DATA_ROW) {
        const exchange = this.#sent.first
        if (exchange === null) throw new ProtocolError('Unexpected dataRow message from the server while idle')
        exchange.row(bytes, view, payload, next)
      } else {
        this.#message(type, length, bytes, view, payload, next)
        if (this.#death !== null) return
      }
      at = next
    }
    this.#consumedBytes += at - incoming.start
    incoming.start = at
  }

  #message(type: number, length: number, bytes: Buffer, view: DataView, offset: number, end: number): void {
    const { name } = backendMessage(type, length, this.#maxMessageBytes)
    const reader = this.#reader.open(name, bytes, view, offset, end)
    switch (name) {
      case 'readyForQuery':
        this.#readyForQuery(readReadyForQuery(reader), end)
        break
      case 'errorResponse':
        this.#errorResponse(postgresErrorFrom(readErrorFields(reader)))
        break
      case 'noticeResponse':
        this.#notice(new PostgresError(readErrorFields(reader)))
        break
      case 'parameterStatus':
        this.#parameterStatus(...readParameterStatus(reader))
        break
      case 'notificationResponse':
        this.#events.notification(readNotification(reader))
        break
      default: {
        const exchange = this.#sent.first
        if (exchange === null) throw new ProtocolError(`Unexpected ${name} message from the server while idle`)
        exchange.message(name, reader)
        if (exchange.suspended === true) this.#watchers.check()
      }
    }
  }

  #readyForQuery(status: TransactionStatus, end: number): void {
    const exchange = this.#sent.first
    if (exchange === null) throw new ProtocolError('Unexpected readyForQuery message from the server while idle')
    this.status = status
    const answered = this.#consumedBytes + end - this.incoming.start
    if (this.#meters !== null) this.#measureAnswer(exchange, answered - this.#answeredBytes)
    this.#answeredBytes = answered
    exchange.ready(status)
    this.#sent.shift()
    if (this.out.length > 0 && this.hungry) this.#link.scheduleFlush()
    if (this.#sent.first === null) this.#watchers.check()
  }

  #errorResponse(error: PostgresError): void {
    const exchange = this.#sent.first
    if (error.code === READ_ONLY) this.refusedWrite = true
    // Without anybody to tell, it is the server's farewell: 57P01 before a shutdown, 57P05 after too long a pause.
    if (exchange === null) this.destroy(error)
    else {
      exchange.error(error)
      if (!error.fatal) return
      if (error.outcome === 'rolled-back' && fromBetween(error)) error.outcome = 'unknown'
      // The server hangs up now. Somebody in between might not.
      this.destroy(error)
    }
  }

  #notice(notice: PostgresError): void {
    // When a server crashes, its sessions say so by a warning, and hang up.
    if (notice.code.startsWith(SHUTDOWN)) this.#farewell = notice
    this.#events.notice(notice)
  }

  #parameterStatus(name: string, value: string): void {
    this.changes.noteSetting(name, this.parameters.get(name), value)
    this.parameters.set(name, value)
    if (this.parameters.size > MAX_REPORTED_SETTINGS) throw new ProtocolError('The server reports too many settings')
    if (name === 'client_encoding' && value !== 'UTF8') {
      throw new ProtocolError('client_encoding was changed, and only UTF8 can be decoded')
    }
  }
}
