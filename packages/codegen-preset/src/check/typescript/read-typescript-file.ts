import { extname } from 'node:path'

import type { Query, QueryFile } from '../query-file.ts'
import { QueryTextWriter } from '../query-text.ts'
import { importsIn } from './imports-in.ts'
import { TemplateReader } from './read-template.ts'
import type { SqlPieces } from './sql-pieces.ts'
import { possibleNamesOf, type SqlNames, sqlNamesOf, type SqlTemplate, sqlTemplatesIn } from './sql-templates.ts'
import { scanTypescript, type Token } from './tokens.ts'

/** Finds the templates of a TypeScript file. `tags`: those of other modules that are known to be Kysely's. */
export function readTypescriptFile(
  path: string,
  text: string,
  pieces: SqlPieces,
  tags: Iterable<string> = [],
): QueryFile {
  const scan = scanTypescript(text)
  if (!scan.readable) {
    // Without such a name there is nothing to be missed.
    const missed = text.includes('kysely') || (/\bimport\b/.test(text) && /\bsql\s*[<`]/.test(text))
    const problems = missed ? [{ at: scan.at, text: `The file cannot be read: ${scan.reason}` }] : []
    return { path, text, module: null, queries: [], possibleTags: [], problems }
  }
  const imports = importsIn(text, scan.tokens)
  const names = sqlNamesOf(imports, tags)
  const reader = new TemplateReader(text, names, pieces)
  const queries = sqlTemplatesIn(text, scan.tokens, names).map((template) => queryOf(text, template, reader))
  const possible = sqlTemplatesIn(text, scan.tokens, possibleNamesOf(imports))
  const module = { text: withoutDirectives(text, scan.tokens), extension: extname(path), statements: false, inSlot }
  return {
    path,
    text,
    module,
    queries,
    possibleTags: possible.map(({ tag, template }) => ({ tag, slot: template.end - 1 })),
    problems: hiddenTemplates(path, text, scan.tokens, names),
  }
}

function queryOf(text: string, found: SqlTemplate, reader: TemplateReader): Query {
  const { start, tag, template, typeArgument, nested } = found
  const out = new QueryTextWriter()
  reader.read(template, out)
  const type = typeArgument === null ? null : text.slice(typeArgument.start, typeArgument.end)
  const query = out.written()
  const parameterAt = (index: number): number => query.parameters[index]?.start ?? start
  return { at: start, text: query, parameterAt, type, tag, slot: template.end - 1, nested }
}

/** A template takes any number of expressions. */
function inSlot(expression: string): string {
  return `\${${expression}}`
}

/** With `@ts-ignore` and its like, the compiler would keep to itself what it finds. */
function withoutDirectives(text: string, tokens: readonly Token[]): string {
  const spans = commentsIn(tokens).filter(({ start, end }) => text.slice(start, end).includes('@ts-'))
  let result = ''
  let at = 0
  for (const { start, end } of spans) {
    result += text.slice(at, start) + text.slice(start, end).replaceAll('@ts-', '@ts_')
    at = end
  }
  return result + text.slice(at)
}

function commentsIn(tokens: readonly Token[]): Token[] {
  return tokens.flatMap((token) => [
    ...(token.kind === 'comment' ? [token] : []),
    ...token.expressions.flatMap((expression) => commentsIn(expression.tokens)),
  ])
}

/** An apostrophe in the text between tags looks like the begin of a string, in which a template would be overlooked. */
function hiddenTemplates(
  path: string,
  text: string,
  tokens: readonly Token[],
  { tags, modules }: SqlNames,
): QueryFile['problems'] {
  if (!path.endsWith('.tsx') || tags.size + modules.size === 0) return []
  return tokens.flatMap((token) => {
    if (token.kind === 'template') {
      return token.expressions.flatMap((expression) =>
        hiddenTemplates(path, text, expression.tokens, { tags, modules }),
      )
    }
    if (token.kind !== 'string' && token.kind !== 'regex') return []
    if (!text.slice(token.start, token.end).includes('`')) return []
    return [{ at: token.start, text: 'It cannot be told whether a template stands here: write the text as {"…"}' }]
  })
}
