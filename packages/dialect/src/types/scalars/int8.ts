import type { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'

const INT8_MIN = -(2n ** 63n)
const INT8_MAX = 2n ** 63n - 1n
const DECIMAL = /^[+-]?\d{1,40}$/
/** As many digits are a safe integer, whichever they are. */
const SAFE_DIGITS = 15

/**
 * 64-bit signed integer, as a decimal string: exact, and what JSON can carry.
 * Encodes bigints, numbers up to `Number.MAX_SAFE_INTEGER`, and decimal strings.
 *
 * @see https://www.postgresql.org/docs/current/datatype-numeric.html
 */
export const int8: Codec<string> = defineCodec<string>({
  name: 'int8',
  oid: 20,
  arrayOid: 1016,
  size: 8,
  typescript: { select: '`${number}`', insert: 'string | number | bigint' },
  samples: ['0', '-1', '9007199254740993', '9223372036854775807', '-9223372036854775808'],
  decode: (_bytes, view, offset) => {
    const high = view.getInt32(offset)
    const low = view.getInt32(offset + 4)
    // 38 ns within 32 bits, 14 for what V8 has in its cache, and 52 ns through a bigint, against 97 ns for `String` of
    // a number above 32 bits.
    return high === low >> 31 ? String(low) : view.getBigInt64(offset).toString()
  },
  encode: (value, out) => {
    if (typeof value === 'number') writeNumber(requireSafeInteger(value), out)
    // 60 ns, against 170 ns through a bigint.
    else if (typeof value === 'string' && value.length <= SAFE_DIGITS && DECIMAL.test(value))
      writeNumber(Number(value), out)
    else out.bigInt64(requireBigint(value))
  },
  fromText: (text) => String(requireBigint(text)),
  toText: (value) => {
    if (typeof value === 'number') return String(requireSafeInteger(value))
    return String(requireBigint(value))
  },
})

function writeNumber(integer: number, out: SendBuffer): void {
  const high = Math.floor(integer / 0x1_0000_0000)
  out.int32(high)
  out.uint32(integer - high * 0x1_0000_0000)
}

function requireSafeInteger(value: number): number {
  if (!Number.isInteger(value)) throw new InvalidValueError('not an integer')
  if (!Number.isSafeInteger(value)) throw new InvalidValueError('not a safe integer: pass a bigint or a string')
  return value
}

function requireBigint(value: unknown): bigint {
  if (typeof value !== 'bigint' && !(typeof value === 'string' && DECIMAL.test(value))) {
    throw new InvalidValueError('not an integer')
  }
  const integer = BigInt(value)
  if (integer < INT8_MIN || integer > INT8_MAX) throw new InvalidValueError('out of range for int8')
  return integer
}
