import { once } from 'node:events'
import type { Socket } from 'node:net'
import { TLSSocket, type TLSSocketOptions } from 'node:tls'

import {
  authenticationOk,
  backendKeyData,
  type Bytes,
  joined,
  parameterStatus,
  readyForQuery,
} from './backend-messages.ts'
import { eventLoopTurn } from './event-loop-turn.ts'
import {
  type FrontendMessage,
  type FrontendMessageType,
  type OpeningMessage,
  takeMessage,
  takeOpening,
} from './frontend-messages.ts'

/** The client closed, or lost, the connection while the script waited for it. Ends a script quietly. */
export class PeerGoneError extends Error {
  override readonly name = 'PeerGoneError'
}

export type Startup = Extract<OpeningMessage, { type: 'startup' }>

type MessageOf<Type extends FrontendMessageType> = Extract<FrontendMessage, { type: Type }>

export interface LoginOptions {
  readonly parameters?: Readonly<Record<string, string>>
  readonly processId?: number
  readonly secretKey?: number | Uint8Array
}

/** The server's end of one connection, played by a script. It sends and expects nothing of its own accord. */
export class ScriptedPeer {
  /** All messages that the script has taken so far, in order. */
  readonly received: (OpeningMessage | FrontendMessage)[] = []
  /** Resolves when the connection is over, whoever ended it. */
  readonly closed: Promise<void>
  /** What the bytes of the kernel pass through; the same as `#socket` except in TLS. */
  readonly #transport: Socket
  #socket: Socket
  #unread: Buffer = Buffer.alloc(0)
  #over = false
  #wake: () => void = () => {}

  constructor(socket: Socket) {
    this.#transport = socket
    this.#socket = socket
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#over = true
        this.#wake()
        resolve()
      })
    })
    this.#read(socket)
  }

  /** The next opening message, unanswered. */
  opening(): Promise<OpeningMessage> {
    return this.#take(takeOpening)
  }

  /** The startup message; declines encryption before it, as often as it is asked for. */
  async startup(): Promise<Startup> {
    for (;;) {
      const opening = await this.opening()
      if (opening.type === 'startup') return opening
      if (opening.type === 'cancelRequest')
        throw new Error('The client sent a cancel request instead of a startup message')
      this.send('N')
    }
  }

  /** Plays a whole login without a password, up to ReadyForQuery. */
  async login({ parameters, processId = 4711, secretKey = 42 }: LoginOptions = {}): Promise<Startup> {
    const startup = await this.startup()
    const reported = {
      server_version: '18.4',
      client_encoding: 'UTF8',
      standard_conforming_strings: 'on',
      ...parameters,
    }
    const statuses = Object.entries(reported).map(([name, value]) => parameterStatus(name, value))
    this.send(authenticationOk(), ...statuses, backendKeyData(processId, secretKey), readyForQuery())
    return startup
  }

  /** The next message; with a type, an error unless it is of that type. */
  message(): Promise<FrontendMessage>
  message<Type extends FrontendMessageType>(type: Type): Promise<MessageOf<Type>>
  async message(type?: FrontendMessageType): Promise<FrontendMessage> {
    const message = await this.#take(takeMessage)
    if (type !== undefined && message.type !== type)
      throw new Error(`Expected ${type}, the client sent ${message.type}`)
    return message
  }

  /** The messages up to and with the first of a type, as in `until('sync')`. */
  async until(type: FrontendMessageType): Promise<FrontendMessage[]> {
    const messages: FrontendMessage[] = []
    do messages.push(await this.message())
    while (messages.at(-1)?.type !== type)
    return messages
  }

  /** Sends everything in one write. */
  send(...parts: readonly Bytes[]): void {
    if (this.#over) throw new PeerGoneError('The client is gone')
    this.#socket.write(joined(parts))
  }

  /** Sends in writes of `size` bytes, each flushed to the kernel before the next. */
  async sendInPieces(size: number, ...parts: readonly Bytes[]): Promise<void> {
    const whole = joined(parts)
    for (let offset = 0; offset < whole.length; offset += size) {
      if (this.#over) throw new PeerGoneError('The client is gone')
      await new Promise((resolve) => this.#socket.write(whole.subarray(offset, offset + size), resolve))
      await eventLoopTurn()
    }
  }

  /**
   * Continues the connection in TLS, with a certificate and key as PEM. Answer the SSLRequest with `S` first, if there was
   * one. Returns the socket, which knows what the client has asked for.
   */
  async startTls(
    keyed: { readonly certificate: string; readonly key: string },
    options: TLSSocketOptions = {},
  ): Promise<TLSSocket> {
    this.#socket.removeAllListeners('data')
    const { certificate: cert, key } = keyed
    const secure = new TLSSocket(this.#socket, { isServer: true, cert, key, ...options })
    this.#socket = secure
    this.#read(secure)
    await Promise.race([once(secure, 'secure'), this.closed])
    if (this.#over) throw new PeerGoneError('The client ended the TLS handshake')
    return secure
  }

  /** Stops reading from the socket: the client's writes pile up, as behind a dead network. */
  stopReading(): void {
    this.#socket.pause()
  }

  resumeReading(): void {
    this.#socket.resume()
  }

  /** Ends the connection in an orderly way, with FIN behind everything sent. */
  close(): void {
    this.#socket.end()
  }

  /** Ends the connection at once: with RST on TCP, without a goodbye on a unix socket, which knows no RST. */
  reset(): void {
    // Nor can a socket be reset that has sent its FIN: the attempt would leave it open for ever.
    if (this.#transport.remoteAddress === undefined || this.#transport.writableEnded) this.#transport.destroy()
    else this.#transport.resetAndDestroy()
  }

  #read(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => {
      this.#unread = Buffer.concat([this.#unread, chunk])
      this.#wake()
    })
    socket.on('end', () => {
      this.#over = true
      this.#wake()
    })
    // The error of a connection that the client broke is followed by 'close', which is what scripts wait for.
    socket.on('error', () => {})
  }

  async #take<Message extends OpeningMessage | FrontendMessage>(
    from: (bytes: Buffer) => { message: Message; rest: Buffer } | undefined,
  ): Promise<Message> {
    for (;;) {
      const taken = from(this.#unread)
      if (taken !== undefined) {
        this.#unread = taken.rest
        this.received.push(taken.message)
        return taken.message
      }
      if (this.#over) throw new PeerGoneError('The client is gone')
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
