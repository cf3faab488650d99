import { LONGEST_SHORT_TEXT, shortText } from './short-text.generated.ts'

/**
 * Text from the receive buffer. Up to 16 ASCII bytes become a string in one `String.fromCharCode` of fixed arity, which
 * stays inside V8: 6 ns for one byte, 22 for 4, 27 for 8, 39 for 16, against 49 to 66 ns for the call into C++ that
 * `utf8Slice` is. Above that, `utf8Slice` wins whatever the length, and `latin1Slice` is no faster.
 *
 * Bytes that are not UTF-8 come out as U+FFFD.
 */
export function decodeText(bytes: Buffer, offset: number, length: number): string {
  if (length <= LONGEST_SHORT_TEXT) {
    const text = shortText(bytes, offset, length)
    if (text !== null) return text
  }
  return (bytes as SliceableBuffer).utf8Slice(offset, offset + length)
}

/** Bytes known to be ASCII, from a scratch buffer as a rule. */
export function decodeAscii(bytes: Buffer, offset: number, length: number): string {
  return length <= LONGEST_SHORT_TEXT
    ? decodeText(bytes, offset, length)
    : (bytes as SliceableBuffer).latin1Slice(offset, offset + length)
}

/** What Node, Bun and Deno all have, and Node's types leave out: `toString` without its 5 to 8 ns of argument checks. */
interface SliceableBuffer extends Buffer {
  utf8Slice(start: number, end: number): string
  latin1Slice(start: number, end: number): string
}
