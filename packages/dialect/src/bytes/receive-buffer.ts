/** 64 KiB: 256 KiB halves the number of reads without saving CPU. */
const INITIAL_BYTES = 65_536

/** A read is worth making when this much room is left behind a partial frame. */
const SMALLEST_READ_BYTES = 16_384

/**
 * Bytes from the server, always contiguous: the socket reads straight into the room behind a partial frame.
 *
 * It grows only by what has really arrived, never by what a header announces, and shrinks back once it is empty.
 * Everything decoded from it must be copied out before the next read.
 */
export class ReceiveBuffer {
  bytes: Buffer
  view: DataView
  /** Where the first byte stands that has not been consumed. */
  start = 0
  /** Where the next byte from the socket goes. */
  end = 0

  constructor() {
    this.bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES)
    this.view = new DataView(this.bytes.buffer)
  }

  /** The room into which the socket may read next. Moves a partial frame to the front, or doubles the buffer, when little is left. */
  writable(): Uint8Array {
    if (this.start === this.end) {
      if (this.bytes.length > INITIAL_BYTES) this.#replace(INITIAL_BYTES)
      this.start = 0
      this.end = 0
      return this.bytes
    }
    if (this.bytes.length - this.end < SMALLEST_READ_BYTES) {
      const pending = this.end - this.start
      if (pending + SMALLEST_READ_BYTES > this.bytes.length) {
        this.#replace(this.bytes.length * 2)
      } else {
        this.bytes.copyWithin(0, this.start, this.end)
        this.start = 0
        this.end = pending
      }
    }
    return this.bytes.subarray(this.end)
  }

  /** Notes that the socket has read `count` bytes into what `writable` gave. */
  received(count: number): void {
    this.end += count
  }

  /** Copies bytes in, for sockets that cannot read into a given buffer. */
  append(chunk: Uint8Array): void {
    let offset = 0
    while (offset < chunk.length) {
      const room = this.writable()
      const count = Math.min(room.length, chunk.length - offset)
      room.set(offset === 0 && count === chunk.length ? chunk : chunk.subarray(offset, offset + count))
      this.received(count)
      offset += count
    }
  }

  #replace(size: number): void {
    const replacement = Buffer.allocUnsafeSlow(size)
    const pending = this.end - this.start
    if (pending > 0) this.bytes.copy(replacement, 0, this.start, this.end)
    this.bytes = replacement
    this.view = new DataView(replacement.buffer)
    this.start = 0
    this.end = pending
  }
}
