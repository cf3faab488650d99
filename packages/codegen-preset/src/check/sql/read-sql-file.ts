import type { Query, QueryFile } from '../query-file.ts'
import { QueryTextWriter } from '../query-text.ts'
import type { Span } from '../typescript/tokens.ts'
import { splitStatements, type SqlStatement } from './split-statements.ts'

/** Every statement of the file is a query; `-- @type { id: number }` and `-- @params [string]` before it state its types. */
export function readSqlFile(path: string, text: string): QueryFile {
  const split = splitStatements(text)
  if (!split.readable) {
    return {
      path,
      text,
      module: null,
      queries: [],
      possibleTags: [],
      problems: [{ at: split.at, text: `The file cannot be read: ${split.reason}` }],
    }
  }
  let module = 'export {}\n'
  const queries = split.statements.map((statement): Query => {
    const { type, params } = headerOf(text.slice(statement.from, statement.start))
    const parameters: Span[] = []
    const count = params === undefined ? 0 : statement.parameters
    for (let number = 0; number < count; number++) {
      const expression = `(null! as (\n${params}\n)[${number}])`
      module += ';'
      parameters.push({ start: module.length, end: module.length + expression.length })
      module += `${expression}\n`
    }
    return {
      at: statement.start,
      text: queryText(text, statement, parameters),
      parameterAt: () => statement.start,
      type: type ?? null,
      tag: null,
      slot: module.length,
      nested: false,
    }
  })
  return {
    path,
    text,
    module: { text: module, extension: '.ts', statements: true, inSlot },
    queries,
    possibleTags: [],
    problems: [],
  }
}

function inSlot(expression: string): string {
  return `;${expression};\n`
}

function queryText(text: string, { start, end, unclear }: SqlStatement, parameters: readonly Span[]): Query['text'] {
  const out = new QueryTextWriter()
  if (unclear !== null) out.unclear(unclear)
  out.text(text.slice(start, end), (index) => start + index)
  return { ...out.written(), parameters }
}

/** What the comment lines before a statement say. What a tag says goes on in the lines behind it, up to the next one. */
function headerOf(comments: string): { readonly type?: string; readonly params?: string } {
  const said: { type?: string; params?: string } = {}
  let tag: string | undefined
  for (const line of comments.split(/\r\n|[\n\r]/)) {
    const comment = /^\s*--(?<text>.*)$/.exec(line)?.groups?.['text']
    const start = /^\s*(?:@(?<tag>\w+)|name:)\s*(?<rest>.*)$/.exec(comment ?? '')
    if (comment === undefined || start !== null) tag = start?.groups?.['tag']
    if (tag !== 'type' && tag !== 'params') continue
    const more = (start === null ? comment : start.groups?.['rest']) ?? ''
    said[tag] = said[tag] === undefined ? more : `${said[tag]}\n${more}`
  }
  return said
}
