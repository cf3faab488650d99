import type { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'
import { float4 } from '../scalars/floats.ts'
import { roundHalfEven } from '../scalars/round-half-even.ts'
import { formatNumbers, parseNumbers, requireNumbers, requireSingle } from './vector-numbers.ts'

const HEADER_BYTES = 4
const ELEMENT_BYTES = 2

/** IEEE 754 binary16: 5 bits of exponent, 10 of fraction. */
const FRACTION_VALUES = 1024
const SMALLEST_SUBNORMAL = 2 ** -24
const SMALLEST_EXPONENT = -14
const EXPONENT_BIAS = 15
const SIGN_BIT = 0x8000
const INFINITY_BITS = 0x7c00

/** In which a number takes the shape that `float4` reads. */
const scratch = Buffer.alloc(4)
const scratchView = new DataView(scratch.buffer, scratch.byteOffset, 4)

/**
 * pgvector's halfvec: half-precision numbers, with the digits that the server prints (a half as a float4: 0.099975586).
 * Encodes arrays and typed arrays of finite numbers; they are rounded as the server rounds them.
 *
 * @see https://github.com/pgvector/pgvector#halfvec-type
 */
export const halfvec: Codec<number[]> = defineCodec<number[]>({
  name: 'halfvec',
  typescript: { select: "import('kysely-pgwire/types').Vector", insert: "import('kysely-pgwire/types').Vector" },
  samples: ['[0]', '[1,-2.5,0.099975586]', '[65504,5.9604645e-08,-0]'],
  encodesArrays: true,
  decode,
  encode,
  fromText: parseNumbers,
  toText: (value) => formatNumbers(requireNumbers(value, requireHalf)),
})

function decode(_bytes: Buffer, view: DataView, offset: number, length: number): number[] {
  if (length < HEADER_BYTES) throw new InvalidValueError('too short for a halfvec')
  const dimensions = view.getUint16(offset)
  if (length !== HEADER_BYTES + dimensions * ELEMENT_BYTES) {
    throw new InvalidValueError('another length than its dimensions take')
  }
  const numbers: number[] = []
  for (let at = offset + HEADER_BYTES; at < offset + length; at += ELEMENT_BYTES) {
    scratchView.setFloat32(0, halfOf(view.getUint16(at)))
    numbers.push(float4.decode(scratch, scratchView, 0, 4))
  }
  return numbers
}

function encode(value: unknown, out: SendBuffer): void {
  const numbers = requireNumbers(value, requireHalf)
  out.uint16(numbers.length)
  out.uint16(0)
  for (const number of numbers) out.uint16(bitsOf(number))
}

/** The half next to the single next to it: the server reads a float4 first. */
function requireHalf(element: number): number {
  const half = halfOf(bitsOf(requireSingle(element)))
  if (!Number.isFinite(half)) throw new InvalidValueError('an element is out of range for halfvec')
  return half
}

function halfOf(bits: number): number {
  const sign = bits >= SIGN_BIT ? -1 : 1
  const exponent = (bits & INFINITY_BITS) >> 10
  const fraction = bits % FRACTION_VALUES
  if (exponent === 0) return sign * fraction * SMALLEST_SUBNORMAL
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN
  return sign * (1 + fraction / FRACTION_VALUES) * 2 ** (exponent - EXPONENT_BIAS)
}

/** Rounds to the nearest half, and to the even one of two; all steps are exact in double precision. */
function bitsOf(single: number): number {
  const sign = single < 0 || Object.is(single, -0) ? SIGN_BIT : 0
  const magnitude = Math.abs(single)
  // Below the smallest normal half, steps have the size that they have right above it.
  let exponent = SMALLEST_EXPONENT
  while (exponent <= EXPONENT_BIAS && magnitude >= 2 ** (exponent + 1)) exponent++
  const steps = roundHalfEven(magnitude / 2 ** (exponent - 10))
  // Steps of a normal half begin at 1024, which is one in the exponent; rounded up to 2048, they are one more.
  const bits = steps + (exponent - SMALLEST_EXPONENT) * FRACTION_VALUES
  return sign + Math.min(bits, INFINITY_BITS)
}
