import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'

const INT2_MIN = -0x8000
const INT2_MAX = 0x7fff
const INT4_MIN = -0x8000_0000
const INT4_MAX = 0x7fff_ffff
const OID_MAX = 0xffff_ffff
const DECIMAL = /^(?:0|-?[1-9]\d{0,9})$/

/** 16-bit signed integer. @see https://www.postgresql.org/docs/current/datatype-numeric.html */
export const int2: Codec<number> = defineCodec<number>({
  name: 'int2',
  oid: 21,
  arrayOid: 1005,
  size: 2,
  typescript: { select: 'number', insert: 'number' },
  samples: ['0', '-1', '32767', '-32768'],
  decode: (_bytes, view, offset) => view.getInt16(offset),
  encode: (value, out) => out.int16(requireInteger(value, 'int2', INT2_MIN, INT2_MAX)),
  fromText: (text) => requireInteger(parseInteger(text), 'int2', INT2_MIN, INT2_MAX),
  toText: (value) => String(requireInteger(value, 'int2', INT2_MIN, INT2_MAX)),
})

/** 32-bit signed integer. @see https://www.postgresql.org/docs/current/datatype-numeric.html */
export const int4: Codec<number> = defineCodec<number>({
  name: 'int4',
  oid: 23,
  arrayOid: 1007,
  size: 4,
  typescript: { select: 'number', insert: 'number' },
  samples: ['0', '-1', '2147483647', '-2147483648'],
  decode: (_bytes, view, offset) => view.getInt32(offset),
  encode: (value, out) => out.int32(requireInteger(value, 'int4', INT4_MIN, INT4_MAX)),
  fromText: (text) => requireInteger(parseInteger(text), 'int4', INT4_MIN, INT4_MAX),
  toText: (value) => String(requireInteger(value, 'int4', INT4_MIN, INT4_MAX)),
})

/** Object identifier: 32-bit unsigned integer. */
export const oid: Codec<number> = defineCodec<number>({
  name: 'oid',
  oid: 26,
  arrayOid: 1028,
  size: 4,
  typescript: { select: "import('kysely-pgwire/types').Oid", insert: "import('kysely-pgwire/types').Oid" },
  samples: ['0', '1', '4294967295'],
  decode: (_bytes, view, offset) => view.getUint32(offset),
  encode: (value, out) => out.uint32(requireInteger(value, 'oid', 0, OID_MAX)),
  fromText: (text) => requireInteger(parseInteger(text), 'oid', 0, OID_MAX),
  toText: (value) => String(requireInteger(value, 'oid', 0, OID_MAX)),
})

function parseInteger(text: string): number {
  if (!DECIMAL.test(text)) throw new InvalidValueError('not an integer')
  return Number(text)
}

/** The value as a number, if it is an integer between the bounds; a bigint will do. */
export function requireInteger(value: unknown, type: string, min: number, max: number): number {
  if (typeof value === 'number' ? !Number.isInteger(value) : typeof value !== 'bigint') {
    throw new InvalidValueError('not an integer')
  }
  const integer = Number(value)
  if (integer < min || integer > max) throw new InvalidValueError(`out of range for ${type}`)
  return integer
}
