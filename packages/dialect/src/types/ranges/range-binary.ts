import { InvalidValueError } from '../../errors/codec-error.ts'
import type { Codec } from '../codec.ts'
import { binarySize, readPresentLength, requireEnd, writePart } from '../parts/binary-part.ts'
import { LOWER, UPPER, within } from '../parts/value-path.ts'
import { boundsOf, Range, requireRange } from './range-value.ts'

/*
 * Ranges in binary: a byte of flags, then each bound that there is behind its length word.
 */
const EMPTY = 0x01
const LOWER_INCLUSIVE = 0x02
const UPPER_INCLUSIVE = 0x04
const LOWER_UNBOUNDED = 0x08
const UPPER_UNBOUNDED = 0x10
const ALL = 0x1f

/** The decoder for ranges whose bounds `read` reads. */
export function binaryRangeDecoder<T>(subtype: Codec<T>, read: Codec<T>['decode']): Codec<Range<T>>['decode'] {
  const size = binarySize(subtype)
  return (bytes, view, offset, length) => {
    const end = offset + length
    const flags = readFlags(view, offset, length)
    let at = offset + 1
    let lower: T | null = null
    let upper: T | null = null
    if (flags === EMPTY) {
      requireEnd(at, end)
      return Range.empty
    }
    if ((flags & LOWER_UNBOUNDED) === 0) {
      const bound = readPresentLength(view, at, end, size)
      lower = read(bytes, view, at + 4, bound)
      at += 4 + bound
    }
    if ((flags & UPPER_UNBOUNDED) === 0) {
      const bound = readPresentLength(view, at, end, size)
      upper = read(bytes, view, at + 4, bound)
      at += 4 + bound
    }
    requireEnd(at, end)
    return new Range({
      lower,
      upper,
      bounds: boundsOf((flags & LOWER_INCLUSIVE) !== 0, (flags & UPPER_INCLUSIVE) !== 0),
    })
  }
}

/** The server never sends contradictory flags. */
function readFlags(view: DataView, offset: number, length: number): number {
  if (length === 0) throw new InvalidValueError('too short for a range')
  const flags = view.getUint8(offset)
  const contradictory =
    ((flags & EMPTY) !== 0 && flags !== EMPTY) ||
    ((flags & LOWER_UNBOUNDED) !== 0 && (flags & LOWER_INCLUSIVE) !== 0) ||
    ((flags & UPPER_UNBOUNDED) !== 0 && (flags & UPPER_INCLUSIVE) !== 0)
  if (contradictory || (flags & ~ALL) !== 0) throw new InvalidValueError('impossible flags of a range')
  return flags
}

export function binaryRangeEncoder(subtype: Codec): Codec['encode'] {
  return (value, out) => {
    const range = requireRange(value)
    out.uint8(flagsOf(range))
    if (range.empty) return
    let bound = LOWER
    try {
      if (range.lower !== null) writePart(subtype, range.lower, out)
      bound = UPPER
      if (range.upper !== null) writePart(subtype, range.upper, out)
    } catch (error) {
      throw within(bound, error)
    }
  }
}

function flagsOf({ lower, upper, bounds, empty }: Range<unknown>): number {
  if (empty) return EMPTY
  return (
    (bounds.startsWith('[') ? LOWER_INCLUSIVE : 0) |
    (bounds.endsWith(']') ? UPPER_INCLUSIVE : 0) |
    (lower === null ? LOWER_UNBOUNDED : 0) |
    (upper === null ? UPPER_UNBOUNDED : 0)
  )
}
