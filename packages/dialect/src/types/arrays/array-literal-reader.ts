import { decodeText } from '../../bytes/decode-text.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, TEXT } from '../codec.ts'
import { valueFromText } from '../text-form.ts'
import { MAX_DIMENSIONS, requireBound } from './array-shape.ts'
import { BoundedArray } from './bounded-array.ts'

const OPEN = 0x7b
const CLOSE = 0x7d
const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BOUND = 0x5b
const CLOSE_BOUND = 0x5d
const COLON = 0x3a
const EQUALS = 0x3d
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39

/** The decoder for arrays of `element` in text: nested arrays, the bounds in front of them checked and dropped. */
export function literalArrayDecoder(element: Codec): Codec<unknown[]>['decode'] {
  return (bytes, view, offset, length) => new LiteralReader(element, bytes, view, offset, offset + length).read().values
}

/** As {@link literalArrayDecoder}, with the bounds. */
export function boundedLiteralDecoder(element: Codec): Codec<BoundedArray<unknown>>['decode'] {
  return (bytes, view, offset, length) => new LiteralReader(element, bytes, view, offset, offset + length).read()
}

/**
 * Reads one literal where it stands. All of its syntax is ASCII, so that the bytes need no decoding first.
 * Takes what the server prints and nothing else: no blanks between elements, and all inner arrays of one shape.
 */
class LiteralReader {
  readonly #element: Codec
  readonly #delimiter: number
  readonly #bytes: Buffer
  readonly #view: DataView
  readonly #end: number
  /** The length of each dimension, once the first array in it is complete. */
  readonly #lengths: number[] = []
  /** How many dimensions there are: known from the first element on. */
  #dimensions = 0
  #at: number

  constructor(element: Codec, bytes: Buffer, view: DataView, start: number, end: number) {
    this.#element = element
    this.#delimiter = element.delimiter.charCodeAt(0)
    this.#bytes = bytes
    this.#view = view
    this.#at = start
    this.#end = end
  }

  read(): BoundedArray<unknown> {
    const bounds = this.#peek() === OPEN_BOUND ? this.#readBounds() : undefined
    const values = this.#readList(1)
    if (this.#at !== this.#end) malformed()
    if (bounds === undefined) return new BoundedArray(values, new Array<number>(this.#dimensions).fill(1))
    if (bounds.length !== this.#dimensions) malformed()
    const lowerBounds = bounds.map(({ lower, upper }, depth) => {
      if (upper - lower + 1 !== this.#lengths[depth]) malformed()
      return requireBound(lower, upper - lower + 1)
    })
    return new BoundedArray(values, lowerBounds)
  }

  /** '[0:1][-1:0]=' */
  #readBounds(): { lower: number; upper: number }[] {
    const bounds: { lower: number; upper: number }[] = []
    while (this.#peek() !== EQUALS) {
      this.#skip(OPEN_BOUND)
      const lower = this.#readInteger()
      this.#skip(COLON)
      const upper = this.#readInteger()
      this.#skip(CLOSE_BOUND)
      bounds.push({ lower, upper })
    }
    this.#at++
    return bounds
  }

  #readInteger(): number {
    const negative = this.#peek() === MINUS
    if (negative) this.#at++
    const start = this.#at
    let value = 0
    for (let byte = this.#peek(); byte >= ZERO && byte <= NINE; byte = this.#peek()) {
      value = value * 10 + byte - ZERO
      this.#at++
    }
    if (this.#at === start) malformed()
    return negative ? 0 - value : value
  }

  #readList(depth: number): unknown[] {
    if (depth > MAX_DIMENSIONS) malformed()
    this.#skip(OPEN)
    const values: unknown[] = []
    if (this.#peek() === CLOSE) {
      // Only the whole array can be empty.
      if (depth > 1) malformed()
      this.#at++
      return values
    }
    for (;;) {
      const next = this.#peek()
      if (next === OPEN) {
        values.push(this.#readList(depth + 1))
      } else {
        if (this.#dimensions === 0) this.#dimensions = depth
        if (this.#dimensions !== depth) malformed()
        values.push(next === QUOTE ? this.#readQuoted() : this.#readBare())
      }
      const after = this.#peek()
      this.#at++
      if (after === CLOSE) break
      if (after !== this.#delimiter) malformed()
    }
    this.#lengths[depth - 1] ??= values.length
    if (this.#lengths[depth - 1] !== values.length) malformed()
    return values
  }

  #readQuoted(): unknown {
    const start = ++this.#at
    let escapes = 0
    for (;;) {
      const byte = this.#peek()
      if (byte === QUOTE) break
      if (byte === BACKSLASH) {
        escapes++
        this.#at++
        this.#peek()
      }
      this.#at++
    }
    const length = this.#at++ - start
    if (escapes === 0) return this.#readElement(this.#bytes, this.#view, start, length)

    const unescaped = Buffer.allocUnsafeSlow(length - escapes)
    for (let from = start, to = 0; to < unescaped.length; from++, to++) {
      if (this.#bytes[from] === BACKSLASH) from++
      unescaped[to] = this.#bytes[from]!
    }
    return this.#readElement(unescaped, new DataView(unescaped.buffer), 0, unescaped.length)
  }

  #readBare(): unknown {
    const start = this.#at
    for (;;) {
      const byte = this.#peek()
      if (byte === this.#delimiter || byte === CLOSE) break
      if (byte === OPEN || byte === QUOTE || byte === BACKSLASH) malformed()
      this.#at++
    }
    const length = this.#at - start
    if (length === 0) malformed()
    if (length === 4 && this.#bytes.toString('latin1', start, this.#at).toUpperCase() === 'NULL') return null
    return this.#readElement(this.#bytes, this.#view, start, length)
  }

  #readElement(bytes: Buffer, view: DataView, offset: number, length: number): unknown {
    if (this.#element.format === TEXT) return this.#element.decode(bytes, view, offset, length)
    return valueFromText(this.#element, decodeText(bytes, offset, length))
  }

  #skip(expected: number): void {
    if (this.#peek() !== expected) malformed()
    this.#at++
  }

  #peek(): number {
    if (this.#at >= this.#end) malformed()
    return this.#bytes[this.#at]!
  }
}

function malformed(): never {
  throw new InvalidValueError('a malformed array')
}
