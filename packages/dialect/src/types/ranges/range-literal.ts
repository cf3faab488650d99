import type { Codec } from '../codec.ts'
import { formatPart, malformedLiteral, readPart } from '../parts/literal-part.ts'
import { LOWER, UPPER, within } from '../parts/value-path.ts'
import { textOf, valueFromText } from '../text-form.ts'
import { boundsOf, Range, requireRange } from './range-value.ts'

/** What a bound must not hold unless it is quoted. */
const SYNTAX = /[()[\],"\\ \t-\r]/
/** What ends a bound that is not quoted: the right one of these, or else it is no range. */
const STOPS = '()[],'
const EMPTY = 'empty'

/**
 * A range as PostgreSQL's text: '[1,10)', '("a,b",)', 'empty'.
 *
 * @see https://www.postgresql.org/docs/current/rangetypes.html#RANGETYPES-IO
 */
export function formatRangeLiteral(value: unknown, subtype: Codec): string {
  const { lower, upper, bounds, empty } = requireRange(value)
  if (empty) return EMPTY
  return `${bounds[0]}${formatBound(lower, subtype, LOWER)},${formatBound(upper, subtype, UPPER)}${bounds[1]}`
}

function formatBound(bound: unknown, subtype: Codec, step: string): string {
  if (bound === null) return ''
  try {
    return formatRangeBound(textOf(subtype, bound))
  } catch (error) {
    throw within(step, error)
  }
}

/** The text of a bound as it stands in a range. */
export function formatRangeBound(text: string): string {
  return formatPart(text, SYNTAX)
}

export interface ReadRange<T> {
  readonly range: Range<T>
  /** Where the range is over. */
  readonly end: number
}

/** Reads the range at `start`, as the server prints it. */
export function readRangeLiteral<T>(source: string, start: number, subtype: Codec<T>): ReadRange<T> {
  if (source.startsWith(EMPTY, start)) return { range: Range.empty, end: start + EMPTY.length }
  const lowerInclusive = isInclusive(source[start], '[', '(')
  const lower = readPart(source, start + 1, STOPS)
  if (source[lower.end] !== ',') malformedLiteral()
  const upper = readPart(source, lower.end + 1, STOPS)
  const upperInclusive = isInclusive(source[upper.end], ']', ')')
  const range = new Range({
    lower: boundFromText(lower.text, subtype),
    upper: boundFromText(upper.text, subtype),
    bounds: boundsOf(lowerInclusive, upperInclusive),
  })
  return { range, end: upper.end + 1 }
}

function boundFromText<T>(text: string | null, subtype: Codec<T>): T | null {
  return text === null ? null : valueFromText(subtype, text)
}

function isInclusive(found: string | undefined, inclusive: string, exclusive: string): boolean {
  if (found !== inclusive && found !== exclusive) malformedLiteral()
  return found === inclusive
}
