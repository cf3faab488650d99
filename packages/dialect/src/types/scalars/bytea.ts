// Imported, because the global `Buffer` is a getter that costs 30 ns a time.
import { Buffer } from 'node:buffer'

import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'

const ESCAPED = /^(?:[\x20-\x5b\x5d-\x7e]|\\\\|\\[0-3][0-7][0-7])*$/

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
  if (!ESCAPED.test(text)) throw new InvalidValueError('not bytes')
  const unescaped = text.replace(/\\(\\|\d{3})/g, (_whole, escaped: string) =>
    escaped === '\\' ? escaped : String.fromCharCode(Number.parseInt(escaped, 8)),
  )
  return Buffer.from(unescaped, 'latin1')
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
