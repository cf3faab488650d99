/** Types that a user has written, in an option or in a comment of the database, where they become a part of the file. */
import { GenerationError } from './generation-error.ts'

/** What stands in the braces of a template has no quotes, and so no braces of its own. */
const STRING = /'(?:[^'\\\n\r]|\\.)*'|"(?:[^"\\\n\r]|\\.)*"|`(?:[^`\\$]|\\.|\$(?!\{)|\$\{[^`'"{}]*\})*`/.source

const TOKEN = new RegExp(`${STRING}|=>|\\.\\.\\.|//|/\\*|\\s+|[\\p{ID_Continue}$]+|.`, 'gsu')

const CLOSES: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '<': '>' }

/** What no type has anywhere, and what none has outside of brackets. */
const NEVER: ReadonlySet<string> = new Set(["'", '"', '`', '//', '/*', '@', '#', '\\'])
const NOT_OUTSIDE: ReadonlySet<string> = new Set([';', ',', '='])

/**
 * The source of one type, in one line, as it can stand anywhere. Throws for what would be more than a type there, or would end
 * before its end: a comment of the database shall not be able to write what it likes into the file.
 */
export function typeSource(source: string, of: string): string {
  const open: string[] = []
  let text = ''
  let loose = false
  for (const [token] of source.trim().matchAll(TOKEN)) {
    const closing = CLOSES[token]
    if (NEVER.has(token) || (open.length === 0 && NOT_OUTSIDE.has(token))) throw noType(of)
    if (closing !== undefined) open.push(closing)
    else if (Object.values(CLOSES).includes(token) && open.pop() !== token) throw noType(of)
    loose ||= open.length === 0 && (token === '=>' || token === 'extends')
    text += token.trim() === '' ? ' ' : token
  }
  if (text === '' || open.length > 0) throw noType(of)
  return loose ? `(${text})` : text
}

function noType(of: string): GenerationError {
  return new GenerationError(`What is given as the type of ${of} is not one type, written without comments`)
}
