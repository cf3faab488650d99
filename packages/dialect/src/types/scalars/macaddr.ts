import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'

/** Pairs of hexadecimal digits with the same between all of them: ':', '-' or nothing. */
const SYNTAX = /^[0-9a-f]{2}([:-]?)[0-9a-f]{2}(?:\1[0-9a-f]{2})+$/i

/**
 * A MAC address, as the server prints it: '08:00:2b:01:02:03'. Encodes such strings, also with dashes or nothing between
 * the bytes.
 *
 * @see https://www.postgresql.org/docs/current/datatype-net-types.html
 */
export const macaddr: Codec<string> = macAddress('macaddr', 829, 1040, 6)

/** A MAC address in EUI-64 format: '08:00:2b:ff:fe:01:02:03'. Encodes strings of eight bytes as macaddr does. */
export const macaddr8: Codec<string> = macAddress('macaddr8', 774, 775, 8)

function macAddress(name: string, oid: number, arrayOid: number, size: number): Codec<string> {
  return defineCodec<string>({
    name,
    oid,
    arrayOid,
    size,
    typescript: { select: 'string', insert: 'string' },
    samples: ['00', '08', 'ff'].map((byte) => `${byte}${':2b'.repeat(size - 1)}`),
    decode: (bytes, _view, offset) => withColons(bytes.toString('hex', offset, offset + size)),
    encode: (value, out) => out.raw(Buffer.from(digitsOf(value, size), 'hex')),
    fromText: (text) => withColons(digitsOf(text, size)),
    toText: (value) => withColons(digitsOf(value, size)),
  })
}

function digitsOf(value: unknown, size: number): string {
  if (typeof value !== 'string' || !SYNTAX.test(value)) throw new InvalidValueError('not a MAC address')
  const digits = value.replace(/[:-]/g, '')
  if (digits.length !== size * 2) throw new InvalidValueError(`not ${size} bytes`)
  return digits.toLowerCase()
}

function withColons(digits: string): string {
  return digits.replace(/..(?!$)/g, '$&:')
}
