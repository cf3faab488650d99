import { binaryArrayDecoder, binaryArrayEncoder } from './array-binary.ts'
import { formatArrayLiteral, literalArrayDecoder } from './array-literal.ts'
import { shapeOf } from './array-shape.ts'
import { BINARY, type Codec, defineCodec } from './codec.ts'

/**
 * The codec of an element's array type: nested JavaScript arrays of up to six dimensions, with null for NULL.
 *
 * Lower bounds are dropped. Encodes arrays that are as long and as deep everywhere; an array whose elements may be arrays
 * themselves (JSON) is taken for one dimension. Arrays travel as their elements do, binary or text; an array that holds
 * strings which only the server can read goes as text.
 *
 * @see https://www.postgresql.org/docs/current/arrays.html
 */
export function arrayOf<Value>(element: Codec<Value>, name: string = `_${element.name}`): Codec<(Value | null)[]> {
  const binary = element.format === BINARY
  const toText = (value: unknown): string => formatArrayLiteral(value, element)
  return defineCodec<unknown[]>({
    name,
    oid: element.arrayOid,
    format: element.format,
    typescript: {
      select: `(${element.typescript.select} | null)[]`,
      insert: `(${element.typescript.insert} | null)[]`,
    },
    // An array in an array is another dimension, except where a domain makes a value of it.
    encodesArrays: true,
    decode: binary ? binaryArrayDecoder(element) : literalArrayDecoder(element),
    encode: binary ? binaryArrayEncoder(element) : (value, out) => out.text(toText(value)),
    toText,
    prefersText: (value) => binary && holdsForeignText(value, element),
    encodeText: (value, out) => out.text(toText(value)),
  }) as Codec<(Value | null)[]>
}

/** Whether an element is a string that the element's codec leaves to the server. What is no proper array is not. */
function holdsForeignText(value: unknown, element: Codec): boolean {
  if (!Array.isArray(value) || (element.encodesStrings && element.prefersText === undefined)) return false
  return anyForeign(value, shapeOf(value, element), 0, element)
}

function anyForeign(values: readonly unknown[], lengths: readonly number[], depth: number, element: Codec): boolean {
  if (values.length !== lengths[depth]) return false
  const innermost = depth === lengths.length - 1
  for (let index = 0; index < values.length; index++) {
    const item = values[index]
    if (innermost) {
      if (typeof item === 'string' ? !element.encodesStrings : (element.prefersText?.(item) ?? false)) return true
    } else if (Array.isArray(item) && anyForeign(item, lengths, depth + 1, element)) {
      return true
    }
  }
  return false
}
