/**
 * One piece of a statement. Words are in lower case; a quoted name is without its quotes, as it is. `unclear`: what follows
 * depends on a setting of the session, or on the version of the server.
 */
export interface SqlToken {
  readonly kind: 'word' | 'quoted' | 'symbol' | 'unclear'
  readonly text: string
}

// Any other space is a letter to the server.
const SPACE = /(?:[ \t\n\r\f\v]+|--[^\n\r]*)*/y
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y
const QUOTED = /"((?:[^"]|"")*)"/y
const STRING = /'(?:[^']|'')*'/y
const ESCAPED_STRING = /'(?:[^'\\]|\\[^]|'')*'/y
const DOLLAR = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y
const NUMBER = /\$\d+|0[xob]_?[\da-f_]+|\d[\d_]*(?:\.[\d_]*)?(?:e[+-]?\d[\d_]*)?/iy
const LETTER = /[\w\u0080-\uffff]/y

/** The words, quoted names and symbols of a statement, as the server's scanner finds them; strings and numbers are left out. */
export function* sqlTokens(sql: string): Generator<SqlToken, undefined> {
  for (let at = skip(SPACE, sql, 0); at < sql.length; at = skip(SPACE, sql, at)) {
    const start = at
    const char = sql[at]!
    if (char === "'") {
      at = skip(STRING, sql, at)
      // Whether a backslash means anything depends on standard_conforming_strings.
      if (at === start || sql.slice(start, at).includes('\\')) return yield { kind: 'unclear', text: char }
      continue
    }
    if (char === '"') {
      at = skip(QUOTED, sql, at)
      if (at === start) return yield { kind: 'unclear', text: char }
      yield { kind: 'quoted', text: sql.slice(start + 1, at - 1).replaceAll('""', '"') }
      continue
    }
    if (sql.startsWith('/*', at)) {
      at = endOfComment(sql, at)
      continue
    }
    if ((at = skip(NUMBER, sql, start)) > start) {
      // Older servers take the letters behind a number for a word.
      if (skip(LETTER, sql, at) > at) return yield { kind: 'unclear', text: char }
      continue
    }
    if ((at = skip(WORD, sql, start)) > start) {
      const text = lowerCase(sql.slice(start, at))
      if (sql[at] === "'" && (text === 'e' || text === 'b' || text === 'x' || text === 'n')) {
        const end = skip(text === 'e' ? ESCAPED_STRING : STRING, sql, at)
        if (end === at) return yield { kind: 'unclear', text }
        at = end
        continue
      }
      // The Unicode escapes of U&"d\0061t" can stand for any name.
      if (text === 'u' && sql[at] === '&') return yield { kind: 'unclear', text }
      yield { kind: 'word', text }
      continue
    }
    const tagEnd = skip(DOLLAR, sql, start)
    if (tagEnd > start) {
      const tag = sql.slice(start, tagEnd)
      const close = sql.indexOf(tag, tagEnd)
      if (close === -1) return yield { kind: 'unclear', text: tag }
      at = close + tag.length
      continue
    }
    yield { kind: 'symbol', text: char }
    at = start + 1
  }
}

/** Where a pattern that begins at `at` ends; `at` where it does not match. */
function skip(pattern: RegExp, sql: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(sql) ? pattern.lastIndex : at
}

/** Of the letters of ASCII, as the server does it: the Kelvin sign is no k. */
function lowerCase(word: string): string {
  return word.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** Comments nest. */
function endOfComment(sql: string, from: number): number {
  let depth = 0
  let at = from
  do {
    if (sql.startsWith('/*', at)) depth++
    else if (sql.startsWith('*/', at)) depth--
    else {
      at++
      continue
    }
    at += 2
  } while (depth > 0 && at < sql.length)
  return at
}
