import { decodeText } from '../../bytes/decode-text.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { BINARY, type Codec, defineCodec } from '../codec.ts'
import { binaryReader, readPresentLength, requireEnd, writePart } from '../parts/binary-part.ts'
import { isForeignText } from '../parts/foreign-text.ts'
import { withinElement } from '../parts/value-path.ts'
import type { TypeIdentity } from '../type-identity.ts'
import { formatMultirangeLiteral, readMultirangeLiteral } from './multirange-literal.ts'
import type { Range } from './range-value.ts'

const COUNT_BYTES = 4
/** A length word and a byte of flags. */
const MIN_RANGE_BYTES = 5

/**
 * The codec of a multirange: an array of ranges. The server puts them in order, joins those that meet and drops the empty
 * ones. In an array of multiranges every inner array is a multirange.
 *
 * @see https://www.postgresql.org/docs/current/rangetypes.html
 */
export function multirangeOf<T>(range: Codec<Range<T>>, identity: TypeIdentity): Codec<Range<T>[]> {
  const binary = range.format === BINARY
  const reader = binaryReader(range)
  const decodeBinary = reader && binaryMultirangeDecoder(reader)
  const fromText = (text: string): Range<T>[] => readMultirangeLiteral(text, range)
  const toText = (value: unknown): string => formatMultirangeLiteral(requireRanges(value), range)
  return defineCodec<Range<T>[]>({
    ...identity,
    format: range.format,
    typescript: {
      select: `import('kysely-pgwire/types').Multirange<${range.typescript.select}>`,
      insert: `${range.typescript.insert}[]`,
    },
    samples: () => ['{}', ...range.samples.filter((sample) => sample !== 'empty').map((sample) => `{${sample}}`)],
    encodesArrays: true,
    decode:
      binary && decodeBinary !== undefined
        ? decodeBinary
        : (bytes, _view, offset, length) => fromText(decodeText(bytes, offset, length)),
    encode: binary ? binaryMultirangeEncoder(range) : (value, out) => out.text(toText(value)),
    fromText,
    toText,
    ...(binary
      ? {
          prefersText: (value) => holdsForeignText(requireRanges(value), range),
          encodeText: (value, out) => out.text(toText(value)),
        }
      : decodeBinary && { decodeBinary }),
  })
}

/** In binary: how many ranges there are, then each behind its length word. */
function binaryMultirangeDecoder<T>(read: Codec<Range<T>>['decode']): Codec<Range<T>[]>['decode'] {
  return (bytes, view, offset, length) => {
    if (length < COUNT_BYTES) throw new InvalidValueError('too short for a multirange')
    const count = view.getUint32(offset)
    if (count * MIN_RANGE_BYTES > length - COUNT_BYTES) throw new InvalidValueError('too short for its ranges')
    const end = offset + length
    const ranges: Range<T>[] = []
    let at = offset + COUNT_BYTES
    for (let index = 0; index < count; index++) {
      const bytesOfRange = readPresentLength(view, at, end, -1)
      ranges.push(read(bytes, view, at + 4, bytesOfRange))
      at += 4 + bytesOfRange
    }
    requireEnd(at, end)
    return ranges
  }
}

function binaryMultirangeEncoder(range: Codec): Codec['encode'] {
  return (value, out) => {
    const ranges = requireRanges(value)
    out.int32(ranges.length)
    let index = 0
    try {
      for (; index < ranges.length; index++) writePart(range, ranges[index], out)
    } catch (error) {
      throw withinElement(index, error)
    }
  }
}

function holdsForeignText(ranges: readonly unknown[], range: Codec): boolean {
  let index = 0
  try {
    for (; index < ranges.length; index++) if (isForeignText(range, ranges[index])) return true
  } catch (error) {
    throw withinElement(index, error)
  }
  return false
}

/** Holes are read as undefined, and refused. */
function requireRanges(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new InvalidValueError('not an array of ranges')
  const ranges: unknown[] = value
  for (let index = 0; index < ranges.length; index++) {
    if (ranges[index] === null || ranges[index] === undefined) throw new InvalidValueError('a multirange has no NULLs')
  }
  return ranges
}
