import { BINARY, type Codec, defineCodec } from '../codec.ts'
import { inBinary } from '../parts/binary-part.ts'
import { isForeignText } from '../parts/foreign-text.ts'
import { withinDimension, withinElement } from '../parts/value-path.ts'
import { decodeFromText } from '../text-form.ts'
import { binaryArrayDecoder, binaryArrayEncoder, boundedArrayDecoder } from './array-binary.ts'
import { boundedLiteralDecoder, literalArrayDecoder } from './array-literal-reader.ts'
import { formatArrayLiteral, formatListLiteral } from './array-literal.ts'
import { isList, shapeOf, valuesOf } from './array-shape.ts'
import type { BoundedArray } from './bounded-array.ts'

export interface ArrayOptions {
  /** `pg_type.typname` of the array type. Default: the element's behind an underscore. */
  readonly name?: string
  /** Whether arrays arrive as a {@link BoundedArray}, which keeps their lower bounds. Default: 'dropped'. */
  readonly bounds?: 'dropped' | 'kept'
}

/**
 * The codec of an element's array type: nested JavaScript arrays of up to six dimensions, with null for NULL, or a
 * {@link BoundedArray} of them.
 *
 * Encodes both, and typed arrays: arrays that are as long and as deep everywhere; an array whose elements may be arrays themselves (JSON) is
 * taken for one dimension. Arrays travel as their elements do, binary or text; an array that holds strings which only the
 * server can read goes as text.
 *
 * @see https://www.postgresql.org/docs/current/arrays.html
 */
export function arrayOf<Value>(
  element: Codec<Value>,
  options?: ArrayOptions & { readonly bounds?: 'dropped' },
): Codec<(Value | null)[]>
export function arrayOf<Value>(
  element: Codec<Value>,
  options: ArrayOptions & { readonly bounds: 'kept' },
): Codec<BoundedArray<Value>>
export function arrayOf<Value>(
  element: Codec<Value>,
  options: ArrayOptions,
): Codec<(Value | null)[]> | Codec<BoundedArray<Value>>
export function arrayOf(
  element: Codec,
  { name = `_${element.name}`, bounds = 'dropped' }: ArrayOptions = {},
): Codec<unknown[]> | Codec<BoundedArray<unknown>> {
  const binary = element.format === BINARY
  const toText = (value: unknown): string => formatArrayLiteral(value, element)
  const decodeLiteral: Codec['decode'] =
    bounds === 'kept' ? boundedLiteralDecoder(element) : literalArrayDecoder(element)
  const part = binary ? element : inBinary(element)
  const decodeBinary: Codec['decode'] | undefined =
    part && (bounds === 'kept' ? boundedArrayDecoder(part) : binaryArrayDecoder(part))
  return defineCodec<unknown>({
    name,
    oid: element.arrayOid,
    format: element.format,
    delimiter: element.delimiter,
    typescript: typescriptOf(element, bounds),
    samples: () => samplesOf(element),
    // An array in an array is another dimension, except where a domain makes a value of it.
    encodesArrays: true,
    decode: binary && decodeBinary !== undefined ? decodeBinary : decodeLiteral,
    ...(binary || decodeBinary === undefined ? {} : { decodeBinary }),
    encode: binary ? binaryArrayEncoder(element) : (value, out) => out.text(toText(value)),
    fromText: (text) => decodeFromText(decodeLiteral, text),
    toText,
    prefersText: (value) => binary && holdsForeignText(value, element),
    encodeText: (value, out) => out.text(toText(value)),
  }) as Codec<unknown[]> | Codec<BoundedArray<unknown>>
}

function typescriptOf({ typescript }: Codec, bounds: 'dropped' | 'kept'): Codec['typescript'] {
  // What nothing can be sent for has no arrays either.
  const insert = typescript.insert === 'never' ? 'never' : `(${typescript.insert} | null)[]`
  if (bounds === 'dropped') return { select: `(${typescript.select} | null)[]`, insert }
  const bounded = "import('kysely-pgwire/types').BoundedArray"
  return {
    select: `${bounded}<${typescript.select}>`,
    insert: insert === 'never' ? insert : `${insert} | ${bounded}<${typescript.insert} | null>`,
  }
}

function samplesOf({ samples, delimiter }: Codec): string[] {
  return samples.length === 0 ? [] : [formatListLiteral([...samples, null], delimiter)]
}

/** Whether an element is a string that the element's codec leaves to the server. What is no proper array is not. */
function holdsForeignText(value: unknown, element: Codec): boolean {
  const values = valuesOf(value)
  if (!isList(values) || ((element.encodesStrings || element.ownStrings) && element.prefersText === undefined))
    return false
  return anyForeign(values, shapeOf(value, element), 0, element)
}

function anyForeign(values: ArrayLike<unknown>, lengths: readonly number[], depth: number, element: Codec): boolean {
  if (values.length !== lengths[depth]) return false
  const innermost = depth === lengths.length - 1
  let index = 0
  try {
    for (; index < values.length; index++) {
      const item = values[index]
      if (innermost) {
        if (isForeignText(element, item)) return true
      } else if (Array.isArray(item) && anyForeign(item, lengths, depth + 1, element)) {
        return true
      }
    }
  } catch (error) {
    throw innermost ? withinElement(index, error) : withinDimension(index, error)
  }
  return false
}
