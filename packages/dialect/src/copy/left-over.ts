import { ProtocolError } from '../errors/protocol-error.ts'

const INITIAL_BYTES = 1_024

/** No row is larger: the server's own limit for one, and for a message. */
const MAX_BYTES = 0x3fff_ffff

/** Bytes of a piece that the next message goes on with. It grows with what has come, never with what is announced. */
export class LeftOver {
  bytes: Buffer = Buffer.alloc(0)
  view: DataView = new DataView(this.bytes.buffer, 0, 0)
  length = 0

  add(bytes: Buffer, start: number, end: number): void {
    const length = this.length + end - start
    if (length > MAX_BYTES) throw new ProtocolError('The server sent a row that is larger than any row can be')
    if (length > this.bytes.length) this.#grow(length)
    bytes.copy(this.bytes, this.length, start, end)
    this.length = length
  }

  /** Takes `count` bytes away at the front. */
  drop(count: number): void {
    this.bytes.copyWithin(0, count, this.length)
    this.length -= count
  }

  #grow(length: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.min(Math.max(length * 2, INITIAL_BYTES), MAX_BYTES))
    this.bytes.copy(grown, 0, 0, this.length)
    this.bytes = grown
    this.view = new DataView(grown.buffer, grown.byteOffset, grown.length)
  }
}
