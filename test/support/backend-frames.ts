import { takeOpening } from './frontend-messages.ts'

/** One whole message of the server that ends inside a chunk. */
export interface BackendFrame {
  readonly type: string
  /** Where the message ends, counted from the front of the chunk. */
  readonly end: number
}

/** Finds the messages in what a server sends, given both directions of a connection. It sees nothing inside TLS. */
export class BackendFrames {
  #opening: Buffer | undefined = Buffer.alloc(0)
  /** Encryption requests that the server has yet to answer, with one byte each. */
  #encryptionRequests = 0
  #encrypted = false
  #header: Buffer = Buffer.alloc(0)
  #bodyBytesLeft = 0

  /** Shows it what the client sends, which it needs up to the startup message. */
  fromClient(chunk: Buffer): void {
    if (this.#opening === undefined) return
    this.#opening = Buffer.concat([this.#opening, chunk])
    for (let taken = takeOpening(this.#opening); taken !== undefined; taken = takeOpening(this.#opening)) {
      if (!taken.message.type.endsWith('Request') || taken.message.type === 'cancelRequest') {
        this.#opening = undefined
        return
      }
      this.#encryptionRequests++
      this.#opening = taken.rest
    }
  }

  /** Gives the messages that end inside the chunk. */
  fromServer(chunk: Buffer): BackendFrame[] {
    const frames: BackendFrame[] = []
    let offset = 0
    while (offset < chunk.length && !this.#encrypted) {
      if (this.#encryptionRequests > 0) {
        this.#encryptionRequests--
        // After 'S' or 'G' everything is encrypted; 'N', or an error of an ancient server, goes on in the clear.
        this.#encrypted = chunk[offset] === 0x53 || chunk[offset] === 0x47
        offset++
        continue
      }
      if (this.#header.length < 5) {
        const taken = chunk.subarray(offset, offset + 5 - this.#header.length)
        this.#header = Buffer.concat([this.#header, taken])
        offset += taken.length
        if (this.#header.length < 5) break
        this.#bodyBytesLeft = this.#header.readUInt32BE(1) - 4
      }
      const taken = Math.min(this.#bodyBytesLeft, chunk.length - offset)
      this.#bodyBytesLeft -= taken
      offset += taken
      if (this.#bodyBytesLeft > 0) break
      frames.push({ type: this.#header.toString('latin1', 0, 1), end: offset })
      this.#header = Buffer.alloc(0)
    }
    return frames
  }
}
