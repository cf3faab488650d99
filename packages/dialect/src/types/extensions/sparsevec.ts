import type { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'
import type { jsonForm } from '../json-form.ts'
import { float4 } from '../scalars/floats.ts'
import { parseNumber, requireSingle } from './vector-numbers.ts'

/** A vector that is zero nearly everywhere. */
export interface SparseVector {
  readonly dimensions: number
  /** Where it is not zero, counted from 0 and ascending. In text the server counts from 1. */
  readonly indices: readonly number[]
  /** What stands there: finite, and not zero. */
  readonly values: readonly number[]
  readonly [jsonForm]?: string
}

/** `SPARSEVEC_MAX_DIM` and `SPARSEVEC_MAX_NNZ`. */
const MAX_DIMENSIONS = 1_000_000_000
const MAX_ELEMENTS = 16_000

/** Dimensions, the number of elements, and a word that says nothing yet. */
const HEADER_BYTES = 12
const INDEX_BYTES = 4
const VALUE_BYTES = 4

/**
 * pgvector's sparsevec. Encodes objects with the members of a {@link SparseVector}.
 *
 * @see https://github.com/pgvector/pgvector#sparsevec-type
 */
export const sparsevec: Codec<SparseVector> = defineCodec<SparseVector>({
  name: 'sparsevec',
  typescript: {
    select: "import('kysely-pgwire/types').SparseVector",
    insert: "import('kysely-pgwire/types').SparseVector",
  },
  samples: ['{}/1', '{1:1.5,3:-2}/5', '{1000000000:3.4028235e+38}/1000000000'],
  decode,
  encode,
  fromText,
  toText: (value) => {
    const { dimensions, indices, values } = requireSparseVector(value)
    return `{${indices.map((index, at) => `${index + 1}:${values[at]!}`).join(',')}}/${dimensions}`
  },
})

function decode(bytes: Buffer, view: DataView, offset: number, length: number): SparseVector {
  if (length < HEADER_BYTES) throw new InvalidValueError('too short for a sparsevec')
  const dimensions = view.getInt32(offset)
  const count = view.getUint32(offset + 4)
  if (length !== HEADER_BYTES + count * (INDEX_BYTES + VALUE_BYTES)) {
    throw new InvalidValueError('another length than its elements take')
  }
  const indices: number[] = []
  const values: number[] = []
  const valuesOffset = offset + HEADER_BYTES + count * INDEX_BYTES
  for (let index = 0; index < count; index++) {
    indices.push(view.getInt32(offset + HEADER_BYTES + index * INDEX_BYTES))
    values.push(float4.decode(bytes, view, valuesOffset + index * VALUE_BYTES, VALUE_BYTES))
  }
  return { dimensions, indices, values }
}

function encode(value: unknown, out: SendBuffer): void {
  const { dimensions, indices, values } = requireSparseVector(value)
  out.int32(dimensions)
  out.int32(indices.length)
  out.int32(0)
  for (const index of indices) out.int32(index)
  for (const element of values) out.float32(element)
}

/** Returns it with its values in single precision. */
function requireSparseVector(value: unknown): SparseVector {
  if (typeof value !== 'object' || value === null) throw new InvalidValueError('not a sparse vector')
  const { dimensions, indices, values } = value as Partial<Record<keyof SparseVector, unknown>>
  if (!Array.isArray(indices) || !Array.isArray(values) || indices.length !== values.length) {
    throw new InvalidValueError('not as many indices as values')
  }
  if (!isIndex(dimensions, MAX_DIMENSIONS + 1) || dimensions === 0) {
    throw new InvalidValueError('an impossible number of dimensions')
  }
  if (indices.length > MAX_ELEMENTS) throw new InvalidValueError('more than 16000 elements')
  let last = -1
  for (const index of indices as unknown[]) {
    if (!isIndex(index, dimensions)) throw new InvalidValueError('an index is out of range')
    if (index <= last) throw new InvalidValueError('its indices are not ascending')
    last = index
  }
  return { dimensions, indices: indices as number[], values: values.map(requireElement) }
}

function isIndex(value: unknown, limit: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < limit
}

function requireElement(element: unknown): number {
  if (typeof element !== 'number' || !Number.isFinite(element)) {
    throw new InvalidValueError('an element is not a finite number')
  }
  const single = requireSingle(element)
  if (single === 0) throw new InvalidValueError('an element is zero')
  return single
}

function fromText(text: string): SparseVector {
  const printed = /^\{(.*)\}\/(\d+)$/.exec(text)
  if (printed === null) throw new InvalidValueError('a malformed sparsevec')
  const indices: number[] = []
  const values: number[] = []
  for (const element of printed[1] === '' ? [] : printed[1]!.split(',')) {
    const colon = element.indexOf(':')
    indices.push(parseNumber(element.slice(0, Math.max(colon, 0))) - 1)
    values.push(parseNumber(element.slice(colon + 1)))
  }
  return { dimensions: Number(printed[2]), indices, values }
}
