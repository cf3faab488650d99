import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions as TlsConnectOptions } from 'node:tls'

import type { PemSource } from '../config/connection-options.ts'
import type { ConnectionSettings, ServerAddress, TlsSettings } from '../config/connection-settings.ts'
import { ConnectionError, type ConnectionErrorCode, type ConnectionPhase } from '../errors/connection-error.ts'
import type { Outcome } from '../errors/outcome.ts'
import { sslRequest, writeTerminate } from '../wire/control-messages.ts'
import type { Session, SessionLink } from './session.ts'

/** Above this many bytes in the socket's own queue, nothing more is written until it has drained. */
const CONGESTED_BYTES = 1_048_576

const ANSWER_YES = 'S'.charCodeAt(0)
const ANSWER_NO = 'N'.charCodeAt(0)

/** Node alone reads from the socket straight into a buffer of ours; 191 ms against 474 ms of CPU for 2 GiB. */
const readsIntoBuffer = !('bun' in process.versions) && !('deno' in process.versions)

/** The only place that touches a socket: opens it, with TLS if asked, and moves bytes between it and a session. */
export class Transport implements SessionLink {
  readonly #settings: ConnectionSettings
  readonly #address: ServerAddress
  #phase: ConnectionPhase = 'connecting'
  #socket: Socket | null = null
  #session: Session | null = null
  #flushScheduled = false
  #timedOut = false
  #opening: ((error: Error) => void) | null = null
  readonly #closed: Promise<void>
  #markClosed: () => void = () => {}

  constructor(settings: ConnectionSettings, address: ServerAddress = settings.hosts[0]) {
    this.#settings = settings
    this.#address = address
    this.#closed = new Promise((resolve) => {
      this.#markClosed = resolve
    })
  }

  /** How far the connection has come, for its errors. */
  set phase(phase: ConnectionPhase) {
    this.#phase = phase
  }

  /** Where the open socket leads: the address that the host's name stood for this time. */
  get address(): ServerAddress {
    const { remoteAddress, remotePort } = this.#socket ?? {}
    if (this.#address.kind === 'unix' || remoteAddress === undefined || remotePort === undefined) return this.#address
    return { kind: 'tcp', host: remoteAddress, port: remotePort }
  }

  /** Resolves once the socket is gone. */
  get closed(): Promise<void> {
    return this.#closed
  }

  /** The session that gets the bytes; before `open`. */
  attach(session: Session): void {
    this.#session = session
  }

  /** Opens the socket, and TLS on it where the settings say so. */
  async open(): Promise<void> {
    const { tls } = this.#settings
    await this.#connect(tls === false)
    if (tls !== false) await this.#startTls(tls)
  }

  /** Gives up because the time for connecting is over. */
  timeOut(): void {
    this.#timedOut = true
    this.#abort(undefined)
  }

  /** Gives up because nobody wants the connection any more. */
  giveUp(): void {
    this.#phase = 'closing'
    this.#abort(undefined)
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
      return closed
        ? this.#error('PGWIRE_CONNECTION_CLOSED', 'The connection is closed', outcome, cause)
        : this.#error('PGWIRE_CONNECTION_LOST', `The connection to ${this.#where()} was lost`, outcome, cause)
    }
    if (this.#timedOut) {
      const budget = `${this.#settings.connectTimeoutMs} ms`
      const text = `Cannot connect to ${this.#where()} within ${budget}: still ${phaseText(this.#phase)}`
      return this.#error('PGWIRE_CONNECT_TIMEOUT', text, 'not-sent', cause)
    }
    const reason = cause === undefined ? 'the server closed the connection' : cause.message
    const text = `Cannot connect to ${this.#where()} while ${phaseText(this.#phase)}: ${reason}`
    return this.#error('PGWIRE_CONNECT_FAILED', text, 'not-sent', cause)
  }

  #error(code: ConnectionErrorCode, message: string, outcome: Outcome, cause: Error | undefined): ConnectionError {
    const { host, port } = this.#address
    return new ConnectionError(message, { code, host, port, phase: this.#phase, outcome, cause })
  }

  #where(): string {
    const address = this.#address
    return address.kind === 'unix' ? address.path : `${address.host}:${address.port}`
  }

  #connect(readIntoBuffer: boolean): Promise<void> {
    const session = this.#session
    const address = this.#address
    return new Promise((resolve, reject) => {
      const socket = connectTcp({
        ...(address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port }),
        ...(readIntoBuffer && readsIntoBuffer && session !== null
          ? {
              onread: {
                buffer: () => session.room(),
                callback: (count: number) => {
                  session.incoming.received(count)
                  session.receive()
                  return true
                },
              },
            }
          : {}),
      })
      this.#opening = reject
      this.#adopt(socket)
      socket.once('connect', () => {
        this.#opening = null
        socket.setNoDelay(true)
        socket.setKeepAlive(true, 60_000)
        if (readIntoBuffer && !readsIntoBuffer) this.#readEvents(socket)
        resolve()
      })
    })
  }

  async #startTls(tls: TlsSettings): Promise<void> {
    this.#phase = 'tls'
    const socket = this.#socket
    if (socket === null) throw this.lostError('not-sent', undefined)
    const answer = await this.#askForTls(socket)
    if (answer.length !== 1 || (answer[0] !== ANSWER_YES && answer[0] !== ANSWER_NO)) {
      // Nothing that comes before TLS is the server's word: neither an error nor bytes to be read after the handshake.
      throw this.#abort(new Error('it answered the request for TLS with something else'))
    }
    if (answer[0] === ANSWER_NO) throw this.#abort(new Error('the server does not support TLS'))
    const secured = connectTls({ socket, ...tlsOptions(tls) })
    this.#adopt(secured)
    await new Promise<void>((resolve, reject) => {
      this.#opening = reject
      secured.once('secureConnect', () => {
        this.#opening = null
        resolve()
      })
    })
    this.#readEvents(secured)
  }

  #askForTls(socket: Socket): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#opening = reject
      socket.once('data', (answer: Buffer) => {
        this.#opening = null
        socket.pause()
        resolve(answer)
      })
      socket.write(sslRequest())
    })
  }

  #readEvents(socket: Socket): void {
    const session = this.#session
    if (session === null) return
    socket.on('data', (chunk: Buffer) => session.accept(chunk))
  }

  #adopt(socket: Socket): void {
    this.#socket = socket
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
      this.#abort(failure)
    })
    socket.on('drain', () => this.#session?.congestion(false))
  }

  /** The one way down: tells whoever opens the socket, or the session. Returns what it told. */
  #abort(cause: Error | undefined): Error {
    const error = this.lostError('not-sent', cause)
    const opening = this.#opening
    this.#opening = null
    this.#socket?.destroy()
    opening?.(error)
    this.#session?.lost(cause)
    return error
  }
}

function flushTransport(transport: Transport): void {
  transport.flushIfHungry()
}

function tlsOptions(tls: TlsSettings): TlsConnectOptions {
  const { verify, servername, ca, cert, key, passphrase } = tls
  return {
    // `host` is the name that Node verifies; SNI cannot carry an address.
    host: servername,
    ...(isIP(servername) === 0 ? { servername } : {}),
    rejectUnauthorized: verify !== 'none',
    ...(verify === 'ca' ? { checkServerIdentity: () => undefined } : {}),
    ...(ca === undefined ? {} : { ca: pem(ca) }),
    ...(cert === undefined ? {} : { cert: pem(cert) }),
    ...(key === undefined ? {} : { key: pem(key) }),
    ...(passphrase === undefined ? {} : { passphrase }),
  }
}

function pem(source: PemSource | readonly PemSource[]): string | Buffer | (string | Buffer)[] {
  if (typeof source === 'string') return source
  return source instanceof Uint8Array ? Buffer.from(source) : source.map((one) => pem(one) as string | Buffer)
}

function phaseText(phase: ConnectionPhase): string {
  return phase === 'tls' ? 'starting TLS' : phase
}
