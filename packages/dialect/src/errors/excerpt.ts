/** So much of the line is shown, in UTF-16 units before and from the position on. */
const SHOWN_BEFORE = 50
const SHOWN_FROM = 30
const CUT = '…'

const LINE_END = /\r\n|\r|\n/g
/** Would break the line, move the cursor or colour the terminal. */
const CONTROLS = /[\p{Cc}\u2028\u2029]/gu
const WITHOUT_WIDTH = /^[\p{M}\p{Cf}]$/u
/** Takes two columns of a terminal: the scripts of East Asia, full-width forms, emoji. */
const WIDE =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation})$/u

/**
 * The line of a statement that the server complains of, and below it a caret under the place, as psql shows them. Undefined
 * for a position that is none. `position` counts characters from 1, as the server does; one behind the last is the end.
 */
export function excerptOf(sql: string, position: string): string | undefined {
  const at = indexOf(sql, Number(position))
  if (at === undefined) return undefined
  let start = at
  while (start > 0 && !isLineEnd(sql, start - 1)) start--
  let end = at
  while (end < sql.length && !isLineEnd(sql, end)) end++
  const before = shownBefore(sql, start, at)
  const label = `LINE ${lineNumber(sql, start)}: `
  return `${label}${before}${shownFrom(sql, at, end)}\n${' '.repeat(label.length + columns(before))}^`
}

/** Where the character of a 1-based position begins in a string. A position inside of `\r\n` is its beginning. */
function indexOf(sql: string, position: number): number | undefined {
  if (!Number.isInteger(position) || position < 1) return undefined
  let index = 0
  for (let character = 1; character < position; character++) {
    if (index >= sql.length) return undefined
    index += isPair(sql, index) ? 2 : 1
  }
  return index > 0 && sql[index] === '\n' && sql[index - 1] === '\r' ? index - 1 : index
}

function lineNumber(sql: string, start: number): number {
  return (sql.slice(0, start).match(LINE_END)?.length ?? 0) + 1
}

function isLineEnd(sql: string, index: number): boolean {
  return sql[index] === '\n' || sql[index] === '\r'
}

function shownBefore(sql: string, start: number, at: number): string {
  let from = Math.max(start, at - SHOWN_BEFORE)
  if (from > start && isPair(sql, from - 1)) from++
  return (from > start ? CUT : '') + visible(sql.slice(from, at))
}

function shownFrom(sql: string, at: number, end: number): string {
  let to = Math.min(end, at + SHOWN_FROM)
  if (to < end && isPair(sql, to - 1)) to--
  return visible(sql.slice(at, to)) + (to < end ? CUT : '')
}

function isPair(text: string, index: number): boolean {
  return (text.codePointAt(index) ?? 0) > 0xffff
}

function visible(text: string): string {
  return text.replaceAll(CONTROLS, ' ')
}

/** How many columns a text takes in a terminal. */
function columns(text: string): number {
  let width = 0
  for (const character of text) width += WITHOUT_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1
  return width
}
