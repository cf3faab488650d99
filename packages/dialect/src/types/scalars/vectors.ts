import { InvalidValueError } from '../../errors/codec-error.ts'
import { binaryArrayDecoder } from '../arrays/array-binary.ts'
import { type Codec, defineCodec } from '../codec.ts'
import { int2, oid } from './integers.ts'

/** The numbers of a vector, of which every one counts from 0 where an array counts from 1. */
const LOWER_BOUND = 0

/** What the catalog keeps lists of columns in (`pg_index.indkey`): numbers without NULLs in one dimension, printed '1 2 3'. */
export const int2vector: Codec<number[]> = vectorOf(int2, 'int2vector', 22, 1006)

/** What the catalog keeps lists of types in (`pg_proc.proargtypes`). */
export const oidvector: Codec<number[]> = vectorOf(oid, 'oidvector', 30, 1013)

function vectorOf(element: Codec<number>, name: string, typeOid: number, arrayOid: number): Codec<number[]> {
  const decodeArray = binaryArrayDecoder(element)
  const toText = (value: unknown): string =>
    requireArray(value)
      .map((item) => element.toText!(item))
      .join(' ')
  return defineCodec<number[]>({
    name,
    oid: typeOid,
    arrayOid,
    typescript: { select: `${element.typescript.select}[]`, insert: `${element.typescript.insert}[]` },
    samples: ['', '1', '2 0 1'],
    encodesArrays: true,
    decode: (bytes, view, offset, length) => {
      const values = decodeArray(bytes, view, offset, length)
      if (view.getInt32(offset) !== 1 || values.includes(null)) throw new InvalidValueError('not a vector')
      return values as number[]
    },
    encode: (value, out) => {
      const values = requireArray(value)
      out.int32(1)
      out.int32(0)
      out.uint32(element.oid)
      out.int32(values.length)
      out.int32(LOWER_BOUND)
      for (const item of values) {
        out.int32(element.size)
        element.encode(item, out)
      }
    },
    fromText: (text) => (text === '' ? [] : text.split(' ').map((each) => element.fromText!(each))),
    toText,
    // The server sends an empty vector, and does not take it back.
    prefersText: (value) => Array.isArray(value) && value.length === 0,
    encodeText: (value, out) => out.text(toText(value)),
  })
}

function requireArray(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new InvalidValueError('not an array')
  return Array.from(value)
}
