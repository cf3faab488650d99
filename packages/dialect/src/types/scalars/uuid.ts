import { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'

const BYTES = 16
const DASH = 0x2d

/** The two hexadecimal digits of every byte, one after the other. */
const HEX: Uint8Array = Buffer.from(
  Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0')).join(''),
)

const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/** What each ASCII character is worth as a hexadecimal digit; -1 for one that is none. */
const NIBBLES: Int8Array = Int8Array.from({ length: 128 }, (_, unit) => '0123456789abcdef'.indexOf(lowerCase(unit)))

const checked = new SendBuffer()

/** A UUID as 36 lower-case characters. Encodes strings, in any form that the server reads. */
export const uuid: Codec<string> = defineCodec<string>({
  name: 'uuid',
  oid: 2950,
  arrayOid: 2951,
  size: BYTES,
  typescript: { select: 'string', insert: 'string' },
  samples: ['00000000-0000-0000-0000-000000000000', '01234567-89ab-cdef-0123-456789abcdef'],
  encodesStrings: true,
  decode: (bytes, _view, offset) => decodeUuid(bytes, offset),
  encode: encodeUuid,
  fromText: canonicalText,
  toText: canonicalText,
})

/** One call of fixed arity: 65 ns, against 77 for 36 bytes through a scratch buffer and 150 for slices of a hex string. */
function decodeUuid(bytes: Buffer, at: number): string {
  // oxfmt-ignore
  return String.fromCharCode(
    HEX[2 * bytes[at]!]!, HEX[2 * bytes[at]! + 1]!,
    HEX[2 * bytes[at + 1]!]!, HEX[2 * bytes[at + 1]! + 1]!,
    HEX[2 * bytes[at + 2]!]!, HEX[2 * bytes[at + 2]! + 1]!,
    HEX[2 * bytes[at + 3]!]!, HEX[2 * bytes[at + 3]! + 1]!, DASH,
    HEX[2 * bytes[at + 4]!]!, HEX[2 * bytes[at + 4]! + 1]!,
    HEX[2 * bytes[at + 5]!]!, HEX[2 * bytes[at + 5]! + 1]!, DASH,
    HEX[2 * bytes[at + 6]!]!, HEX[2 * bytes[at + 6]! + 1]!,
    HEX[2 * bytes[at + 7]!]!, HEX[2 * bytes[at + 7]! + 1]!, DASH,
    HEX[2 * bytes[at + 8]!]!, HEX[2 * bytes[at + 8]! + 1]!,
    HEX[2 * bytes[at + 9]!]!, HEX[2 * bytes[at + 9]! + 1]!, DASH,
    HEX[2 * bytes[at + 10]!]!, HEX[2 * bytes[at + 10]! + 1]!,
    HEX[2 * bytes[at + 11]!]!, HEX[2 * bytes[at + 11]! + 1]!,
    HEX[2 * bytes[at + 12]!]!, HEX[2 * bytes[at + 12]! + 1]!,
    HEX[2 * bytes[at + 13]!]!, HEX[2 * bytes[at + 13]! + 1]!,
    HEX[2 * bytes[at + 14]!]!, HEX[2 * bytes[at + 14]! + 1]!,
    HEX[2 * bytes[at + 15]!]!, HEX[2 * bytes[at + 15]! + 1]!,
  )
}

/** As the server's input has it: braces around the whole, a dash behind any group of four digits, or none of them. */
function encodeUuid(value: unknown, out: SendBuffer): void {
  if (typeof value !== 'string') throw new InvalidValueError('not a string')
  const braced = value.charCodeAt(0) === OPEN_BRACE && value.charCodeAt(value.length - 1) === CLOSE_BRACE
  const end = braced ? value.length - 1 : value.length
  out.reserve(BYTES)
  let at = braced ? 1 : 0
  for (let index = 0; index < BYTES; index++) {
    const byte = at + 2 <= end ? (nibble(value, at) << 4) | nibble(value, at + 1) : -1
    if (byte < 0) throw new InvalidValueError('not a UUID')
    out.bytes[out.length + index] = byte
    at += 2
    if (index % 2 === 1 && index < BYTES - 1 && value.charCodeAt(at) === DASH) at++
  }
  if (at !== end) throw new InvalidValueError('not a UUID')
  out.length += BYTES
}

/** By way of the bytes, whose rules are above. */
function canonicalText(value: unknown): string {
  checked.truncate(0)
  encodeUuid(value, checked)
  return decodeUuid(checked.bytes, 0)
}

function nibble(value: string, at: number): number {
  const unit = value.charCodeAt(at)
  return unit < 128 ? NIBBLES[unit]! : -1
}

function lowerCase(unit: number): string {
  return String.fromCharCode(unit).toLowerCase()
}
