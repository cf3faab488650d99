import { GenerationError } from '../model/generation-error.ts'
import { isIdentifier, isKeyword } from '../model/names.ts'
import { type Imports, originOf } from './imports.ts'

/** What the file may declare itself. */
const DECLARED: ReadonlySet<string> = new Set(
  'ChosenTypes DB Functions Generated GeneratedAlways JsonPart Narrows ReadOnly brand keys profile'.split(' '),
)

/** What the file may import for itself. */
export const FROM_KYSELY: readonly string[] = ['ColumnType', 'InsertType', 'JSONColumnType', 'SelectType', 'UpdateType']

/**
 * Adds those of the user's imports that are among the names used. Throws for one that cannot be. `declared`: what else the file has under
 * names of its own.
 */
export function addCustomImports(
  imports: Imports,
  custom: Readonly<Record<string, string>>,
  used: ReadonlySet<string>,
  declared: ReadonlySet<string> = new Set(),
): void {
  for (const [name, origin] of Object.entries(custom)) {
    const { module, original } = originOf(name, origin)
    const named = [name, original].every((each) => isIdentifier(each) && !isKeyword(each))
    if (!named || module === '') {
      throw new GenerationError(`The custom import ${JSON.stringify(name)} is not the name of something in a module`)
    }
    const taken = declared.has(name) && used.has(name)
    if (taken || DECLARED.has(name) || (FROM_KYSELY.includes(name) && origin !== 'kysely')) {
      throw new GenerationError(
        `The file has its own ${name}. Import the other under another name: { Other: 'module#${name}' }`,
      )
    }
    if (used.has(name)) imports.add(name, origin)
  }
}
