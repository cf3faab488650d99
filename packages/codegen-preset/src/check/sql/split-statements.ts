import { skipInsignificant, skipToken } from '../../nullability/single-statement.ts'

export interface SqlStatement {
  /** Where space and comments in front of it begin, and where it begins itself. */
  readonly from: number
  readonly start: number
  /** Where it ends, without the semicolon. */
  readonly end: number
  /** The highest number of a parameter; 0 without any. */
  readonly parameters: number
}

export type StatementSplit =
  | { readonly readable: true; readonly statements: readonly SqlStatement[] }
  | { readonly readable: false; readonly reason: string; readonly at: number }

/** Takes a file apart at its semicolons, as the server's scanner finds them. */
export function splitStatements(text: string): StatementSplit {
  const statements: SqlStatement[] = []
  let from = text.startsWith('\ufeff') ? 1 : 0
  let start: number | undefined
  let parameters = 0
  const finish = (end: number): void => {
    if (start !== undefined)
      statements.push({ from, start, end: start + text.slice(start, end).trimEnd().length, parameters })
    from = end + 1
    start = undefined
    parameters = 0
  }
  for (let at = from; at < text.length;) {
    const behindSpace = skipInsignificant(text, at)
    if (behindSpace === undefined) return { readable: false, reason: 'a comment has no end', at }
    if (behindSpace > at) {
      at = behindSpace
      continue
    }
    if (text[at] === ';') {
      finish(at++)
      continue
    }
    const behind = skipToken(text, at)
    if (behind === undefined) return { readable: false, reason: 'a string or a name has no end', at }
    start ??= at
    const number = /^\$(?<digits>\d{1,5})$/.exec(text.slice(at, behind))?.groups?.['digits']
    if (number !== undefined) parameters = Math.max(parameters, Number(number))
    at = behind
  }
  finish(text.length)
  return { readable: true, statements }
}
