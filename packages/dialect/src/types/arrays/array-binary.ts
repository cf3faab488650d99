import type { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import type { Codec } from '../codec.ts'
import { NULL_LENGTH } from '../parts/binary-part.ts'
import { withinDimension, withinElement } from '../parts/value-path.ts'
import { elementLoop } from './array-loops.ts'
import {
  lowerBoundsOf,
  MAX_DIMENSIONS,
  requireBound,
  requireElement,
  requireLength,
  shapeOf,
  valuesOf,
} from './array-shape.ts'
import { BoundedArray } from './bounded-array.ts'

/**
 * Arrays in binary: dimensions, a flag for NULLs, the element's OID; a length and a lower bound for each dimension; then
 * each element behind its length word. JavaScript's arrays begin at 0, so that the lower bounds are dropped, or kept beside.
 */
const HEADER_BYTES = 12
const DIMENSION_BYTES = 8

/** Arrays up to here are made in their full length, which saves half of the time; longer ones grow as they are read. */
const MAX_PREALLOCATED = 0x1_0000

/** The decoder for arrays of `element`. No allocation exceeds what the bytes that are there justify. */
export function binaryArrayDecoder<Value>(element: Codec<Value>): Codec<unknown[]>['decode'] {
  const { size } = element
  const loop = elementLoop(element)
  return (bytes, view, offset, length) => {
    const dimensions = readHeader(view, offset, length, element)
    const start = offset + HEADER_BYTES + DIMENSION_BYTES * dimensions
    const end = offset + length
    if (dimensions === 0) return requireEnd([], start, end)
    const count = view.getUint32(offset + HEADER_BYTES)
    if (dimensions === 1) {
      if (loop !== undefined && end - start === count * (4 + size) && count <= MAX_PREALLOCATED) {
        const values = loop(view, start, count)
        if (values !== undefined) return values
      }
      return decodeList(element, bytes, view, start, end, count)
    }
    const lengths: number[] = []
    for (let index = 0; index < dimensions; index++) {
      lengths.push(view.getUint32(offset + HEADER_BYTES + DIMENSION_BYTES * index))
    }
    return decodeNested(element, bytes, view, start, end, lengths)
  }
}

/** As {@link binaryArrayDecoder}, with the lower bounds. */
export function boundedArrayDecoder<Value>(element: Codec<Value>): Codec<BoundedArray<Value>>['decode'] {
  const decode = binaryArrayDecoder(element)
  return (bytes, view, offset, length) => {
    const values = decode(bytes, view, offset, length) as (Value | null)[]
    const lowerBounds: number[] = []
    const dimensions = values.length === 0 ? 0 : view.getUint32(offset)
    for (let index = 0; index < dimensions; index++) {
      const at = offset + HEADER_BYTES + DIMENSION_BYTES * index
      lowerBounds.push(requireBound(view.getInt32(at + 4), view.getUint32(at)))
    }
    return new BoundedArray(values, lowerBounds)
  }
}

/** Returns the number of dimensions, once the header is known to describe what follows it. */
function readHeader(view: DataView, offset: number, length: number, element: Codec): number {
  if (length < HEADER_BYTES) throw new InvalidValueError('too short for an array')
  const dimensions = view.getUint32(offset)
  if (dimensions > MAX_DIMENSIONS) throw new InvalidValueError('an impossible number of dimensions')
  if (view.getUint32(offset + 8) !== element.oid) throw new InvalidValueError('an array of another type')
  const left = length - HEADER_BYTES - DIMENSION_BYTES * dimensions
  if (left < 0) throw new InvalidValueError('too short for its dimensions')
  let elements = 1
  for (let index = 0; index < dimensions; index++) {
    const count = view.getUint32(offset + HEADER_BYTES + DIMENSION_BYTES * index)
    // An empty array has no dimensions, except for the server's own vectors, which have one of length 0.
    if (count === 0 && dimensions > 1) throw new InvalidValueError('an empty dimension')
    elements *= count
  }
  // Even a NULL takes a length word.
  if (elements * 4 > left && dimensions > 0) throw new InvalidValueError('too short for its elements')
  return dimensions
}

function decodeList<Value>(
  element: Codec<Value>,
  bytes: Buffer,
  view: DataView,
  start: number,
  end: number,
  count: number,
): (Value | null)[] {
  const { size } = element
  const values: (Value | null)[] = count <= MAX_PREALLOCATED ? new Array<Value | null>(count) : []
  let at = start
  for (let index = 0; index < count; index++) {
    if (at + 4 > end) throw new InvalidValueError('too short for its elements')
    const length = view.getInt32(at)
    at += 4
    if (length === NULL_LENGTH) {
      values[index] = null
      continue
    }
    requireElementLength(length, size, end - at)
    values[index] = element.decode(bytes, view, at, length)
    at += length
  }
  return requireEnd(values, at, end)
}

function requireElementLength(length: number, size: number, left: number): void {
  if (length < 0 || length > left) throw new InvalidValueError('an impossible element length')
  if (size !== -1 && length !== size) throw new InvalidValueError('an impossible element length')
}

function requireEnd<Values>(values: Values, at: number, end: number): Values {
  if (at !== end) throw new InvalidValueError('longer than its elements')
  return values
}

/** The innermost lists first, then folded into the dimensions around them. */
function decodeNested<Value>(
  element: Codec<Value>,
  bytes: Buffer,
  view: DataView,
  start: number,
  end: number,
  lengths: readonly number[],
): unknown[] {
  const total = lengths.reduce((product, length) => product * length, 1)
  let values: unknown[] = decodeList(element, bytes, view, start, end, total)
  for (let depth = lengths.length - 1; depth > 0; depth--) {
    const length = lengths[depth]!
    const folded: unknown[] = []
    for (let at = 0; at < values.length; at += length) folded.push(values.slice(at, at + length))
    values = folded
  }
  return values
}

/** The encoder for arrays of `element`. Lower bounds are 1, except for those of a {@link BoundedArray}. */
export function binaryArrayEncoder(element: Codec): Codec['encode'] {
  return (value, out) => {
    const lengths = shapeOf(value, element)
    const lowerBounds = lowerBoundsOf(value)
    const empty = lengths.includes(0)
    const start = out.length
    out.int32(empty ? 0 : lengths.length)
    out.int32(0)
    out.uint32(element.oid)
    if (!empty) {
      for (let depth = 0; depth < lengths.length; depth++) {
        out.int32(lengths[depth]!)
        out.int32(lowerBounds?.[depth] ?? 1)
      }
    }
    const hasNull = encodeLevel(valuesOf(value), 0, lengths, element, out)
    if (hasNull) out.patchInt32(start + 4, 1)
  }
}

/** Returns whether there was a NULL. An empty array goes through here too, so that all of its parts must be empty. */
function encodeLevel(
  value: unknown,
  depth: number,
  lengths: readonly number[],
  element: Codec,
  out: SendBuffer,
): boolean {
  const values = requireLength(value, lengths, depth)
  const innermost = depth === lengths.length - 1
  let hasNull = false
  let index = 0
  try {
    for (; index < values.length; index++) {
      const item = values[index]
      if (!innermost) {
        if (encodeLevel(item, depth + 1, lengths, element, out)) hasNull = true
      } else if (item === null) {
        out.int32(NULL_LENGTH)
        hasNull = true
      } else {
        requireElement(item, element)
        const start = out.length
        out.int32(0)
        element.encode(item, out)
        out.patchInt32(start, out.length - start - 4)
      }
    }
  } catch (error) {
    throw innermost ? withinElement(index, error) : withinDimension(index, error)
  }
  return hasNull
}
