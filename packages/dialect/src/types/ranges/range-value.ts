import { InvalidValueError } from '../../errors/codec-error.ts'

/** Which ends belong to a range: `[` and `]` do, `(` and `)` do not. */
export type RangeBounds = '[)' | '[]' | '(]' | '()'

/** What a range is made of, and what is encoded as one. At least one of `lower`, `upper` and `empty` has to be there. */
export interface RangeLike<T> {
  /** Null or left out: unbounded. */
  readonly lower?: T | null
  /** Null or left out: unbounded. */
  readonly upper?: T | null
  /** Default: `[)`. An end that is not there does not belong to the range, whatever this says. */
  readonly bounds?: RangeBounds
  /** Contains nothing, and has no ends. */
  readonly empty?: boolean
}

const PARTS: ReadonlySet<string> = new Set(['lower', 'upper', 'bounds', 'empty'])
const BOUNDS: ReadonlySet<unknown> = new Set(['[)', '[]', '(]', '()'])

/**
 * A range, as PostgreSQL has it: `new Range({ lower: 1, upper: 10 })` is '[1,10)'. Its JSON, read again, is encoded as the
 * same range.
 *
 * @see https://www.postgresql.org/docs/current/rangetypes.html
 */
export class Range<T> {
  static readonly empty: Range<never> = Object.freeze(new Range<never>({ empty: true }))

  /** Null when the range is unbounded below, or empty. */
  readonly lower: T | null
  /** Null when the range is unbounded above, or empty. */
  readonly upper: T | null
  /** An end that is not there is never part of the range: '[1,)' has the bounds `[)`, '(,1]' has `(]`, 'empty' has `()`. */
  readonly bounds: RangeBounds
  readonly empty: boolean

  /** Throws `InvalidValueError` for anything but the parts of a range. */
  constructor(parts: RangeLike<T>) {
    requireParts(parts)
    const { lower = null, upper = null, bounds = '[)', empty = false } = parts
    this.lower = lower
    this.upper = upper
    this.bounds = boundsOf(lower !== null && bounds.startsWith('['), upper !== null && bounds.endsWith(']'))
    this.empty = empty
  }
}

/** The bounds of a range by whether its ends belong to it. */
export function boundsOf(lowerInclusive: boolean, upperInclusive: boolean): RangeBounds {
  if (lowerInclusive) return upperInclusive ? '[]' : '[)'
  return upperInclusive ? '(]' : '()'
}

/** The value as a range; throws unless it is one, or has the parts of one and nothing else. */
export function requireRange(value: unknown): Range<unknown> {
  return value instanceof Range ? value : new Range(value as RangeLike<unknown>)
}

function requireParts(parts: unknown): asserts parts is RangeLike<unknown> {
  if (typeof parts !== 'object' || parts === null || Array.isArray(parts)) throw new InvalidValueError('not a range')
  const {
    lower = null,
    upper = null,
    bounds = '[)',
    empty = false,
  } = parts as { [Name in keyof RangeLike<unknown>]: unknown }
  let said = false
  // Every range that is decoded comes through here: a loop over the names takes far less than their entries would.
  for (const name in parts) {
    if (!PARTS.has(name)) throw new InvalidValueError('not a range: it has other parts')
    if ((parts as Record<string, unknown>)[name] === undefined)
      throw new InvalidValueError('a part of a range is undefined')
    said ||= name !== 'bounds'
  }
  if (!said) throw new InvalidValueError('a range without bounds; null is none')
  if (!BOUNDS.has(bounds)) throw new InvalidValueError("bounds other than '[)', '[]', '(]' and '()'")
  if (typeof empty !== 'boolean') throw new InvalidValueError('empty is neither true nor false')
  if (empty && (lower !== null || upper !== null)) throw new InvalidValueError('an empty range with a bound')
}
