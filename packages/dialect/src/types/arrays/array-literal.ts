import type { Codec } from '../codec.ts'
import { escapeText } from '../parts/escaped-text.ts'
import { withinDimension, withinElement } from '../parts/value-path.ts'
import { textOf } from '../text-form.ts'
import { lowerBoundsOf, requireElement, requireLength, shapeOf, valuesOf } from './array-shape.ts'

/** What an element must not look like unless it is quoted: nothing, NULL, or anything with syntax or blanks in it. */
const NEEDS_QUOTES = /^$|^null$|[ \t\n\r\v\f{}"\\]/i

/**
 * An array as PostgreSQL's text: '{1,NULL,"a \"b\""}', '[0:1]={1,2}'.
 *
 * @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
export function formatArrayLiteral(value: unknown, element: Codec): string {
  const lengths = shapeOf(value, element)
  const literal = formatLevel(valuesOf(value), 0, lengths, element)
  const lowerBounds = lowerBoundsOf(value)
  if (lowerBounds === undefined) return literal
  const bounds = lowerBounds.map((lower, depth) => `[${lower}:${lower + lengths[depth]! - 1}]`)
  return `${bounds.join('')}=${literal}`
}

/** A list of elements that are text already. */
export function formatListLiteral(texts: readonly (string | null)[], delimiter: string): string {
  const parts = texts.map((text) => (text === null ? 'NULL' : quoteElement(text, delimiter)))
  return `{${parts.join(delimiter)}}`
}

function formatLevel(value: unknown, depth: number, lengths: readonly number[], element: Codec): string {
  const values = requireLength(value, lengths, depth)
  if (depth === 0 && lengths.includes(0)) {
    // All parts must be empty, and then they are one empty array.
    if (lengths.length > 1) formatItems(values, 0, lengths, element)
    return '{}'
  }
  return `{${formatItems(values, depth, lengths, element).join(element.delimiter)}}`
}

function formatItems(values: ArrayLike<unknown>, depth: number, lengths: readonly number[], element: Codec): string[] {
  const innermost = depth === lengths.length - 1
  const parts: string[] = []
  let index = 0
  try {
    for (; index < values.length; index++) {
      const item = values[index]
      if (!innermost) parts.push(formatLevel(item, depth + 1, lengths, element))
      else if (item === null) parts.push('NULL')
      else parts.push(formatElement(item, element))
    }
  } catch (error) {
    throw innermost ? withinElement(index, error) : withinDimension(index, error)
  }
  return parts
}

function formatElement(value: unknown, element: Codec): string {
  requireElement(value, element)
  return quoteElement(textOf(element, value), element.delimiter)
}

function quoteElement(text: string, delimiter: string): string {
  if (!NEEDS_QUOTES.test(text) && !text.includes(delimiter)) return text
  return `"${escapeText(text, /["\\]/g, '\\$&')}"`
}
