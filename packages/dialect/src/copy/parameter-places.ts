/**
 * Where the parameters of a statement stand. The text is read as the server's own scanner reads it, so that a `$1` in a
 * string, a quoted name, a comment or a dollar-quoted text stays what it is.
 *
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */

/** Bytes above ASCII belong to names, whatever character they are part of. */
const NAME_START = /[A-Za-z_\u0080-\uffff]/
const NAME = /[\w$\u0080-\uffff]*/y
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y
const PARAMETER = /\$(\d+)/y
const LINE = /[^\n\r]*/y

/** What may stand between two pieces of one string: a line break, with spaces and comments around it. */
const CONTINUATION = /[ \t\f\v]*(?:--[^\n\r]*)?[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*[\n\r])*'/y

/** What ends a piece of a string, or hides its end. */
const QUOTE = /'/g
const QUOTE_OR_BACKSLASH = /['\\]/g

/**
 * `sql` with each `$n` replaced by what `replacement` gives for n. `backslashes`: whether they escape in strings without
 * an E, as they do with `standard_conforming_strings` off.
 */
export function replaceParameters(
  sql: string,
  backslashes: boolean,
  replacement: (parameter: number) => string,
): string {
  let replaced = ''
  let kept = 0
  for (let at = 0; at < sql.length;) {
    const end = tokenEnd(sql, at, backslashes)
    if (sql[at] === '$') {
      const parameter = matchAt(PARAMETER, sql, at)?.[1]
      if (parameter !== undefined) {
        replaced += sql.slice(kept, at) + replacement(Number(parameter))
        kept = end
      }
    }
    at = end
  }
  return replaced + sql.slice(kept)
}

/** Behind the token at `at`; of operators and numbers, behind a character. What has no end reaches to that of the text. */
function tokenEnd(sql: string, at: number, backslashes: boolean): number {
  const char = sql[at]!
  switch (char) {
    case "'":
      return stringEnd(sql, at + 1, backslashes)
    case '"':
      // A doubled quote is the end of one name and the begin of another here, which comes to the same.
      return behind(sql, '"', at + 1)
    case '-':
      return sql[at + 1] === '-' ? endOf(LINE, sql, at) : at + 1
    case '/':
      return sql[at + 1] === '*' ? commentEnd(sql, at + 2) : at + 1
    case '$': {
      const tag = matchAt(DOLLAR_TAG, sql, at)?.[0]
      if (tag !== undefined) return behind(sql, tag, at + tag.length)
      return matchAt(PARAMETER, sql, at) === null ? at + 1 : endOf(PARAMETER, sql, at)
    }
    default:
  }
  if (!NAME_START.test(char)) return at + 1
  if (sql[at + 1] === "'") {
    if (char === 'e' || char === 'E') return stringEnd(sql, at + 2, true)
    if ('bBxX'.includes(char)) return stringEnd(sql, at + 2, false)
  }
  return endOf(NAME, sql, at)
}

/** A piece after a line break belongs to the string, and has its escapes. */
function stringEnd(sql: string, from: number, backslashes: boolean): number {
  const special = backslashes ? QUOTE_OR_BACKSLASH : QUOTE
  for (let at = from; ;) {
    special.lastIndex = at
    const found = special.exec(sql)
    if (found === null) return sql.length
    at = found.index + 1
    if (found[0] === '\\') at++
    else if (sql[at] === "'") at++
    else {
      if (matchAt(CONTINUATION, sql, at) === null) return at
      at = endOf(CONTINUATION, sql, at)
    }
  }
}

/** Block comments nest. */
function commentEnd(sql: string, from: number): number {
  const mark = /\/\*|\*\//g
  mark.lastIndex = from
  for (let depth = 1; depth > 0;) {
    const found = mark.exec(sql)
    if (found === null) return sql.length
    depth += found[0] === '/*' ? 1 : -1
  }
  return mark.lastIndex
}

function behind(sql: string, mark: string, from: number): number {
  const found = sql.indexOf(mark, from)
  return found === -1 ? sql.length : found + mark.length
}

function matchAt(pattern: RegExp, sql: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(sql)
}

/** Where a match at `at` ends; `at` itself without one. */
function endOf(pattern: RegExp, sql: string, at: number): number {
  return at + (matchAt(pattern, sql, at)?.[0].length ?? 0)
}
