import { connect as connectTcp, type OnReadOpts, type Socket } from 'node:net'
import { connect as connectTls, TLSSocket } from 'node:tls'

import type { ConnectionSettings, ServerAddress, TlsSettings } from '../config/connection-settings.ts'
import { ConnectionError, type ConnectionErrorCode, type ConnectionPhase } from '../errors/connection-error.ts'
import type { Outcome } from '../errors/outcome.ts'
import { sslRequest, writeTerminate } from '../wire/control-messages.ts'
import { ALPN, secureOptions } from './secure-options.ts'
import type { Session, SessionLink } from './session.ts'
import { warnUnverified } from './warn-unverified.ts'

/** Above this many bytes in the socket's own queue, nothing more is written until it has drained. */
const CONGESTED_BYTES = 1_048_576

const ANSWER_YES = 'S'.charCodeAt(0)
const ANSWER_NO = 'N'.charCodeAt(0)

/** Node alone reads from the socket straight into a buffer of ours; 191 ms against 474 ms of CPU for 2 GiB. */
const readsIntoBuffer = !('bun' in process.versions) && !('deno' in process.versions)

/** Whether TLS is spoken: `offered` is where the server can, and in the clear where it says that it cannot. */
export type Encryption = 'none' | 'offered' | 'required'

/** The only place that touches a socket: opens it, with TLS if asked, and moves bytes between it and a session. */
export class Transport implements SessionLink {
  readonly #settings: ConnectionSettings
  readonly #address: ServerAddress
  #timeLimitMs: number
  #phase: ConnectionPhase = 'connecting'
  #socket: Socket | null = null
  #session: Session | null = null
  #flushScheduled = false
  #timedOut = false
  #readyAt: number | undefined
  #connectedMs: number | undefined
  #opening: ((error: Error) => void) | null = null
  /** Gets the next bytes instead of the session: the answer to the request for TLS. */
  #answering: ((bytes: Buffer) => void) | null = null
  #handshaking = false
  readonly #closed: Promise<void>
  #markClosed: () => void = () => {}

  constructor(settings: ConnectionSettings, address: ServerAddress = settings.hosts[0]) {
    this.#settings = settings
    this.#address = address
    this.#timeLimitMs = settings.connectTimeoutMs
    this.#closed = new Promise((resolve) => {
      this.#markClosed = resolve
    })
  }

  /** How far the connection has come, for its errors. */
  get phase(): ConnectionPhase {
    return this.#phase
  }

  set phase(phase: ConnectionPhase) {
    this.#phase = phase
    if (phase === 'ready') this.#readyAt = performance.now()
  }

  /** Where the open socket leads: the address that the host's name stood for this time. */
  get address(): ServerAddress {
    const { remoteAddress, remotePort } = this.#socket ?? {}
    if (this.#address.kind === 'unix' || remoteAddress === undefined || remotePort === undefined) return this.#address
    return { ...this.#address, port: remotePort, hostaddr: remoteAddress }
  }

  /** Resolves once the socket is gone. */
  get closed(): Promise<void> {
    return this.#closed
  }

  /** The session that gets the bytes; before `open`. */
  attach(session: Session): void {
    this.#session = session
  }

  /** Whether the bytes are encrypted. */
  get encrypted(): boolean {
    return this.#socket instanceof TLSSocket
  }

  /** Why it ended: the server and we could not agree on TLS, or one of us did not like the other's certificate. */
  get handshakeFailed(): boolean {
    return this.#handshaking && !this.#timedOut && this.#phase === 'tls'
  }

  /** The server's certificate in DER; undefined without TLS. */
  get serverCertificate(): Uint8Array | undefined {
    const raw: unknown = this.#socket instanceof TLSSocket ? this.#socket.getPeerCertificate().raw : undefined
    return raw instanceof Uint8Array ? raw : undefined
  }

  /** Opens the socket, and TLS on it where that is wanted. */
  async open(encryption: Encryption): Promise<void> {
    if (this.#socket === null) await this.reach(encryption)
    const tls = this.#tlsFor(encryption)
    if (tls === undefined) return this.#refuseWithoutCertificate()
    await (tls.negotiation === 'direct' ? this.#finishDirectTls(tls) : this.#negotiateTls(tls, encryption))
  }

  /** Opens the socket alone, for whoever wants to know first whether anybody is there; `open` does the rest. */
  async reach(encryption: Encryption): Promise<void> {
    if (this.#phase === 'closing') throw this.lostError('not-sent', undefined)
    const tls = this.#tlsFor(encryption)
    if (tls?.negotiation === 'direct') return this.#connectDirectly(tls)
    // Node reads what comes through TLS by events, and what then comes in the clear straight into our buffer.
    return this.#connect(encryption !== 'required' || tls === undefined)
  }

  /** Who wants to be asked for a certificate cannot be asked here: on a unix socket, that is. */
  #refuseWithoutCertificate(): void {
    const { tls } = this.#settings
    if (tls === false || !tls.certRequired) return
    throw this.#abort(new Error('sslcertmode=require needs TLS, which unix sockets do not have'))
  }

  #tlsFor(encryption: Encryption): TlsSettings | undefined {
    const { tls } = this.#settings
    return tls === false || this.#address.kind === 'unix' || encryption === 'none' ? undefined : tls
  }

  /** Gives up because the time for connecting is over. */
  timeOut(timeLimitMs: number = this.#settings.connectTimeoutMs): void {
    this.#timedOut = true
    this.#timeLimitMs = timeLimitMs
    this.#down(undefined)
  }

  /** Gives up because nobody wants the connection any more. */
  giveUp(): void {
    this.#phase = 'closing'
    this.#down(undefined)
  }

  scheduleFlush(): void {
    if (this.#flushScheduled) return
    this.#flushScheduled = true
    // After the promise jobs of this turn: whatever they ask for leaves in the same write.
    process.nextTick(flushTransport, this)
  }

  /** The flush at the end of a tick. It may be left to a later one, which the session asks for in time. */
  flushIfHungry(): void {
    this.#flushScheduled = false
    if (this.#session?.hungry === true) this.flush()
  }

  flush(): void {
    const session = this.#session
    const socket = this.#socket
    if (session === null || socket === null || session.dead) return
    const { out } = session
    if (out.length === 0) return
    socket.write(out.bytes.subarray(0, out.length))
    const queued = socket.writableLength
    // Nothing queued: the kernel has the bytes, and the buffer is ours again.
    out.reset(queued > 0)
    session.flushed()
    if (queued > CONGESTED_BYTES) session.congestion(true)
  }

  /** Sends bytes that are no session's, and resolves once the server has closed the connection. */
  async sendAndAwaitClose(bytes: Uint8Array): Promise<void> {
    this.#socket?.resume()
    this.#socket?.write(bytes)
    await this.#closed
    if (this.#timedOut) throw this.lostError('unknown', undefined)
  }

  /**
   * Resolves when a server is there, for a transport without a session: it has made TLS with us where `encrypted`, else it
   * has said whether it could.
   */
  async knock(encrypted: boolean): Promise<void> {
    await this.open(encrypted ? 'required' : 'none')
    const socket = this.#socket
    if (!encrypted && socket !== null) await this.#askForTls(socket)
  }

  /** Closes in order, without a word. */
  hangUp(): void {
    this.#phase = 'closing'
    this.#socket?.resume()
    this.#socket?.end()
  }

  /** Says goodbye to the server and closes in order. */
  end(): void {
    const session = this.#session
    if (session === null || session.dead) return
    writeTerminate(session.out)
    this.flush()
    this.#phase = 'closing'
    this.#socket?.end()
  }

  pause(): void {
    this.#socket?.pause()
  }

  resume(): void {
    this.#socket?.resume()
  }

  destroy(): void {
    this.#socket?.destroy()
    if (this.#socket === null) this.#markClosed()
  }

  unref(): void {
    this.#socket?.unref()
  }

  ref(): void {
    this.#socket?.ref()
  }

  lostError(outcome: Outcome, cause: Error | undefined): Error {
    if (this.#phase === 'ready' || this.#phase === 'closing') {
      const closed = this.#phase === 'closing'
      const because = cause === undefined ? '' : `: ${cause.message}`
      return closed
        ? this.#error('PGWIRE_CONNECTION_CLOSED', 'The connection is closed', outcome, cause)
        : this.#error('PGWIRE_CONNECTION_LOST', `The connection to ${this.#where()} was lost${because}`, outcome, cause)
    }
    if (this.#timedOut) {
      const budget = `${this.#timeLimitMs} ms`
      const text = `Cannot connect to ${this.#where()} within ${budget}: still ${phaseText(this.#phase)}`
      return this.#error('PGWIRE_CONNECT_TIMEOUT', text, 'not-sent', cause)
    }
    const reason = cause === undefined ? 'the server closed the connection' : cause.message
    const text = `Cannot connect to ${this.#where()} while ${phaseText(this.#phase)}: ${reason}`
    return this.#error('PGWIRE_CONNECT_FAILED', text, 'not-sent', cause)
  }

  #error(code: ConnectionErrorCode, message: string, outcome: Outcome, cause: Error | undefined): ConnectionError {
    const { host, port } = this.#address
    this.#noteEnd()
    const connectedMs = this.#connectedMs
    return new ConnectionError(message, { code, host, port, phase: this.#phase, outcome, connectedMs, cause })
  }

  #noteEnd(): void {
    if (this.#readyAt !== undefined) this.#connectedMs ??= Math.round(performance.now() - this.#readyAt)
  }

  #where(): string {
    const address = this.#address
    return address.kind === 'unix' ? address.path : `${address.host}:${address.port}`
  }

  get #canReadIntoBuffer(): boolean {
    return readsIntoBuffer && this.#session !== null
  }

  async #connect(intoBuffer: boolean): Promise<void> {
    const address = this.#address
    const direct = intoBuffer && this.#canReadIntoBuffer
    const socket = connectTcp({
      ...(address.kind === 'unix'
        ? { path: address.path }
        : { host: address.hostaddr ?? address.host, port: address.port }),
      ...(direct ? { onread: this.#intoBuffer() } : {}),
    })
    this.#adopt(socket)
    await this.#event(socket, 'connect')
    this.#configure(socket)
    if (!direct) socket.on('data', (chunk: Buffer) => this.#take(chunk))
  }

  async #negotiateTls(tls: TlsSettings, encryption: Encryption): Promise<void> {
    this.#phase = 'tls'
    const socket = this.#socket
    if (socket === null) throw this.lostError('not-sent', undefined)
    const answer = await this.#askForTls(socket)
    if (answer.length !== 1 || (answer[0] !== ANSWER_YES && answer[0] !== ANSWER_NO)) {
      // Nothing that comes before TLS is the server's word: neither an error nor bytes to be read after the handshake.
      throw this.#abort(new Error('it answered the request for TLS with something else'))
    }
    if (answer[0] === ANSWER_NO) {
      if (encryption === 'required') throw this.#abort(new Error('the server does not support TLS'))
      socket.resume()
      return
    }
    socket.removeAllListeners('data')
    const secured = connectTls({ socket, ...secureOptions(tls, this.#address.host) })
    this.#adopt(secured, tls)
    await this.#shakeHands(secured, tls)
    secured.on('data', (chunk: Buffer) => this.#take(chunk))
  }

  /** TLS from the first byte. */
  async #connectDirectly(tls: TlsSettings): Promise<void> {
    const address = this.#address
    const secured = connectTls({
      ...(address.kind === 'unix' ? {} : { host: address.hostaddr ?? address.host }),
      port: address.port,
      ...secureOptions(tls, address.host),
      ...(this.#canReadIntoBuffer ? { onread: this.#intoBuffer() } : {}),
    })
    this.#adopt(secured, tls)
    await this.#event(secured, 'connect')
    this.#configure(secured)
  }

  async #finishDirectTls(tls: TlsSettings): Promise<void> {
    this.#phase = 'tls'
    const secured = this.#socket
    if (!(secured instanceof TLSSocket)) throw this.lostError('not-sent', undefined)
    await this.#shakeHands(secured, tls)
    // A server that serves another protocol on this port must not be led to take ours for its own.
    if (secured.alpnProtocol !== ALPN)
      throw this.#abort(new Error('the server did not agree to speak PostgreSQL (ALPN)'))
    if (!this.#canReadIntoBuffer) secured.on('data', (chunk: Buffer) => this.#take(chunk))
  }

  async #shakeHands(secured: TLSSocket, tls: TlsSettings): Promise<void> {
    this.#handshaking = true
    await this.#event(secured, 'secureConnect')
    // What a server says of the signatures that it takes is part of its request for a certificate, and of nothing else.
    if (tls.certRequired && secured.getSharedSigalgs().length === 0) {
      throw this.#abort(new Error('the server did not ask for our certificate, as sslcertmode=require has it'))
    }
    this.#handshaking = false
    if (tls.verify === 'none' && tls.asked) warnUnverified()
  }

  /** Resolves at the event, and rejects when the socket ends before it. */
  #event(socket: Socket, name: 'connect' | 'secureConnect'): Promise<void> {
    return new Promise((resolve, reject) => {
      // It may have ended between two steps, and would not say so again.
      if (socket.destroyed) throw this.lostError('not-sent', socket.errored ?? undefined)
      this.#opening = reject
      socket.once(name, () => {
        this.#opening = null
        resolve()
      })
    })
  }

  #configure(socket: Socket): void {
    socket.setNoDelay(true)
    const { keepaliveIdleMs } = this.#settings
    if (keepaliveIdleMs > 0) socket.setKeepAlive(true, keepaliveIdleMs)
  }

  #askForTls(socket: Socket): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (socket.destroyed) throw this.lostError('not-sent', socket.errored ?? undefined)
      this.#opening = reject
      this.#answering = (answer) => {
        this.#opening = null
        resolve(answer)
      }
      socket.write(sslRequest())
    })
  }

  /** Has the socket read into the session's buffer. */
  #intoBuffer(): OnReadOpts {
    const session = this.#session
    if (session === null) throw this.lostError('not-sent', undefined)
    return {
      buffer: () => session.room(),
      callback: (count, bytes) => {
        if (this.#answering !== null) {
          this.#take(Buffer.from(bytes.subarray(0, count)))
          return false
        }
        session.incoming.received(count)
        session.receive()
        return true
      },
    }
  }

  #take(bytes: Buffer): void {
    const answering = this.#answering
    if (answering === null) {
      this.#session?.accept(bytes)
      return
    }
    this.#answering = null
    // Whatever else comes must not be read before it is known in which language.
    this.#socket?.pause()
    answering(bytes)
  }

  #adopt(socket: Socket, tls?: TlsSettings): void {
    this.#socket = socket
    if (tls?.keyLog !== undefined) socket.on('keylog', tls.keyLog)
    let failure: Error | undefined
    socket.on('error', (error) => {
      failure ??= error
    })
    // The server has said its last word: whoever still waits for an answer must not wait for the socket's own end.
    socket.on('end', () => socket.destroy())
    socket.on('close', () => {
      // The plain socket below TLS closes too, and knows nothing of the reason.
      if (this.#socket !== socket) return
      this.#markClosed()
      this.#down(failure)
    })
    socket.on('drain', () => this.#session?.congestion(false))
  }

  /** The one way down, for whoever throws what it told. */
  #abort(cause: Error | undefined): Error {
    const error = this.lostError('not-sent', cause)
    this.#down(cause, error)
    return error
  }

  /** Tells whoever opens the socket, or the session. No error is made for nobody: it costs 50 us at each orderly end. */
  #down(cause: Error | undefined, error?: Error): void {
    this.#noteEnd()
    const opening = this.#opening
    this.#opening = null
    this.#socket?.destroy()
    opening?.(error ?? this.lostError('not-sent', cause))
    this.#session?.lost(cause)
  }
}

function flushTransport(transport: Transport): void {
  transport.flushIfHungry()
}

function phaseText(phase: ConnectionPhase): string {
  return phase === 'tls' ? 'starting TLS' : phase
}
