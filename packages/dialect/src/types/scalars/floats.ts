import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'
import { roundHalfEven } from './round-half-even.ts'

/** Between these, a float4 times a power of ten up to 10^12 is exact in double precision. */
const PLAIN_MIN = 2 ** -12
const PLAIN_MAX = 2 ** 24

/** Digits that every normal float4 keeps, and digits that tell any two apart. */
const FLOAT4_MIN_DIGITS = 6
const FLOAT4_MAX_DIGITS = 9
const FLOAT4_SMALLEST_NORMAL = 2 ** -126

const FLOAT = { select: "import('kysely-pgwire/types').Float", insert: "import('kysely-pgwire/types').Float" } as const

const FINITE = /^-?\d/
const NONZERO = /^-?[0.]*[1-9]/
const DECIMAL = /^(?:-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|-?Infinity|NaN)$/

/**
 * Single precision. Decodes to the number with the fewest digits that is this float4, as the server prints it: 0.1, not
 * 0.10000000149011612. Encodes what a float4 can hold after rounding; never a finite number as infinity or zero.
 */
export const float4: Codec<number> = defineCodec<number>({
  name: 'float4',
  oid: 700,
  arrayOid: 1021,
  size: 4,
  typescript: FLOAT,
  samples: ['0', '-0', '0.1', '-1.5', '1e-45', '3.4028235e+38', 'NaN', 'Infinity', '-Infinity'],
  decode: (_bytes, view, offset) => shortest(view.getFloat32(offset)),
  encode: (value, out) => out.float32(requireFloat4(value)),
  fromText: (text) => shortest(Math.fround(requireFloat4(parseFloat8(text)))),
  toText: (value) => formatNumber(requireFloat4(value)),
})

/** Double precision: JavaScript's own number, bit by bit. */
export const float8: Codec<number> = defineCodec<number>({
  name: 'float8',
  oid: 701,
  arrayOid: 1022,
  size: 8,
  typescript: FLOAT,
  samples: ['0', '-0', '0.1', '-1.5', '5e-324', '1.7976931348623157e+308', 'NaN', 'Infinity', '-Infinity'],
  decode: (_bytes, view, offset) => view.getFloat64(offset),
  encode: (value, out) => out.float64(requireFloat8(value)),
  fromText: parseFloat8,
  toText: (value) => formatNumber(requireFloat8(value)),
})

/** 21 ns for two decimals, against 112 with `toPrecision`. */
function shortest(single: number): number {
  const magnitude = Math.abs(single)
  if (magnitude >= PLAIN_MIN && magnitude < PLAIN_MAX) {
    for (let scale = 1; ; scale *= 10) {
      const rounded = roundHalfEven(single * scale) / scale
      if (Math.fround(rounded) === single) return rounded
    }
  }
  if (single === 0 || !Number.isFinite(single)) return single
  for (let digits = magnitude < FLOAT4_SMALLEST_NORMAL ? 1 : FLOAT4_MIN_DIGITS; digits < FLOAT4_MAX_DIGITS; digits++) {
    const rounded = Number(single.toPrecision(digits))
    if (Math.fround(rounded) === single && !isMidway(rounded, single)) return rounded
  }
  return Number(single.toPrecision(FLOAT4_MAX_DIGITS))
}

/** Between a float4 and the next: it may be read as either, and so the server prints another digit (5.7103352e+07). */
function isMidway(rounded: number, single: number): boolean {
  const next = 2 * rounded - single
  return next !== single && Math.fround(next) === next
}

function parseFloat8(text: string): number {
  if (!DECIMAL.test(text)) throw new InvalidValueError('not a number')
  const value = Number(text)
  const lost = value === 0 ? NONZERO.test(text) : !Number.isFinite(value) && FINITE.test(text)
  if (lost) throw new InvalidValueError('out of range for float8')
  return value
}

function requireFloat8(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value !== 'bigint') throw new InvalidValueError('not a number')
  const number = Number(value)
  if (!Number.isFinite(number) || BigInt(number) !== value) throw new InvalidValueError('not exact as a float8')
  return number
}

function requireFloat4(value: unknown): number {
  const number = requireFloat8(value)
  const single = Math.fround(number)
  const lost = single === 0 ? number !== 0 : Number.isFinite(number) && !Number.isFinite(single)
  if (lost) throw new InvalidValueError('out of range for float4')
  return number
}

function formatNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}
