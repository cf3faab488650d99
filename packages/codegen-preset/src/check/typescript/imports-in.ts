/** What a file calls the things of other modules: by `import`, `import … = require(…)` and `const … = await import(…)`. */
import type { Span, Token } from './tokens.ts'

export interface Import {
  /** As it is written. */
  readonly module: string
  /** What the module calls it; `default` for its default; `*` for the module itself. */
  readonly name: string
  readonly local: string
}

/** Further back nothing is looked for the begin of a declaration. */
const MAX_CLAUSE_TOKENS = 4000

export function importsIn(text: string, tokens: readonly Token[]): Import[] {
  const code = tokens.filter(({ kind }) => kind !== 'comment')
  return code.flatMap((token, index) => {
    if (token.kind !== 'string') return []
    const module = text.slice(token.start + 1, token.end - 1)
    const words = clauseBefore(text, code, index)
    return namesIn(words).map(({ name, local }) => ({ module, name, local }))
  })
}

/** The words of what stands between the begin of a declaration and the name of its module. */
function clauseBefore(text: string, code: readonly Token[], index: number): string[] {
  const word = (at: number): string => textOf(text, code[at])
  let end = index - 1
  if (word(end) === '(') {
    if (word(end - 1) === 'require') return word(end - 4) === 'import' ? ['*', 'as', word(end - 3)] : []
    if (word(end - 1) !== 'import') return []
    end -= word(end - 2) === 'await' ? 3 : 2
    if (word(end) !== '=') return []
    if (word(end - 1) !== '}') return isBegin(word(end - 2)) ? ['*', 'as', word(end - 1)] : []
  } else if (word(end) !== 'from') return []
  for (let at = end - 1; at >= Math.max(0, end - MAX_CLAUSE_TOKENS); at--) {
    const here = word(at)
    if (isBegin(here)) return code.slice(at + 1, end).map((token) => textOf(text, token))
    // Of a name that is declared at once, and of what is passed on, nothing is known here.
    if (here === ';' || here === '`' || here === 'export') return []
  }
  return []
}

function isBegin(word: string): boolean {
  return word === 'import' || word === 'const' || word === 'let' || word === 'var'
}

/** `sql`, `* as k`, `{ sql as q, type T }`, `{ sql: q }`, one behind the other. */
function namesIn(words: readonly string[]): Omit<Import, 'module'>[] {
  const found: Omit<Import, 'module'>[] = []
  let at = 0
  let inBraces = false
  while (at < words.length) {
    const word = words[at]!
    if (word === '{' || word === '}') inBraces = word === '{'
    if (/^[{},]$/.test(word) || (word === 'type' && /^[\w$"'*{]/.test(words[at + 1] ?? '') && words[at + 1] !== 'as')) {
      at++
      continue
    }
    const renamed = words[at + 1] === 'as' || words[at + 1] === ':'
    const local = renamed ? words[at + 2] : word
    const name = inBraces || word === '*' ? word.replace(/^["'](?<within>.*)["']$/, '$<within>') : 'default'
    if (local !== undefined) found.push({ name, local })
    at += renamed ? 3 : 1
  }
  return found
}

function textOf(text: string, token: Span | undefined): string {
  return token === undefined ? '' : text.slice(token.start, token.end)
}
