import { isTypedArray } from 'node:util/types'

import { InvalidValueError } from '../../errors/codec-error.ts'
import type { Codec } from '../codec.ts'
import { BoundedArray } from './bounded-array.ts'

/** PostgreSQL's `MAXDIM`. */
export const MAX_DIMENSIONS = 6

/** PostgreSQL's `MaxArraySize`: what its arrays can hold, and so a bound for what we walk through. */
const MAX_ELEMENTS = 0x7ff_ffff

const INT4_MIN = -0x8000_0000
const INT4_MAX = 0x7fff_ffff

/** The nested array, without its bounds. */
export function valuesOf(value: unknown): unknown {
  return value instanceof BoundedArray ? value.values : value
}

/** A JavaScript array, or a typed array: numbers in one dimension, which have no NULLs. A Buffer stands for bytes. */
export function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (isTypedArray(value) && !Buffer.isBuffer(value))
}

/** The lower bounds, once {@link shapeOf} has checked them; undefined where all of them are 1. */
export function lowerBoundsOf(value: unknown): readonly number[] | undefined {
  return value instanceof BoundedArray && value.lowerBounds.some((bound) => bound !== 1) ? value.lowerBounds : undefined
}

/**
 * The lengths of a nested array from the outside in, read along its first elements; an array without elements has a 0
 * among them. Throws unless `value` is an array of at most six dimensions, or a {@link BoundedArray} with possible bounds.
 * Whether the rest has this shape is for {@link requireLength} and {@link requireElement} to say.
 */
export function shapeOf(value: unknown, element: Codec): number[] {
  const most = element.encodesArrays ? 1 : undefined
  if (!(value instanceof BoundedArray)) return lengthsOf(value, most)
  const { values, lowerBounds } = value
  if (!Array.isArray(lowerBounds)) throw new InvalidValueError('its lower bounds are not an array')
  const lengths = lengthsOf(values, lowerBounds.length === 0 ? most : lowerBounds.length)
  const dimensions = lengths.includes(0) ? 0 : lengths.length
  if (lowerBounds.length !== dimensions) throw new InvalidValueError('its lower bounds are not one for each dimension')
  for (let index = 0; index < dimensions; index++) requireBound(lowerBounds[index], lengths[index]!)
  return lengths
}

/** `dimensions`: how deep to look; undefined: as deep as the arrays go. */
function lengthsOf(value: unknown, dimensions: number | undefined): number[] {
  if (!isList(value)) throw new InvalidValueError('not an array')
  const lengths: number[] = []
  let inner: unknown = value
  let elements = 1
  do {
    const { length } = inner as ArrayLike<unknown>
    lengths.push(length)
    if (lengths.length > MAX_DIMENSIONS) throw new InvalidValueError('more than 6 dimensions')
    elements *= length
    if (elements > MAX_ELEMENTS) throw new InvalidValueError('too many elements')
    inner = (inner as ArrayLike<unknown>)[0]
    // A typed array in here is an element: bytes, or a vector.
  } while (lengths.length !== dimensions && Array.isArray(inner))
  return lengths
}

/** Throws unless a dimension can begin at `bound`: the index behind its last element is an int4 too. */
export function requireBound(bound: unknown, length: number): number {
  if (!Number.isInteger(bound) || (bound as number) < INT4_MIN || (bound as number) + length > INT4_MAX) {
    throw new InvalidValueError('an impossible lower bound')
  }
  return bound as number
}

/** Throws unless `value`, which stands in dimension `depth`, is an array as long as its neighbours. */
export function requireLength(value: unknown, lengths: readonly number[], depth: number): ArrayLike<unknown> {
  const list = depth === 0 ? isList(value) : Array.isArray(value)
  if (!list || (value as ArrayLike<unknown>).length !== lengths[depth]) {
    throw new InvalidValueError('its inner arrays differ in depth or length')
  }
  return value as ArrayLike<unknown>
}

/** Throws for what can be no element: nothing at all, or an array where elements stand. */
export function requireElement(value: unknown, element: Codec): void {
  if (value === undefined) throw new InvalidValueError('undefined is not a value; NULL is null')
  if (Array.isArray(value) && !element.encodesArrays) {
    throw new InvalidValueError('its inner arrays differ in depth or length')
  }
}
