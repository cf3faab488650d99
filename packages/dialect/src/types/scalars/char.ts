import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'

const OCTAL = /^\\[0-3][0-7][0-7]$/

/**
 * `"char"`: one byte, as the server writes it. A zero byte is the empty string, and a byte above 127 is `\ooo` in octal,
 * so that every byte has a string of its own. Always sent as the byte: servers before 16 take the octal digits for text, of
 * which they keep the backslash, and any server drops what follows a first byte. Inside a composite that travels as text a
 * byte above 127 therefore only arrives from 16 on.
 *
 * @see https://www.postgresql.org/docs/current/datatype-character.html
 */
export const char: Codec<string> = defineCodec<string>({
  name: 'char',
  oid: 18,
  arrayOid: 1002,
  size: 1,
  typescript: { select: 'string', insert: 'string' },
  samples: ['', 'a', ' ', '"', '\\'],
  encodesStrings: true,
  ownStrings: true,
  decode: (bytes, _view, offset) => charOf(bytes[offset]!),
  encode: (value, out) => out.uint8(byteOf(value)),
  fromText: (source) => charOf(byteOf(source)),
  toText: (value) => charOf(byteOf(value)),
})

function charOf(byte: number): string {
  if (byte === 0) return ''
  return byte < 0x80 ? String.fromCharCode(byte) : `\\${byte.toString(8)}`
}

function byteOf(value: unknown): number {
  if (typeof value !== 'string') throw new InvalidValueError('not a string')
  if (value === '') return 0
  if (OCTAL.test(value)) return Number.parseInt(value.slice(1), 8)
  const unit = value.charCodeAt(0)
  if (value.length > 1 || unit > 0x7f) throw new InvalidValueError('more than one byte')
  return unit
}
