import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec, TEXT } from '../codec.ts'
import { asText } from '../text-fallback.ts'

/** The header's highest bit: both corners are one point, which is sent once. The rest of it is the number of dimensions. */
const POINT_BIT = 0x8000_0000

const HEADER_BYTES = 4
const COORDINATE_BYTES = 8

/** From this exponent on the server prints a float8 in scientific notation. */
const SCIENTIFIC_EXPONENT = 15

/**
 * A box in any number of dimensions, or a point, as the server prints it: '(1, 2),(3, 4)'. Asked for as text, because
 * databases upgraded from PostgreSQL 13 have the type without a send function. Exact unless extra_float_digits is below 1.
 *
 * @see https://www.postgresql.org/docs/current/cube.html
 */
export const cube: Codec<string> = defineCodec<string>({
  ...asText('cube', 0),
  format: TEXT,
  samples: ['()', '(0)', '(1, -2.5, 1e+100)', '(0, -Infinity),(1e-07, Infinity)', '(NaN)'],
  decodeBinary: (_bytes, view, offset, length) => {
    if (length < HEADER_BYTES) throw new InvalidValueError('too short for a cube')
    const header = view.getUint32(offset)
    const dimensions = header & ~POINT_BIT
    const corners = header >= POINT_BIT ? 1 : 2
    if (length !== HEADER_BYTES + corners * dimensions * COORDINATE_BYTES) {
      throw new InvalidValueError('another length than its dimensions take')
    }
    const lower = cornerText(view, offset + HEADER_BYTES, dimensions)
    const upper = cornerText(view, offset + length - dimensions * COORDINATE_BYTES, dimensions)
    return lower === upper ? lower : `${lower},${upper}`
  },
})

function cornerText(view: DataView, offset: number, dimensions: number): string {
  const coordinates: string[] = []
  for (let index = 0; index < dimensions; index++) {
    coordinates.push(float8Text(view.getFloat64(offset + index * COORDINATE_BYTES)))
  }
  return `(${coordinates.join(', ')})`
}

/** The same digits as JavaScript's, in the notation of the server: '1e+15', '1e-07', '-0'. */
function float8Text(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [digits, exponent] = value.toExponential().split('e') as [string, string]
  const power = Number(exponent)
  if (power >= -4 && power < SCIENTIFIC_EXPONENT) return String(value)
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}
