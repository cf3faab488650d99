/** Clients of PGlite, one after the other, because it has one session. */
import type { Socket } from 'node:net'

import type { PGlite } from '@electric-sql/pglite'

import { HeldCopy, isCopyInResponse } from './held-copy.ts'
import { frames, isCancelRequest, isEncryptionRequest, messages } from './protocol.ts'

const READY_FOR_QUERY = 0x5a
const QUERY = 0x51
const SYNC = 0x53
const TERMINATE = 0x58

/** Neither GSS nor TLS: the socket is private. */
const REFUSED = 'N'

export class PgliteSessions {
  readonly #database: PGlite
  readonly #sockets = new Set<Socket>()
  /** Settles when the last client that has its turn, or waits for it, is gone. */
  #line: Promise<void> = Promise.resolve()

  constructor(database: PGlite) {
    this.#database = database
  }

  /** Ends every connection at once. */
  close(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Answers a client until it leaves. Never rejects: whatever goes wrong ends the connection, and the client sees that. */
  async serve(socket: Socket): Promise<void> {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
    try {
      await this.#answer(socket)
      socket.end()
    } catch {
      socket.destroy()
    }
  }

  async #answer(socket: Socket): Promise<void> {
    let leave = (): void => {}
    const copy = new HeldCopy()
    try {
      let started = false
      for await (const message of messages(socket)) {
        if (!started) {
          if (isCancelRequest(message)) return
          if (isEncryptionRequest(message)) {
            socket.write(REFUSED)
            continue
          }
          leave = await this.#turn()
          started = true
          await this.#forgetTheLast()
          await this.#pass(socket, message, true)
          continue
        }
        const [type] = message
        if (type === TERMINATE) return
        const { tell, pass } = copy.take(message)
        if (tell !== null) socket.write(tell)
        if (pass !== null) await this.#pass(socket, pass, type === QUERY || type === SYNC)
      }
    } finally {
      leave()
    }
  }

  /**
   * Has PGlite answer, without the invitation to a COPY, which the client has had. `ends`: whether a server is ready behind the message;
   * PGlite may say so behind an error already.
   */
  async #pass(socket: Socket, message: Buffer, ends: boolean): Promise<void> {
    const answer = frames(await this.#database.execProtocolRaw(message)).filter(
      (frame) => !isCopyInResponse(frame) && (ends || frame[0] !== READY_FOR_QUERY),
    )
    if (answer.length > 0) socket.write(Buffer.concat(answer))
  }

  async #forgetTheLast(): Promise<void> {
    await this.#database.exec('rollback')
    await this.#database.exec('discard all')
  }

  /** Waits until all who came before are gone; what it gives lets the next one in. */
  async #turn(): Promise<() => void> {
    const before = this.#line
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#line = before.then(() => promise)
    await before
    return resolve
  }
}
