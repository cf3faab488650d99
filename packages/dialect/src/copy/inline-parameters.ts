import { CodecError } from '../errors/codec-error.ts'
import { UsageError } from '../errors/usage-error.ts'
import type { Codec } from '../types/codec.ts'
import { textOf } from '../types/text-form.ts'
import { replaceParameters } from './parameter-places.ts'

/** A parameter, as far as writing it needs to know. */
export interface InlineType {
  readonly codec: Codec
  /** The type as SQL names it. */
  readonly name: string
}

/**
 * COPY takes no parameters: those of a query are written into it as literals, each cast to the type that the server has
 * found for it. `backslashes`: whether `standard_conforming_strings` is off.
 *
 * A value cannot become SQL, even where the query were misread: no character of it that SQL has a use for is written as it
 * is; see {@link escapedLiteral}.
 */
export function inlineParameters(
  sql: string,
  values: readonly unknown[],
  types: readonly InlineType[],
  backslashes: boolean,
): string {
  if (values.length !== types.length) {
    throw new UsageError(`The query takes ${types.length} parameters, and ${values.length} were given`)
  }
  const literals = values.map((value, index) => inlineLiteral(value, types[index]!, index + 1))
  return replaceParameters(sql, backslashes, (parameter) => literals[parameter - 1] ?? `$${parameter}`)
}

/** In parentheses: what follows, a subscript or a cast, is for the whole. */
function inlineLiteral(value: unknown, { codec, name }: InlineType, parameter: number): string {
  if (value === undefined) throw new UsageError(`Parameter $${parameter} is undefined; NULL is null`)
  if (value === null) return `(null::${name})`
  let text: string
  try {
    text = textOf(codec, value)
  } catch (error) {
    throw CodecError.encode(parameter, codec.name, error)
  }
  if (text.includes('\0')) throw new UsageError(`Parameter $${parameter} contains a NUL character`)
  if (!text.isWellFormed()) throw new UsageError(`Parameter $${parameter} contains a lone surrogate`)
  return `(${escapedLiteral(text)}::${name})`
}

/** All of ASCII but digits. */
const ACTIVE = /[^0-9\u0080-\uffff]/g

/**
 * A literal in which every character of ASCII but digits is escaped by its code, whatever the encoding of the database.
 * Anywhere but in a string of this kind, none of it means anything: `\` is no SQL.
 */
export function escapedLiteral(text: string): string {
  return `E'${text.replace(ACTIVE, (char) => String.raw`\x` + char.charCodeAt(0).toString(16).padStart(2, '0'))}'`
}
