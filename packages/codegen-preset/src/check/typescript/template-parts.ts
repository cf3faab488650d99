/** What stands in an expression of a template: SQL that is written out there, or a value. */
import { textOf } from './sql-templates.ts'
import type { Span, Token, TokenGroup } from './tokens.ts'

export type TemplatePart =
  | { readonly kind: 'template'; readonly template: Token }
  /** `sql.ref('users.id')` and its like. */
  | { readonly kind: 'call'; readonly method: string; readonly arguments: readonly TokenGroup[] }
  | { readonly kind: 'value' }

/** `isTag`: whether these tokens are Kysely's `sql`. */
export function partOf(text: string, group: TokenGroup, isTag: (tokens: readonly Token[]) => boolean): TemplatePart {
  const code = group.tokens.filter(({ kind }) => kind !== 'comment')
  const last = code.at(-1)
  if (last?.kind === 'template' && isTag(withoutTypeArgument(text, code.slice(0, -1)))) {
    return { kind: 'template', template: last }
  }
  const open = code.findIndex((token) => textOf(text, token) === '(')
  const method = code[open - 1]
  if (open < 3 || textOf(text, last) !== ')' || textOf(text, code[open - 2]) !== '.' || method === undefined)
    return VALUE
  if (!isTag(code.slice(0, open - 2)) || closingOf(text, code, open) !== code.length - 1) return VALUE
  return { kind: 'call', method: textOf(text, method), arguments: listOf(text, code, open) }
}

const VALUE: TemplatePart = { kind: 'value' }

/** The elements of an array that is written out; undefined for anything else. */
export function elementsOf(text: string, group: TokenGroup): readonly TokenGroup[] | undefined {
  const code = group.tokens.filter(({ kind }) => kind !== 'comment')
  if (textOf(text, code[0]) !== '[' || closingOf(text, code, 0) !== code.length - 1) return undefined
  return listOf(text, code, 0)
}

/** What is separated by commas behind an opening bracket, up to the one that closes it. */
function listOf(text: string, code: readonly Token[], open: number): TokenGroup[] {
  const close = closingOf(text, code, open)
  const groups: TokenGroup[] = []
  let from = open + 1
  for (let at = open + 1; at <= close; at = Math.max(at, closingOf(text, code, at)) + 1) {
    if (at < close && textOf(text, code[at]) !== ',') continue
    const tokens = code.slice(from, at)
    const [first] = tokens
    if (first !== undefined) groups.push({ start: first.start, end: tokens.at(-1)!.end, tokens })
    from = at + 1
  }
  return groups
}

const PAIRS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

/** The index of the bracket that closes the one at `open`; `open` itself for what is no bracket, -1 for one that stays open. */
function closingOf(text: string, code: readonly Token[], open: number): number {
  if (!(textOf(text, code[open]) in PAIRS)) return open
  let depth = 0
  for (let at = open; at < code.length; at++) {
    if (code[at]!.kind !== 'punctuation') continue
    const char = textOf(text, code[at])
    if (/^[([{]$/.test(char)) depth++
    if (/^[)\]}]$/.test(char) && --depth === 0) return at
  }
  return -1
}

/** `sql` of ``sql<T>`…` ``. */
function withoutTypeArgument(text: string, code: readonly Token[]): readonly Token[] {
  const open = code.findIndex((token) => textOf(text, token) === '<')
  return open === -1 || textOf(text, code.at(-1)) !== '>' ? code : code.slice(0, open)
}

/** A string, number, boolean or null that is written out; undefined for anything else. */
export function literalOf(
  text: string,
  group: TokenGroup,
  cooked: (raw: Span) => string | undefined,
): string | number | bigint | boolean | null | undefined {
  const [first, second, ...more] = group.tokens
  if (first === undefined || more.length > 0) return undefined
  const word = textOf(text, second ?? first)
  const negative = second !== undefined
  if (negative && (textOf(text, first) !== '-' || second.kind !== 'number')) return undefined
  const sign = negative ? '-' : ''
  if (/^\d+n$/.test(word)) return BigInt(sign + word.slice(0, -1))
  if (/^(?:\d+\.?\d*|\.\d+)$/.test(word)) return Number(sign + word)
  if (first.kind === 'template' && first.expressions.length === 0) return cooked(first.chunks[0]!)
  if (first.kind === 'string') return cooked({ start: first.start + 1, end: first.end - 1 })
  const words: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null }
  return Object.hasOwn(words, word) ? words[word] : undefined
}
