// Imported, because the global `Buffer` is a getter that costs 30 ns a time.
import { Buffer } from 'node:buffer'

import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'

const BACKSLASH = 0x5c

/**
 * Bytes, as a `Buffer` of its own: never a window on the receive buffer.
 * Encodes an `ArrayBuffer` or any view of one, by exactly the bytes that the view covers.
 */
export const bytea: Codec<Uint8Array> = defineCodec<Uint8Array>({
  name: 'bytea',
  oid: 17,
  arrayOid: 1001,
  typescript: { select: 'Uint8Array', insert: 'Uint8Array' },
  samples: ['\\x', '\\x00', '\\x00ff5c27'],
  decode: (bytes, _view, offset, length) => {
    // From Node's pool, 100 values of 1 kB take 14 µs; `allocUnsafeSlow` and `slice` take 90 to 120, a pool of our own
    // of any size from 8 kB to 1 MB is no faster. A small value can keep 64 kB of pool alive, as any small Buffer can.
    const copy = Buffer.allocUnsafe(length)
    bytes.copy(copy, 0, offset, offset + length)
    return copy
  },
  encode: (value, out) => out.raw(requireBytes(value)),
  fromText: (text) => (text.startsWith('\\x') ? parseHex(text.slice(2)) : parseEscaped(text)),
  toText: (value) => {
    const { buffer, byteOffset, byteLength } = requireBytes(value)
    return `\\x${Buffer.from(buffer, byteOffset, byteLength).toString('hex')}`
  },
})

function parseHex(digits: string): Buffer {
  const bytes = Buffer.from(digits, 'hex')
  // Node stops at the first that is no digit, and leaves out half a byte.
  if (bytes.length * 2 !== digits.length) throw new InvalidValueError('not hexadecimal')
  return bytes
}

/** What the server prints with `bytea_output = escape`: ASCII, except for '\\\\' and other bytes in octal, '\\000'. */
function parseEscaped(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length)
  let length = 0
  for (let at = 0; at < text.length; length++) {
    const unit = text.charCodeAt(at)
    if (unit < 0x20 || unit > 0x7e) throw new InvalidValueError('not bytes')
    if (unit !== BACKSLASH) {
      bytes[length] = unit
      at++
    } else if (text.charCodeAt(at + 1) === BACKSLASH) {
      bytes[length] = BACKSLASH
      at += 2
    } else {
      bytes[length] = octalDigit(text, at + 1, 3) * 64 + octalDigit(text, at + 2, 7) * 8 + octalDigit(text, at + 3, 7)
      at += 4
    }
  }
  // Of its own size: most of what was allocated may be unused.
  return Buffer.from(bytes.subarray(0, length))
}

function octalDigit(text: string, at: number, highest: number): number {
  const digit = text.charCodeAt(at) - 0x30
  // Behind the end there is NaN.
  if (digit >= 0 && digit <= highest) return digit
  throw new InvalidValueError('not bytes')
}

/** The views and buffers of another realm are no instances of ours, and are bytes all the same. */
function requireBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  const tag = Object.prototype.toString.call(value)
  if (tag === '[object ArrayBuffer]' || tag === '[object SharedArrayBuffer]')
    return new Uint8Array(value as ArrayBuffer)
  throw new InvalidValueError('not bytes')
}
