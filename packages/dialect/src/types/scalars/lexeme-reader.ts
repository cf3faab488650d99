import { decodeText } from '../../bytes/decode-text.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { escapeText } from '../parts/escaped-text.ts'

/** Reads the parts of a binary tsvector or tsquery one after the other; nothing beyond the end of the value. */
export class LexemeReader {
  readonly #bytes: Buffer
  readonly #view: DataView
  readonly #end: number
  #at: number

  constructor(bytes: Buffer, view: DataView, offset: number, length: number) {
    this.#bytes = bytes
    this.#view = view
    this.#at = offset
    this.#end = offset + length
  }

  uint8(): number {
    return this.#view.getUint8(this.#take(1))
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2))
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4))
  }

  /** A lexeme, quoted as the server quotes it. */
  quoted(): string {
    const terminator = this.#bytes.indexOf(0, this.#at)
    if (terminator === -1) throw new InvalidValueError('a lexeme without an end')
    // Refuses what ends beyond the value, too.
    const start = this.#take(terminator + 1 - this.#at)
    return `'${escapeText(decodeText(this.#bytes, start, terminator - start), /['\\]/g, '$&$&')}'`
  }

  requireEnd(): void {
    if (this.#at !== this.#end) throw new InvalidValueError('longer than its parts')
  }

  #take(count: number): number {
    const start = this.#at
    if (start + count > this.#end) throw new InvalidValueError('too short for its parts')
    this.#at += count
    return start
  }
}
