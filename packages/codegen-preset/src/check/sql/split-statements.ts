import { skipInsignificant, skipToken } from '../../nullability/single-statement.ts'
import { StatementWords } from './statement-words.ts'

export interface SqlStatement {
  /** Where space and comments in front of it begin, and where it begins itself. */
  readonly from: number
  readonly start: number
  /** Where it ends, without the semicolon. */
  readonly end: number
  /** The highest number of a parameter; 0 without any. */
  readonly parameters: number
  /** Why it is not what the server would get; null where it is. */
  readonly unclear: string | null
}

export type StatementSplit =
  | { readonly readable: true; readonly statements: readonly SqlStatement[] }
  | { readonly readable: false; readonly reason: string; readonly at: number }

/** Commands of psql that send what stands before them. */
const SENDING = /\\(?:;|(?:bind|bind_named|crosstabview|g|gdesc|gexec|gset|gx|parse|watch)(?![\w-]))/y
const END_OF_LINE = /[^\n\r]*(?:\r\n|[\n\r]|$)/y
/** What is sent behind `copy … from stdin` ends with this line. */
const END_OF_ROWS = /^\\\.[ \t]*$/m

/** Takes a file apart at its semicolons, as the server's scanner finds them, and leaves out what only psql reads. */
export function splitStatements(text: string): StatementSplit {
  const statements: SqlStatement[] = []
  let from = text.startsWith('\ufeff') ? 1 : 0
  let start: number | undefined
  let parameters = 0
  let unclear: string | null = null
  let words = new StatementWords()
  const finish = (end: number, behind: number): number => {
    const { givesRows } = words
    if (start !== undefined)
      statements.push({ from, start, end: start + text.slice(start, end).trimEnd().length, parameters, unclear })
    from = givesRows ? behindRows(text, behind) : behind
    start = undefined
    parameters = 0
    unclear = null
    words = new StatementWords()
    return from
  }
  for (let at = from; at < text.length;) {
    const behindSpace = skipInsignificant(text, at)
    if (behindSpace === undefined) return { readable: false, reason: 'a comment has no end', at }
    if (behindSpace > at) {
      at = behindSpace
      continue
    }
    if (text[at] === '\\') {
      const sends = behind(SENDING, text, at) > at
      const end = text[at + 1] === ';' ? at + 2 : behind(END_OF_LINE, text, at)
      if (start === undefined || sends) at = finish(at, end)
      else {
        unclear ??= 'a command of psql stands in it'
        at = end
      }
      continue
    }
    if (text[at] === ';') {
      if (!words.open) {
        at = finish(at, at + 1)
        continue
      }
      unclear ??= 'it has statements in it'
    }
    const next = skipToken(text, at)
    if (next === undefined) return { readable: false, reason: 'a string or a name has no end', at }
    start ??= at
    const token = text.slice(at, next)
    words.follow(token)
    const number = /^\$(?<digits>\d{1,5})$/.exec(token)?.groups?.['digits']
    if (number !== undefined) parameters = Math.max(parameters, Number(number))
    at = next
  }
  finish(text.length, text.length)
  return { readable: true, statements }
}

/** Behind the rows that follow in the next line. */
function behindRows(text: string, at: number): number {
  const from = behind(END_OF_LINE, text, at)
  const end = END_OF_ROWS.exec(text.slice(from))
  return end === null ? text.length : from + end.index + end[0].length
}

function behind(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}
