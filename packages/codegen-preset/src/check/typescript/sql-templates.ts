/** Where a file has templates of Kysely's `sql`. */
import type { Import } from './imports-in.ts'
import type { Span, Token } from './tokens.ts'

/** Tokens that are looked through for the begin of a type argument. */
const MAX_TYPE_TOKENS = 20_000

export interface SqlTemplate extends Span {
  /** `sql`, or `k.sql`. */
  readonly tag: string
  /** What stands in the angle brackets behind the tag. */
  readonly typeArgument: Span | null
  /** The template without its tag. */
  readonly template: Token
  /** Whether it stands in an expression of another one. */
  readonly nested: boolean
}

/** The names that `sql` has in a file. */
export interface SqlNames {
  readonly tags: ReadonlySet<string>
  /** Of imports of the whole module, of which it is a member. */
  readonly modules: ReadonlySet<string>
}

/** What the imports of Kysely say. `others`: further tags that are known to be Kysely's, as `sql` or `db.sql`. */
export function sqlNamesOf(imports: readonly Import[], others: Iterable<string> = []): SqlNames {
  const own = imports.filter(({ module }) => module === 'kysely')
  const [tags, modules] = [new Set<string>(), new Set<string>()]
  for (const { name, local } of own) {
    if (name === 'sql') tags.add(local)
    if (name === '*') modules.add(local)
  }
  for (const tag of others) {
    if (tag.includes('.')) modules.add(tag.slice(0, tag.indexOf('.')))
    else tags.add(tag)
  }
  return { tags, modules }
}

/** Names of other modules, behind which Kysely's `sql` may be. */
export function possibleNamesOf(imports: readonly Import[]): SqlNames {
  const locals = new Set(imports.filter(({ module }) => module !== 'kysely').map(({ local }) => local))
  return { tags: locals, modules: locals }
}

/** All of them, those within templates as well; the outer ones before those within. */
export function sqlTemplatesIn(text: string, tokens: readonly Token[], names: SqlNames, nested = false): SqlTemplate[] {
  const code = tokens.filter(({ kind }) => kind !== 'comment')
  const found: SqlTemplate[] = []
  for (const [index, template] of code.entries()) {
    if (template.kind !== 'template') continue
    const typed = textOf(text, code[index - 1]) === '>' ? typeArgumentBefore(text, code, index) : null
    const last = typed === null ? index - 1 : typed.tag
    const start = tagStart(text, code, last, names)
    if (start !== undefined) {
      const whole = code[last - 1] !== undefined && code[last - 1]!.start >= start
      const tag = `${whole ? `${textOf(text, code[last - 2])}.` : ''}${textOf(text, code[last])}`
      found.push({ start, end: template.end, tag, typeArgument: typed?.span ?? null, template, nested })
    }
    for (const { tokens: within } of template.expressions) {
      for (const inner of sqlTemplatesIn(text, within, names, nested || start !== undefined)) found.push(inner)
    }
  }
  return found
}

/** Where the tag whose last token this is begins; undefined if it is not Kysely's. */
function tagStart(text: string, code: readonly Token[], at: number, names: SqlNames): number | undefined {
  const token = code[at]
  if (token?.kind !== 'word') return undefined
  const name = textOf(text, token)
  const member = textOf(text, code[at - 1]) === '.'
  if (!member) return names.tags.has(name) ? token.start : undefined
  const of = code[at - 2]
  const whole = name === 'sql' && of?.kind === 'word' && names.modules.has(textOf(text, of))
  return whole && textOf(text, code[at - 3]) !== '.' ? of.start : undefined
}

/** From the closing bracket back to the one that opens, and to the tag before it. */
function typeArgumentBefore(
  text: string,
  code: readonly Token[],
  template: number,
): { readonly span: Span; readonly tag: number } | null {
  let depth = 0
  for (let at = template - 1; at > Math.max(0, template - MAX_TYPE_TOKENS); at--) {
    const token = code[at]!
    if (token.kind !== 'punctuation') continue
    const char = textOf(text, token)
    if (/^[>)}\]]$/.test(char)) depth++
    if (/^[<({[]$/.test(char) && --depth === 0) {
      if (char !== '<') return null
      return { span: { start: token.end, end: code[template - 1]!.start }, tag: at - 1 }
    }
    if (depth < 1) return null
  }
  return null
}

export function textOf(text: string, token: Span | undefined): string {
  return token === undefined ? '' : text.slice(token.start, token.end)
}
