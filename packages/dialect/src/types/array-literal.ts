import { SendBuffer } from '../bytes/send-buffer.ts'
import { InvalidValueError } from '../errors/codec-error.ts'
import { MAX_DIMENSIONS, requireElement, requireLength, shapeOf } from './array-shape.ts'
import { type Codec, TEXT } from './codec.ts'
import { requireText } from './plain-text.ts'

/** What an element must not look like unless it is quoted: nothing, NULL, or anything with syntax or blanks in it. */
const NEEDS_QUOTES = /^$|^null$|[\s{}"\\]/i

const OPEN = 0x7b
const CLOSE = 0x7d
const QUOTE = 0x22
const BACKSLASH = 0x5c
const BOUNDS = 0x5b
const EQUALS = 0x3d

/**
 * An array as PostgreSQL's text: '{1,NULL,"a \"b\""}'.
 *
 * @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
export function formatArrayLiteral(value: unknown, element: Codec): string {
  return formatLevel(value, 0, shapeOf(value, element), element)
}

function formatLevel(value: unknown, depth: number, lengths: readonly number[], element: Codec): string {
  const values = requireLength(value, lengths, depth)
  if (depth === 0 && lengths.includes(0)) {
    // All parts must be empty, and then they are one empty array.
    if (lengths.length > 1) for (const inner of values) formatLevel(inner, 1, lengths, element)
    return '{}'
  }
  const parts: string[] = []
  for (let index = 0; index < values.length; index++) {
    const item = values[index]
    if (depth < lengths.length - 1) parts.push(formatLevel(item, depth + 1, lengths, element))
    else if (item === null) parts.push('NULL')
    else parts.push(formatElement(item, element))
  }
  return `{${parts.join(element.delimiter)}}`
}

function formatElement(value: unknown, element: Codec): string {
  requireElement(value, element)
  const source = elementText(value, element)
  if (!NEEDS_QUOTES.test(source) && !source.includes(element.delimiter)) return source
  return `"${source.replace(/["\\]/g, '\\$&')}"`
}

/** A string is text already, whatever the type. */
function elementText(value: unknown, element: Codec): string {
  if (typeof value === 'string') return value
  if (element.toText !== undefined) return element.toText(value)
  if (element.format !== TEXT) return requireText(value)
  const out = new SendBuffer()
  element.encode(value, out)
  return out.bytes.toString('utf8', 0, out.length)
}

/** The decoder for arrays of `element` in text. Bounds in front of the braces are dropped. */
export function literalArrayDecoder(element: Codec): Codec<unknown[]>['decode'] {
  return (bytes, view, offset, length) => new LiteralReader(element, bytes, view, offset, offset + length).read()
}

/** Reads one literal where it stands. All of its syntax is ASCII, so that the bytes need no decoding first. */
class LiteralReader {
  readonly #element: Codec
  readonly #delimiter: number
  readonly #bytes: Buffer
  readonly #view: DataView
  readonly #end: number
  #at: number

  constructor(element: Codec, bytes: Buffer, view: DataView, start: number, end: number) {
    this.#element = element
    this.#delimiter = element.delimiter.charCodeAt(0)
    this.#bytes = bytes
    this.#view = view
    this.#at = start
    this.#end = end
  }

  read(): unknown[] {
    if (this.#peek() === BOUNDS) {
      while (this.#peek() !== EQUALS) this.#at++
      this.#at++
    }
    const values = this.#readList(1)
    if (this.#at !== this.#end) malformed()
    return values
  }

  #readList(depth: number): unknown[] {
    if (depth > MAX_DIMENSIONS || this.#peek() !== OPEN) malformed()
    this.#at++
    const values: unknown[] = []
    if (this.#peek() === CLOSE) {
      this.#at++
      return values
    }
    for (;;) {
      const next = this.#peek()
      if (next === OPEN) values.push(this.#readList(depth + 1))
      else if (next === QUOTE) values.push(this.#readQuoted())
      else values.push(this.#readBare())
      const after = this.#peek()
      this.#at++
      if (after === CLOSE) return values
      if (after !== this.#delimiter) malformed()
    }
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
    if (escapes === 0) return this.#element.decode(this.#bytes, this.#view, start, length)

    const unescaped = Buffer.allocUnsafeSlow(length - escapes)
    for (let from = start, to = 0; to < unescaped.length; from++, to++) {
      if (this.#bytes[from] === BACKSLASH) from++
      unescaped[to] = this.#bytes[from]!
    }
    return this.#element.decode(unescaped, new DataView(unescaped.buffer), 0, unescaped.length)
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
    return this.#element.decode(this.#bytes, this.#view, start, length)
  }

  #peek(): number {
    if (this.#at >= this.#end) malformed()
    return this.#bytes[this.#at]!
  }
}

function malformed(): never {
  throw new InvalidValueError('a malformed array')
}
