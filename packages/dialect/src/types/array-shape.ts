import { InvalidValueError } from '../errors/codec-error.ts'
import type { Codec } from './codec.ts'

/** PostgreSQL's `MAXDIM`. */
export const MAX_DIMENSIONS = 6

/** PostgreSQL's `MaxArraySize`: what its arrays can hold, and so a bound for what we walk through. */
const MAX_ELEMENTS = 0x7ff_ffff

/**
 * The lengths of a nested array from the outside in, read along its first elements; empty for an array without elements.
 * Throws unless `value` is an array of at most six dimensions. Whether the rest has this shape is for `eachElement` to say.
 */
export function shapeOf(value: unknown, element: Codec): number[] {
  if (!Array.isArray(value)) throw new InvalidValueError('not an array')
  const lengths: number[] = []
  let inner: unknown = value
  let elements = 1
  do {
    const { length } = inner as unknown[]
    lengths.push(length)
    if (lengths.length > MAX_DIMENSIONS) throw new InvalidValueError('more than 6 dimensions')
    elements *= length
    if (elements > MAX_ELEMENTS) throw new InvalidValueError('too many elements')
    inner = (inner as unknown[])[0]
  } while (!element.encodesArrays && Array.isArray(inner))
  return lengths
}

/** Throws unless `value`, which stands in dimension `depth`, is an array as long as its neighbours. */
export function requireLength(value: unknown, lengths: readonly number[], depth: number): unknown[] {
  if (!Array.isArray(value) || value.length !== lengths[depth]) {
    throw new InvalidValueError('its inner arrays differ in depth or length')
  }
  return value
}

/** Throws for what can be no element: nothing at all, or an array where elements stand. */
export function requireElement(value: unknown, element: Codec): void {
  if (value === undefined) throw new InvalidValueError('an element is undefined')
  if (Array.isArray(value) && !element.encodesArrays) {
    throw new InvalidValueError('its inner arrays differ in depth or length')
  }
}
