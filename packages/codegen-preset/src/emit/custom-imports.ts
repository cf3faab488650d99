import { GenerationError } from '../model/generation-error.ts'
import { isIdentifier, isKeyword } from '../model/names.ts'
import { isInCode } from './code-of.ts'
import { type Imports, originOf } from './imports.ts'

/** What the file may declare itself. */
const DECLARED: ReadonlySet<string> = new Set(
  'ChosenTypes DB Functions Generated GeneratedAlways JsonPart Narrows ReadOnly brand keys profile'.split(' '),
)

/** What the file may import for itself. */
export const FROM_KYSELY: readonly string[] = ['ColumnType', 'InsertType', 'SelectType', 'UpdateType']

/** Adds those of the user's imports that `code` has a use for. Throws for one that cannot be. */
export function addCustomImports(imports: Imports, custom: Readonly<Record<string, string>>, code: string): void {
  for (const [name, origin] of Object.entries(custom)) {
    const { module, original } = originOf(name, origin)
    const named = [name, original].every((each) => isIdentifier(each) && !isKeyword(each))
    if (!named || module === '') {
      throw new GenerationError(`The custom import ${JSON.stringify(name)} is not the name of something in a module`)
    }
    if (DECLARED.has(name) || (FROM_KYSELY.includes(name) && origin !== 'kysely')) {
      throw new GenerationError(
        `The file has its own ${name}. Import the other under another name: { Other: 'module#${name}' }`,
      )
    }
    if (isInCode(code, wordPattern(name))) imports.add(name, origin)
  }
}

/** The name as a word of its own; behind a dot it is a part of something else. */
function wordPattern(name: string): RegExp {
  const escaped = name.replaceAll('$', String.raw`\$`)
  return new RegExp(String.raw`(?<![\p{ID_Continue}$.])${escaped}(?![\p{ID_Continue}$])`, 'u')
}
