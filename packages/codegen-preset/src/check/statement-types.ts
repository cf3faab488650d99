/** The types of a statement in a file of SQL, as TypeScript. */
import { propertyName } from '../model/names.ts'
import type { QueryDescription } from '../nullability/describe-query.ts'
import type { Position } from './positions.ts'
import type { DescribedTexts } from './server/described-texts.ts'

/** The types are source text that stands alone, and would do for `@type` and `@params` in front of the statement. */
export interface StatementTypes extends Position {
  readonly file: string
  /** By their numbers: `$1` is the first. */
  readonly parameters: readonly string[]
  /** Of a row; `never` for a statement that gives none. Null where the server does not say what its columns are called. */
  readonly row: string | null
}

export function typesOfStatement(
  { parameters, columns }: QueryDescription,
  { writtenOut }: Pick<DescribedTexts, 'writtenOut'>,
): Pick<StatementTypes, 'parameters' | 'row'> {
  const given = parameters.map((type) => orNull(writtenOut(type).insert))
  if (columns.some(({ name }) => name === null)) return { parameters: given, row: null }
  // Of columns with one name, the driver keeps one.
  const byName = new Map<string, Set<string>>()
  for (const { name, type, nullable } of columns) {
    const text = type === null ? 'unknown' : writtenOut(type).select
    const texts = byName.get(name!) ?? new Set()
    byName.set(name!, texts.add(nullable ? orNull(text) : text))
  }
  const members = [...byName].map(([name, texts]) => `${propertyName(name)}: ${[...texts].join(' | ')}`)
  return { parameters: given, row: members.length === 0 ? 'never' : `{ ${members.join('; ')} }` }
}

function orNull(text: string): string {
  return text === 'unknown' || text.endsWith(' | null') ? text : `${text} | null`
}
