import { InvalidValueError } from '../errors/codec-error.ts'

/** Enough for a flight of some hundred small queries; the buffer shrinks back to this after a large one. */
const INITIAL_BYTES = 16_384

/** PostgreSQL refuses larger allocations (`MaxAllocSize`), so no frame or value may pass this. */
export const MAX_MESSAGE_BYTES = 0x3fff_ffff

/** Below this length a loop over char codes beats the call into C++ (38 ns against 85 ns at 16 chars, even at 48). */
const SHORT_TEXT_LENGTH = 40

/** Above this length the bytes of a text are counted before room is made for them: less than 1 ms for a megabyte. */
const EXACT_ABOVE_LENGTH = 65_536

/** One message, and what waits in front of it. */
const MAX_BUFFER_BYTES = MAX_MESSAGE_BYTES + 16 * 1024 * 1024

/**
 * Bytes on their way to the server, written in place.
 *
 * Whoever writes a frame remembers `length` first and, should anything throw half-way, calls `truncate` with it:
 * no partial frame ever leaves.
 */
export class SendBuffer {
  bytes: Buffer
  view: DataView
  /** Bytes written so far. */
  length = 0

  constructor() {
    this.bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES)
    this.view = new DataView(this.bytes.buffer)
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.length + count > this.bytes.length) this.#grow(count)
  }

  uint8(value: number): void {
    this.reserve(1)
    this.bytes[this.length++] = value
  }

  int16(value: number): void {
    this.reserve(2)
    this.view.setInt16(this.length, value)
    this.length += 2
  }

  uint16(value: number): void {
    this.reserve(2)
    this.view.setUint16(this.length, value)
    this.length += 2
  }

  int32(value: number): void {
    this.reserve(4)
    this.view.setInt32(this.length, value)
    this.length += 4
  }

  uint32(value: number): void {
    this.reserve(4)
    this.view.setUint32(this.length, value)
    this.length += 4
  }

  bigInt64(value: bigint): void {
    this.reserve(8)
    this.view.setBigInt64(this.length, value)
    this.length += 8
  }

  float32(value: number): void {
    this.reserve(4)
    this.view.setFloat32(this.length, value)
    this.length += 4
  }

  float64(value: number): void {
    this.reserve(8)
    this.view.setFloat64(this.length, value)
    this.length += 8
  }

  /** Copies `source` as it is now. */
  raw(source: Uint8Array): void {
    this.reserve(source.length)
    this.bytes.set(source, this.length)
    this.length += source.length
  }

  /** UTF-8 without a terminator. Throws {@link InvalidValueError} for a NUL or a lone surrogate: the server could not store it. */
  text(value: string): void {
    const { length } = value
    // Three bytes for each is the most that there can be; for a long text that would be too much memory to be sure.
    this.reserve(length <= EXACT_ABOVE_LENGTH ? length * 3 : Buffer.byteLength(value))
    if (length <= SHORT_TEXT_LENGTH) {
      const { bytes } = this
      let at = this.length
      let index = 0
      for (; index < length; index++) {
        const unit = value.charCodeAt(index)
        if (unit === 0 || unit > 0x7f) break
        bytes[at++] = unit
      }
      if (index === length) {
        this.length = at
        return
      }
    }
    if (!value.isWellFormed()) throw new InvalidValueError('it contains a lone surrogate')
    if (value.includes('\0')) throw new InvalidValueError('it contains a NUL character')
    this.length += this.bytes.write(value, this.length, 'utf8')
  }

  /** UTF-8 with the terminating NUL of the protocol's String. */
  cstring(value: string): void {
    this.text(value)
    this.uint8(0)
  }

  /** Overwrites an int32 written earlier, usually a length that is known only now. */
  patchInt32(at: number, value: number): void {
    this.view.setInt32(at, value)
  }

  /** Takes back everything written after `length`. */
  truncate(length: number): void {
    this.length = length
  }

  /** Empties the buffer for the next flight. `handedOver`: the bytes still belong to the socket, so take new ones. */
  reset(handedOver: boolean): void {
    this.length = 0
    if (handedOver || this.bytes.length > INITIAL_BYTES * 16) {
      this.bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES)
      this.view = new DataView(this.bytes.buffer)
    }
  }

  #grow(count: number): void {
    const needed = this.length + count
    if (needed > MAX_BUFFER_BYTES) throw new InvalidValueError('it is larger than 1 GiB')
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(this.bytes.length * 2, MAX_BUFFER_BYTES)))
    this.bytes.copy(grown, 0, 0, this.length)
    this.bytes = grown
    this.view = new DataView(grown.buffer)
  }
}
