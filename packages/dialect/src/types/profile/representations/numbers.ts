import { InvalidValueError } from '../../../errors/codec-error.ts'
import type { Codec } from '../../codec.ts'
import { int8 } from '../../scalars/int8.ts'
import { numeric } from '../../scalars/numeric.ts'
import { readAs } from './read-as.ts'

/** int8 as a bigint: exact, but not for JSON. */
export const int8AsBigint: Codec<bigint> = readAs(int8, {
  typescript: { select: 'bigint' },
  decode: (_bytes, view, offset) => view.getBigInt64(offset),
  fromText: (text) => integerOf(text),
})

/** int8 as a number. A value beyond `Number.MAX_SAFE_INTEGER` is refused, not rounded. */
export const int8AsNumber: Codec<number> = readAs(int8, {
  typescript: { select: 'number' },
  decode: (_bytes, view, offset) => {
    const number = view.getInt32(offset) * 0x1_0000_0000 + view.getUint32(offset + 4)
    return requireSafe(number)
  },
  fromText: (text) => requireSafe(Number(integerOf(text))),
})

/**
 * numeric as the nearest number, which is what a cast to float8 gives: all but 15 digits may be lost.
 * A value that has no finite number near it is refused.
 */
export const numericAsNumber: Codec<number> = readAs(numeric, {
  typescript: { select: "import('kysely-pgwire/types').Float" },
  decode: (bytes, view, offset, length) => numberOf(numeric.decode(bytes, view, offset, length)),
  fromText: numberOf,
})

function integerOf(text: string): bigint {
  if (!/^-?\d{1,19}$/.test(text)) throw new InvalidValueError('not an integer')
  const integer = BigInt(text)
  if (BigInt.asIntN(64, integer) !== integer) throw new InvalidValueError('out of range for int8')
  return integer
}

function requireSafe(number: number): number {
  if (!Number.isSafeInteger(number)) throw new InvalidValueError('not a safe integer: read int8 as bigint or string')
  return number
}

function numberOf(text: string): number {
  const number = Number(text)
  if (Number.isFinite(number)) return number
  if (text === 'NaN' || text === 'Infinity' || text === '-Infinity') return number
  throw new InvalidValueError('out of range for a number')
}
