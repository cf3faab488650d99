/** From a template to the query that Kysely would make of it. */
import type { QueryTextWriter } from '../query-text.ts'
import { cookedText } from './cooked-text.ts'
import type { SqlPieces } from './sql-pieces.ts'
import { type SqlNames, textOf } from './sql-templates.ts'
import { elementsOf, literalOf, partOf } from './template-parts.ts'
import type { Span, Token, TokenGroup } from './tokens.ts'

export class TemplateReader {
  readonly #text: string
  readonly #names: SqlNames
  readonly #pieces: SqlPieces

  constructor(text: string, names: SqlNames, pieces: SqlPieces) {
    this.#text = text
    this.#names = names
    this.#pieces = pieces
  }

  /** Adds the template to a query: literal parts and SQL that is written out as they are, everything else as a parameter. */
  read(template: Token, out: QueryTextWriter): void {
    for (const [index, chunk] of template.chunks.entries()) {
      const cooked = cookedText(this.#text.slice(chunk.start, chunk.end), chunk.start)
      if (cooked === undefined) out.unclear('it has an escape that is none')
      else out.text(cooked.text, cooked.offsetOf)
      const expression = template.expressions[index]
      if (expression !== undefined) this.#part(expression, out)
    }
  }

  #part(group: TokenGroup, out: QueryTextWriter): void {
    const part = partOf(this.#text, group, (tokens) => this.#isTag(tokens))
    if (part.kind === 'template') this.read(part.template, out)
    else if (part.kind === 'value') out.parameter(within(group))
    else this.#call(part.method, part.arguments, group, out)
  }

  #call(method: string, given: readonly TokenGroup[], { start }: Span, out: QueryTextWriter): void {
    const [first] = given
    if (method === 'val' && first !== undefined) return out.parameter(within(first))
    if (method === 'join' && first !== undefined) return this.#join(first, given[1], out)
    const values = given.map((group) => literalOf(this.#text, group, (raw) => this.#cooked(raw)))
    const known = values.filter((value) => value !== undefined)
    const sql = known.length === values.length ? this.#pieces(method, known) : undefined
    if (sql === undefined) out.unclear(`what sql.${method} makes is not written out`)
    else out.text(sql, () => start)
  }

  #join(items: TokenGroup, separator: TokenGroup | undefined, out: QueryTextWriter): void {
    const elements = elementsOf(this.#text, items)
    const spread = elements?.some(({ tokens }) => textOf(this.#text, tokens[0]) === '.') ?? true
    if (elements === undefined || spread) return out.unclear('what sql.join joins is not written out')
    for (const [index, element] of elements.entries()) {
      if (index > 0 && separator !== undefined) this.#part(separator, out)
      else if (index > 0) out.text(', ', () => element.start)
      this.#part(element, out)
    }
  }

  #isTag(tokens: readonly Token[]): boolean {
    const words = tokens.map((token) => textOf(this.#text, token))
    if (words.length === 1) return this.#names.tags.has(words[0]!)
    return words.length === 3 && this.#names.modules.has(words[0]!) && words[1] === '.' && words[2] === 'sql'
  }

  #cooked(raw: Span): string | undefined {
    return cookedText(this.#text.slice(raw.start, raw.end), raw.start)?.text
  }
}

/** Without the space around it. */
function within({ start, end, tokens }: TokenGroup): Span {
  return { start: tokens[0]?.start ?? start, end: tokens.at(-1)?.end ?? end }
}
