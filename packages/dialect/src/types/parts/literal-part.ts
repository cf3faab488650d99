import { InvalidValueError } from '../../errors/codec-error.ts'

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

/** V8 ends the process when it has to remember 2^27 matches of one `replace`, and quotes double with every level of nesting. */
const MAX_REPLACED_LENGTH = 0x100_0000

/** Writes a part, in quotes if it is empty or matches `syntax`. */
export function formatPart(text: string, syntax: RegExp): string {
  return text === '' || syntax.test(text) ? `"${doubleQuotes(text)}"` : text
}

function doubleQuotes(text: string): string {
  if (text.length <= MAX_REPLACED_LENGTH) return text.replace(/["\\]/g, '$&$&')
  let doubled = ''
  for (let at = 0; at < text.length; at += MAX_REPLACED_LENGTH) {
    doubled += doubleQuotes(text.slice(at, at + MAX_REPLACED_LENGTH))
  }
  return doubled
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
  return { text: escapes ? text.replace(/["\\]([^])/g, '$1') : text, end: at + 1 }
}

export function malformedLiteral(): never {
  throw new InvalidValueError('a malformed literal')
}
