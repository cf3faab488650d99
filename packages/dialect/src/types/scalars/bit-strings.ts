import { Buffer } from 'node:buffer'

import { decodeAscii } from '../../bytes/decode-text.ts'
import type { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'

const LENGTH_BYTES = 4

/** What the longest string of every engine that we run on has room for. */
const MAX_BITS = 0x1fff_ffe8

const ZERO = 0x30
const ONE = 0x31

/** As the server's input has it: a 'b' may stand in front of binary digits, an 'x' has to stand in front of hexadecimal ones. */
const BINARY_DIGITS = /^[bB]?([01]*)$/
const HEX_DIGITS = /^[xX]([0-9a-fA-F]*)$/

/**
 * A bit string of the column's length, as a string of 0 and 1. Encodes such strings.
 *
 * @see https://www.postgresql.org/docs/current/datatype-bit.html
 */
export const bit: Codec<string> = bitString('bit', 1560, 1561)

/** A bit string of any length, as a string of 0 and 1. Encodes such strings. */
export const varbit: Codec<string> = bitString('varbit', 1562, 1563)

function bitString(name: string, oid: number, arrayOid: number): Codec<string> {
  return defineCodec<string>({
    name,
    oid,
    arrayOid,
    typescript: { select: 'string', insert: 'string' },
    samples: ['1', '01100001', '000000001', '1'.repeat(65)],
    encodesStrings: true,
    decode: decodeBits,
    encode: (value, out) => encodeBits(digitsOf(value), out),
    fromText: (text) => text,
    toText: digitsOf,
  })
}

/** The number of bits, then the bits, from the highest of the first byte on. */
function decodeBits(bytes: Buffer, view: DataView, offset: number, length: number): string {
  if (length < LENGTH_BYTES) throw new InvalidValueError('too short for a bit string')
  const count = view.getUint32(offset)
  if (Math.ceil(count / 8) !== length - LENGTH_BYTES) throw new InvalidValueError('not as long as its bits')
  if (count > MAX_BITS) throw new InvalidValueError('too long for a string')
  const digits = Buffer.allocUnsafe(count)
  for (let index = 0; index < count; index++) {
    const byte = bytes[offset + LENGTH_BYTES + (index >> 3)]!
    digits[index] = (byte & (0x80 >> (index & 7))) === 0 ? ZERO : ONE
  }
  return decodeAscii(digits, 0, count)
}

function encodeBits(digits: string, out: SendBuffer): void {
  out.reserve(LENGTH_BYTES + Math.ceil(digits.length / 8))
  out.int32(digits.length)
  for (let at = 0; at < digits.length; at += 8) {
    let byte = 0
    for (let index = at; index < at + 8; index++) byte = (byte << 1) | (digits.charCodeAt(index) === ONE ? 1 : 0)
    out.uint8(byte)
  }
}

function digitsOf(value: unknown): string {
  if (typeof value !== 'string') throw new InvalidValueError('not a string')
  const binary = BINARY_DIGITS.exec(value)
  if (binary !== null) return binary[1]!
  const hex = HEX_DIGITS.exec(value)
  if (hex === null) throw new InvalidValueError('not a string of 0 and 1')
  return hex[1]!.replace(/./g, (digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0'))
}
