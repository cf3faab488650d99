/**
 * What is to be put into another statement has to be one statement, and to end where it says that it ends. This follows the server's
 * scanner as far as it takes to know what is inside of strings, names and comments, with `standard_conforming_strings` on.
 */
export type StatementReading =
  | { readonly single: true; readonly sql: string; readonly firstWord: string }
  | { readonly single: false; readonly reason: string }

// Any other space is a letter to the server.
const SPACE = /(?:[ \t\n\r\f\v]+|--[^\n\r]*)+/y
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y
const STRING = /'[^']*(?:''[^']*)*'/y
const ESCAPED_STRING = /'(?:[^'\\]|\\[^]|'')*'/y
// A string goes on behind a line break, in the way of writing in which it began.
const CONTINUED = /(?:[ \t\f\v]|--[^\n\r]*(?=[\n\r]))*[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*[\n\r])*(?=')/y
const QUOTED = /"[^"]*(?:""[^"]*)*"/y
const DOLLAR = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y
const NUMBER = /\$?\d+/y

/** Gives a text that is one statement, without the semicolon behind it. */
export function readSingleStatement(text: string): StatementReading {
  if (text.includes('\0')) return refused('it has a NUL in it')
  let firstWord = ''
  let end: number | undefined
  for (let at = 0; at < text.length;) {
    const char = text[at]!
    const next = skipInsignificant(text, at)
    if (next === undefined) return refused('a comment in it has no end')
    if (next > at) {
      at = next
      continue
    }
    if (char === ';') {
      end ??= at
      at++
      continue
    }
    if (end !== undefined) return refused('it is more than one')
    const behind = skipToken(text, at)
    if (behind === undefined) return refused('a string or a name in it has no end')
    if (firstWord === '' && char !== '(') firstWord = text.slice(at, behind).toLowerCase()
    at = behind
  }
  if (firstWord === '') return refused('it is empty')
  return { single: true, sql: text.slice(0, end), firstWord }
}

function refused(reason: string): StatementReading {
  return { single: false, reason }
}

/** Behind space and comments, which nest; undefined for one without an end. */
export function skipInsignificant(text: string, from: number): number | undefined {
  if (!text.startsWith('/*', from)) return skip(SPACE, text, from)
  let depth = 0
  for (let at = from; at < text.length;) {
    if (text.startsWith('/*', at)) depth++
    else if (text.startsWith('*/', at)) depth--
    else {
      at++
      continue
    }
    at += 2
    if (depth === 0) return at
  }
  return undefined
}

/** Behind a string, a name, a number or a symbol; undefined for one without an end. */
export function skipToken(text: string, from: number): number | undefined {
  const char = text[from]!
  if (char === "'") return behind(STRING, text, from)
  if (char === '"') return behind(QUOTED, text, from)
  const number = skip(NUMBER, text, from)
  if (number > from) return number
  const word = skip(WORD, text, from)
  // Only what is written with E takes a backslash for more than itself.
  if (word === from + 1 && (char === 'e' || char === 'E') && text[word] === "'") return behindEscaped(text, word)
  if (word > from) return word
  const tagged = skip(DOLLAR, text, from)
  if (tagged === from) return from + 1
  const tag = text.slice(from, tagged)
  const close = text.indexOf(tag, tagged)
  return close === -1 ? undefined : close + tag.length
}

function behindEscaped(text: string, from: number): number | undefined {
  let end: number | undefined
  for (let at = from; ;) {
    end = behind(ESCAPED_STRING, text, at)
    if (end === undefined) return undefined
    at = skip(CONTINUED, text, end)
    if (at === end) return end
  }
}

function behind(pattern: RegExp, text: string, at: number): number | undefined {
  const end = skip(pattern, text, at)
  return end === at ? undefined : end
}

/** Where a pattern that begins at `at` ends; `at` where it does not match. */
function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}
