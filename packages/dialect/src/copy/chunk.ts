import { SendBuffer } from '../bytes/send-buffer.ts'
import { endFrame, startFrame } from '../wire/extended-query.ts'

/** About as much as leaves at once. Larger messages save nothing, and the server takes them as they are cut. */
export const CHUNK_BYTES = 65_536

const COPY_DATA = 0x64
const FRAME_HEADER_BYTES = 5

/** A CopyData frame that is being filled. */
export class Chunk {
  readonly out: SendBuffer = new SendBuffer()

  constructor() {
    this.out.reserve(CHUNK_BYTES * 2)
    this.clear()
  }

  get full(): boolean {
    return this.out.length >= CHUNK_BYTES
  }

  get empty(): boolean {
    return this.out.length === FRAME_HEADER_BYTES
  }

  /** Bytes of data. */
  get size(): number {
    return this.out.length - FRAME_HEADER_BYTES
  }

  /** The frame, whole. */
  close(): SendBuffer {
    endFrame(this.out, 0)
    return this.out
  }

  clear(): void {
    // Which also gives back the memory of a very large value.
    this.out.reset(false)
    startFrame(this.out, COPY_DATA)
  }
}
