import { CHUNK_BYTES } from './chunk.ts'

/** What has come of a COPY and was not handed over yet. */
export interface Collector<Item> {
  /** Bytes that it keeps. */
  readonly size: number
  add(bytes: Buffer, view: DataView, offset: number, end: number): void
  /** No more comes. Throws `ProtocolError` when something is missing. */
  end(): void
  /** The next item to hand over; undefined when nothing is there. */
  take(): Item | undefined
  clear(): void
}

/** Data as it comes, in pieces of about 64 kB, whatever the size of its rows. */
export class ByteCollector implements Collector<Uint8Array> {
  size = 0
  readonly #full: Uint8Array[] = []
  #open: Buffer | null = null
  #length = 0

  add(bytes: Buffer, _view: DataView, offset: number, end: number): void {
    this.size += end - offset
    for (let at = offset; at < end;) {
      this.#open ??= Buffer.allocUnsafeSlow(CHUNK_BYTES)
      const copied = bytes.copy(this.#open, this.#length, at, end)
      at += copied
      this.#length += copied
      if (this.#length === CHUNK_BYTES) this.#close(this.#open)
    }
  }

  end(): void {}

  take(): Uint8Array | undefined {
    if (this.#full.length === 0 && this.#open !== null && this.#length > 0) this.#close(this.#open)
    const taken = this.#full.shift()
    if (taken !== undefined) this.size -= taken.length
    return taken
  }

  clear(): void {
    this.#full.length = 0
    this.#open = null
    this.#length = 0
    this.size = 0
  }

  #close(open: Buffer): void {
    // A small piece must not keep a whole chunk alive.
    this.#full.push(
      this.#length < CHUNK_BYTES / 2 ? Buffer.from(open.subarray(0, this.#length)) : open.subarray(0, this.#length),
    )
    this.#open = null
    this.#length = 0
  }
}
