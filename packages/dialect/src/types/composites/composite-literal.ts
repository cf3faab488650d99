import { formatPart, malformedLiteral, readPart } from '../parts/literal-part.ts'
import { withinField } from '../parts/value-path.ts'
import { textOf, valueFromText } from '../text-form.ts'
import type { CompositeField } from './composite-fields.ts'

/** What a field must not hold unless it is quoted. */
const SYNTAX = /[(),"\\ \t-\r]/

/**
 * A composite as PostgreSQL's text: '(1,"a b",)'. No text at all is NULL.
 *
 * @see https://www.postgresql.org/docs/current/rowtypes.html#ROWTYPES-IO-SYNTAX
 */
export function formatCompositeLiteral(values: readonly unknown[], fields: readonly CompositeField[]): string {
  const parts: string[] = []
  let index = 0
  try {
    for (; index < fields.length; index++) {
      const value = values[index]
      parts.push(value === null ? '' : formatField(textOf(fields[index]!.codec, value)))
    }
  } catch (error) {
    throw withinField(fields[index]!.name, error)
  }
  return `(${parts.join(',')})`
}

/** The text of a field as it stands in a composite. */
export function formatField(text: string): string {
  return formatPart(text, SYNTAX)
}

/** Reads the texts of a composite's fields; null is NULL. A composite without fields looks like one with a single NULL. */
export function readCompositeLiteral(source: string): (string | null)[] {
  if (!source.startsWith('(')) malformedLiteral()
  const texts: (string | null)[] = []
  let at = 1
  for (;;) {
    const { text, end } = readPart(source, at, ',)')
    texts.push(text)
    at = end + 1
    if (source[end] === ',') continue
    if (source[end] !== ')' || at !== source.length) malformedLiteral()
    return texts
  }
}

/** The values of the fields, whose number the caller has checked. */
export function valuesFromTexts(texts: readonly (string | null)[], fields: readonly CompositeField[]): unknown[] {
  return fields.map(({ codec }, index) => {
    const text = texts[index]!
    return text === null ? null : valueFromText(codec, text)
  })
}
