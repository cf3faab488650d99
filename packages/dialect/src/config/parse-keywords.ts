/**
 * Takes a string of keywords and values apart, `host=localhost dbname='my shop'`, as libpq does, in one pass.
 *
 * No error here repeats a piece of the string: what stands in the wrong place is most often a password.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE
 */
import { ConfigError } from '../errors/config-error.ts'
import type { DsnEntry } from './parse-dsn.ts'

/** Keys of libpq, and names of settings, which can have a point for an extension's. */
const KEYWORD = /^[A-Za-z_][\w.$]*$/

const SPACE = /\s/

export function parseKeywords(text: string): readonly DsnEntry[] {
  if (text.includes('\0')) throw new ConfigError('The connection string contains a NUL character')
  if (text.trim() === '') throw new ConfigError('The connection string is empty')
  const entries: DsnEntry[] = []
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, at)) {
    const [key, valueStart] = readKeyword(text, at)
    const quoted = text[valueStart] === "'"
    const [value, end] = quoted ? readQuoted(text, valueStart + 1) : readPlain(text, valueStart)
    entries.push([key, value])
    at = end
  }
  return entries
}

/** The key, and where its value begins. Space around the equals sign is allowed. */
function readKeyword(text: string, start: number): readonly [key: string, valueStart: number] {
  let end = start
  while (end < text.length && text[end] !== '=' && !isSpace(text, end)) end++
  const equals = skipSpace(text, end)
  const key = text.slice(start, end)
  if (!KEYWORD.test(key) || text[equals] !== '=') {
    throw new ConfigError(
      'The connection string must begin with postgres:// or postgresql://, or have keywords with values only, such as host=localhost',
    )
  }
  return [key, skipSpace(text, equals + 1)]
}

/** Up to the next space; a backslash takes what follows it literally. */
function readPlain(text: string, start: number): readonly [value: string, end: number] {
  const pieces: string[] = []
  let from = start
  let at = start
  while (at < text.length && !isSpace(text, at)) {
    if (text[at] === '\\') {
      pieces.push(text.slice(from, at))
      at++
      from = at
    }
    at++
  }
  const end = Math.min(at, text.length)
  pieces.push(text.slice(from, end))
  return [pieces.join(''), end]
}

/** Up to the closing quote; a backslash takes what follows it literally. */
function readQuoted(text: string, start: number): readonly [value: string, end: number] {
  const pieces: string[] = []
  let from = start
  for (let at = start; at < text.length; at++) {
    if (text[at] === "'") {
      pieces.push(text.slice(from, at))
      return [pieces.join(''), at + 1]
    }
    if (text[at] !== '\\') continue
    pieces.push(text.slice(from, at))
    at++
    from = at
  }
  throw new ConfigError('A quoted value in the connection string has no closing quote')
}

function skipSpace(text: string, start: number): number {
  let at = start
  while (at < text.length && isSpace(text, at)) at++
  return at
}

function isSpace(text: string, at: number): boolean {
  return SPACE.test(text[at] ?? '')
}
