import { InvalidValueError } from '../../errors/codec-error.ts'
import { escapeText, unescapeText } from './escaped-text.ts'

/*
 * The parts of composite and range literals, which are quoted alike: a part with syntax in it stands in double quotes,
 * with quotes and backslashes in it doubled; no text at all is NULL, or no bound.
 *
 * @see https://www.postgresql.org/docs/current/rowtypes.html#ROWTYPES-IO-SYNTAX
 */

const QUOTE = 0x22
const BACKSLASH = 0x5c

export interface LiteralPart {
  /** Null when nothing stands there. */
  readonly text: string | null
  /** Where the part is over. */
  readonly end: number
}

/** Writes a part, in quotes if it is empty or matches `syntax`. */
export function formatPart(text: string, syntax: RegExp): string {
  return text === '' || syntax.test(text) ? `"${escapeText(text, /["\\]/g, '$&$&')}"` : text
}

/** Reads the part at `start`, which one of the characters in `stops` ends. */
export function readPart(source: string, start: number, stops: string): LiteralPart {
  if (source.charCodeAt(start) === QUOTE) return readQuoted(source, start + 1)
  let at = start
  for (; at < source.length && !stops.includes(source[at]!); at++) {
    const unit = source.charCodeAt(at)
    if (unit === QUOTE || unit === BACKSLASH) malformedLiteral()
  }
  return { text: at === start ? null : source.slice(start, at), end: at }
}

function readQuoted(source: string, start: number): LiteralPart {
  let at = start
  let escapes = false
  for (;;) {
    if (at >= source.length) malformedLiteral()
    const unit = source.charCodeAt(at)
    if (unit === QUOTE && source.charCodeAt(at + 1) !== QUOTE) break
    const escaped = unit === QUOTE || unit === BACKSLASH
    escapes ||= escaped
    at += escaped ? 2 : 1
  }
  const text = source.slice(start, at)
  return { text: escapes ? unescapeText(text, '"\\') : text, end: at + 1 }
}

export function malformedLiteral(): never {
  throw new InvalidValueError('a malformed literal')
}
