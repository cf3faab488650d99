import { ProtocolError } from '../errors/protocol-error.ts'
import { LeftOver } from './left-over.ts'

const SIGNATURE: Buffer = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1')
const FLAGS_AT = SIGNATURE.length
const EXTENSION_LENGTH_AT = FLAGS_AT + 4
const HEADER_BYTES = EXTENSION_LENGTH_AT + 4

/** Flags that only say something about the data to who knows them. The others say that it has to be read differently. */
const HARMLESS_FLAGS = 0xffff

const TRAILER = -1
const NULL_LENGTH = -1

/** Where a row is still to come to an end. */
const UNFINISHED = -1

type TakeRow = (bytes: Buffer, view: DataView, start: number, end: number) => void

/**
 * Finds the rows in COPY's binary format, from its header to its trailer. PostgreSQL sends each row in a message of its
 * own, with the header in front of the first; but the protocol promises nothing, so they may be cut anywhere.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"
 */
export class BinaryRowFinder {
  readonly #row: TakeRow
  #state: 'header' | 'extension' | 'rows' | 'ended' = 'header'
  /** Bytes of the header's extension that are still to come; nobody has defined any. */
  #extension = 0
  readonly #left = new LeftOver()

  /** `row` is given each row in the shape of a DataRow, in a buffer that is used again. */
  constructor(row: TakeRow) {
    this.#row = row
  }

  add(bytes: Buffer, view: DataView, offset: number, end: number): void {
    const left = this.#left
    if (left.length === 0) {
      const read = this.#read(bytes, view, offset, end)
      if (read < end) left.add(bytes, read, end)
    } else {
      left.add(bytes, offset, end)
      left.drop(this.#read(left.bytes, left.view, 0, left.length))
    }
  }

  end(): void {
    if (this.#state !== 'ended') throw new ProtocolError('The server ended a binary COPY without its trailer')
  }

  /** Gives where it stopped, because the rest is not there yet. */
  #read(bytes: Buffer, view: DataView, offset: number, end: number): number {
    let at = offset
    if (this.#state === 'header') {
      if (end - at < HEADER_BYTES) return at
      this.#readHeader(bytes, view, at)
      at += HEADER_BYTES
    }
    if (this.#state === 'extension') {
      const skipped = Math.min(this.#extension, end - at)
      at += skipped
      this.#extension -= skipped
      if (this.#extension > 0) return at
      this.#state = 'rows'
    }
    while (this.#state === 'rows' && end - at >= 2) {
      if (view.getInt16(at) === TRAILER) {
        this.#state = 'ended'
        at += 2
      } else {
        const rowEnd = endOfRow(view, at, end)
        if (rowEnd === UNFINISHED) return at
        this.#row(bytes, view, at, rowEnd)
        at = rowEnd
      }
    }
    if (this.#state === 'ended' && at < end) throw malformed('with data behind its trailer')
    return at
  }

  #readHeader(bytes: Buffer, view: DataView, at: number): void {
    if (bytes.compare(SIGNATURE, 0, SIGNATURE.length, at, at + SIGNATURE.length) !== 0) {
      throw malformed('without its signature')
    }
    if ((view.getUint32(at + FLAGS_AT) & ~HARMLESS_FLAGS) !== 0) throw malformed('with flags that nobody knows')
    this.#extension = view.getInt32(at + EXTENSION_LENGTH_AT)
    if (this.#extension < 0) throw malformed('with an impossible header')
    this.#state = 'extension'
  }
}

function endOfRow(view: DataView, offset: number, end: number): number {
  const count = view.getInt16(offset)
  if (count < 0) throw malformed('with a negative number of fields')
  let at = offset + 2
  for (let index = 0; index < count; index++) {
    if (at + 4 > end) return UNFINISHED
    const length = view.getInt32(at)
    if (length < NULL_LENGTH) throw malformed('with a field of negative length')
    at += length === NULL_LENGTH ? 4 : 4 + length
    if (at > end) return UNFINISHED
  }
  return at
}

function malformed(how: string): ProtocolError {
  return new ProtocolError(`The server sent a binary COPY ${how}`)
}
