import type { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'
import { float4 } from '../scalars/floats.ts'
import { formatNumbers, parseNumbers, requireNumbers, requireSingle } from './vector-numbers.ts'

/** The number of dimensions and two bytes that say nothing yet. */
const HEADER_BYTES = 4
const ELEMENT_BYTES = 4

/**
 * pgvector's vector: single-precision numbers, each with the fewest digits that tell it from its neighbours.
 * Encodes arrays and typed arrays of finite numbers; they are rounded as the server rounds them.
 *
 * @see https://github.com/pgvector/pgvector#vector-type
 */
export const vector: Codec<number[]> = defineCodec<number[]>({
  name: 'vector',
  typescript: { select: "import('kysely-pgwire/types').Vector", insert: "import('kysely-pgwire/types').Vector" },
  samples: ['[0]', '[1,-2.5,0.1]', '[3.4028235e+38,1e-45,-0]'],
  encodesArrays: true,
  decode,
  encode,
  fromText: parseNumbers,
  toText: (value) => formatNumbers(requireNumbers(value, requireSingle)),
})

function decode(bytes: Buffer, view: DataView, offset: number, length: number): number[] {
  if (length < HEADER_BYTES) throw new InvalidValueError('too short for a vector')
  const dimensions = view.getUint16(offset)
  if (length !== HEADER_BYTES + dimensions * ELEMENT_BYTES) {
    throw new InvalidValueError('another length than its dimensions take')
  }
  const numbers: number[] = []
  for (let at = offset + HEADER_BYTES; at < offset + length; at += ELEMENT_BYTES) {
    numbers.push(float4.decode(bytes, view, at, ELEMENT_BYTES))
  }
  return numbers
}

function encode(value: unknown, out: SendBuffer): void {
  const numbers = requireNumbers(value, requireSingle)
  out.uint16(numbers.length)
  out.uint16(0)
  for (const number of numbers) out.float32(number)
}
