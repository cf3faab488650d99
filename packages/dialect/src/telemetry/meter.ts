/** Counts what one call costs. There is one only while somebody has subscribed. */
export class Meter {
  bytesSent = 0
  bytesReceived = 0
  roundTrips = 0
  /** Something was parsed for it; undefined while nothing was sent that could be prepared. */
  parsed: boolean | undefined
  #unanswered = 0

  /** Frames that the server answers together were written: what is written while others are unanswered leaves with them. */
  sent(frames: Uint8Array): void {
    this.bytesSent += frames.length
    if (this.#unanswered++ === 0) this.roundTrips++
    for (let at = 0; at + 5 <= frames.length; at += 1 + lengthOf(frames, at)) {
      if (frames[at] === PARSE) this.parsed = true
      else if (frames[at] === BIND) this.parsed ??= false
    }
  }

  /** More was written of what runs. */
  appended(bytes: number): void {
    this.bytesSent += bytes
  }

  answered(bytes: number): void {
    this.bytesReceived += bytes
    this.#unanswered--
  }
}

const PARSE = 'P'.charCodeAt(0)
const BIND = 'B'.charCodeAt(0)

/** The length of a frame behind its type byte, itself included. */
function lengthOf(frames: Uint8Array, at: number): number {
  return ((frames[at + 1]! << 24) | (frames[at + 2]! << 16) | (frames[at + 3]! << 8) | frames[at + 4]!) >>> 0
}
