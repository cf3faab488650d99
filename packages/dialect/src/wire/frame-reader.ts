import { decodeText } from '../bytes/decode-text.ts'
import { ProtocolError } from '../errors/protocol-error.ts'

const NEAR_BYTES = 32

/**
 * Reads the fields of one frame that is not a DataRow. Every read is checked against the end of the frame,
 * so nothing that a peer writes can make it look further.
 */
export class FrameReader {
  bytes: Buffer = Buffer.alloc(0)
  view: DataView = new DataView(this.bytes.buffer)
  offset = 0
  end = 0
  /** The name of the message, for the error. */
  message = ''

  /** Points at the payload of a frame. One reader serves a whole session. */
  open(message: string, bytes: Buffer, view: DataView, offset: number, end: number): this {
    this.message = message
    this.bytes = bytes
    this.view = view
    this.offset = offset
    this.end = end
    return this
  }

  get remaining(): number {
    return this.end - this.offset
  }

  uint8(): number {
    return this.view.getUint8(this.#take(1))
  }

  int16(): number {
    return this.view.getInt16(this.#take(2))
  }

  uint16(): number {
    return this.view.getUint16(this.#take(2))
  }

  int32(): number {
    return this.view.getInt32(this.#take(4))
  }

  uint32(): number {
    return this.view.getUint32(this.#take(4))
  }

  /** A String of the protocol: UTF-8 up to its NUL, which has to stand inside the frame. */
  cstring(): string {
    const { bytes, offset } = this
    // Most are short, and the call into C++ that `indexOf` is costs more than a few steps.
    let terminator = offset
    const near = Math.min(this.end, offset + NEAR_BYTES)
    while (terminator < near && bytes[terminator] !== 0) terminator++
    if (terminator === near) terminator = bytes.indexOf(0, near)
    if (terminator === -1 || terminator >= this.end) this.#malformed('a string has no end')
    this.offset = terminator + 1
    return decodeText(bytes, offset, terminator - offset)
  }

  /** A copy of the next `count` bytes. */
  copy(count: number): Buffer {
    const start = this.#take(count)
    return Buffer.from(this.bytes.subarray(start, start + count))
  }

  /** Asserts that the whole frame was read. */
  done(): void {
    if (this.offset !== this.end) this.#malformed('bytes are left over')
  }

  #take(count: number): number {
    const { offset } = this
    if (count < 0 || offset + count > this.end) this.#malformed('it ends too early')
    this.offset = offset + count
    return offset
  }

  #malformed(reason: string): never {
    throw new ProtocolError(`Malformed ${this.message} message from the server: ${reason}`)
  }
}
