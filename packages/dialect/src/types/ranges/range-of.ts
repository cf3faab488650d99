import { decodeText } from '../../bytes/decode-text.ts'
import { BINARY, type Codec, defineCodec } from '../codec.ts'
import { binaryReader } from '../parts/binary-part.ts'
import { isForeignText } from '../parts/foreign-text.ts'
import { malformedLiteral } from '../parts/literal-part.ts'
import { MAX_SAMPLES } from '../parts/samples.ts'
import { LOWER, UPPER, within } from '../parts/value-path.ts'
import type { TypeIdentity } from '../type-identity.ts'
import { binaryRangeDecoder, binaryRangeEncoder } from './range-binary.ts'
import { formatRangeBound, formatRangeLiteral, readRangeLiteral } from './range-literal.ts'
import { type Range, requireRange } from './range-value.ts'

/**
 * The codec of a range over `subtype`. Encodes a {@link Range} or an object with its parts.
 *
 * Ranges travel as their bounds do, binary or text; a range with a bound that is a string which only the server can read
 * goes as text. Whether the bounds are in order is for the server to say.
 *
 * @see https://www.postgresql.org/docs/current/rangetypes.html
 */
export function rangeOf<T>(subtype: Codec<T>, identity: TypeIdentity): Codec<Range<T>> {
  const binary = subtype.format === BINARY
  const reader = binaryReader(subtype)
  const decodeBinary = reader && binaryRangeDecoder(subtype, reader)
  const toText = (value: unknown): string => formatRangeLiteral(value, subtype)
  const fromText = (text: string): Range<T> => {
    const { range, end } = readRangeLiteral(text, 0, subtype)
    if (end !== text.length) malformedLiteral()
    return range
  }
  const { select, insert } = subtype.typescript
  return defineCodec<Range<T>>({
    ...identity,
    format: subtype.format,
    typescript: {
      select: `import('kysely-pgwire/types').Range<${select}>`,
      insert: `import('kysely-pgwire/types').RangeLike<${insert}>`,
    },
    samples: () => samplesOf(subtype),
    decode:
      binary && decodeBinary !== undefined
        ? decodeBinary
        : (bytes, _view, offset, length) => fromText(decodeText(bytes, offset, length)),
    encode: binary ? binaryRangeEncoder(subtype) : (value, out) => out.text(toText(value)),
    fromText,
    toText,
    ...(binary
      ? {
          prefersText: (value) => {
            const { lower, upper } = requireRange(value)
            return isForeignBound(subtype, lower, LOWER) || isForeignBound(subtype, upper, UPPER)
          },
          encodeText: (value, out) => out.text(toText(value)),
        }
      : decodeBinary && { decodeBinary }),
  })
}

function isForeignBound(subtype: Codec, bound: unknown, step: string): boolean {
  try {
    return isForeignText(subtype, bound)
  } catch (error) {
    throw within(step, error)
  }
}

/** Only such as the server prints the same for discrete and for continuous types: it writes '[1,1]' of int4 as '[1,2)'. */
function samplesOf(subtype: Codec): string[] {
  const bounds = subtype.samples.slice(0, MAX_SAMPLES / 2 - 1).map(formatRangeBound)
  return ['empty', '(,)', ...bounds.map((bound) => `[${bound},)`), ...bounds.map((bound) => `(,${bound})`)]
}
