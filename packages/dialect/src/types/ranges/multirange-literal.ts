import type { Codec } from '../codec.ts'
import { malformedLiteral } from '../parts/literal-part.ts'
import { withinElement } from '../parts/value-path.ts'
import { textOf, valueFromText } from '../text-form.ts'
import type { Range } from './range-value.ts'

/** A multirange as PostgreSQL's text: '{[1,2),[5,7)}'. */
export function formatMultirangeLiteral(ranges: readonly unknown[], range: Codec): string {
  const parts: string[] = []
  let index = 0
  try {
    for (; index < ranges.length; index++) parts.push(textOf(range, ranges[index]))
  } catch (error) {
    throw withinElement(index, error)
  }
  return `{${parts.join(',')}}`
}

/** Reads a multirange as the server prints it. */
export function readMultirangeLiteral<T>(source: string, range: Codec<Range<T>>): Range<T>[] {
  if (!source.startsWith('{') || !source.endsWith('}')) malformedLiteral()
  const ranges: Range<T>[] = []
  if (source === '{}') return ranges
  let start = 1
  for (;;) {
    const end = endOfRange(source, start)
    ranges.push(valueFromText(range, source.slice(start, end)))
    if (end === source.length - 1) return ranges
    if (source[end] !== ',') malformedLiteral()
    start = end + 1
  }
}

/** Outside of quotes, nothing but the end of a range is a closing bracket. A quote inside of quotes is doubled. */
function endOfRange(source: string, start: number): number {
  let quoted = false
  for (let at = start; at < source.length; at++) {
    const character = source[at]
    if (character === '\\') at++
    else if (character === '"') quoted = !quoted
    else if (!quoted && (character === ')' || character === ']')) return at + 1
  }
  return malformedLiteral()
}
