/** Import types, `import('m').Name`, become imports at the top of the file, as somebody would have written them. */
import { replaceInCode } from '../model/code-of.ts'

const IMPORT_TYPE = /import\('(?<module>[^'\\]+)'\)\.(?<name>[A-Za-z_$][\w$]*)/

export class Imports {
  /** By module, the names that are taken from it. */
  readonly #modules = new Map<string, Set<string>>()
  readonly #moduleOf = new Map<string, string>()
  readonly #declared: ReadonlySet<string>

  /** `declared`: names that the file has given to something else. */
  constructor(declared: ReadonlySet<string> = new Set()) {
    this.#declared = declared
  }

  /** Asks for a name; `module#other` for one that is called `other` there. */
  add(name: string, origin: string): void {
    const { module, original } = originOf(name, origin)
    this.#take(module, original === name ? name : `${original} as ${name}`)
    this.#moduleOf.set(name, module)
  }

  /** The text with plain names for its import types; one whose name something else has stays as it is. */
  collect(text: string): string {
    return replaceInCode(text, IMPORT_TYPE, (whole, { module = '', name = '' }) => {
      if ((this.#moduleOf.get(name) ?? module) !== module) return whole
      if (module !== 'kysely-pgwire/types' || this.#declared.has(name)) return whole
      this.add(name, module)
      return name
    })
  }

  /** The statements, by module and name. */
  text(typeOnly: boolean): string {
    return [...this.#modules]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([module, names]) => {
        const list = [...names].sort().join(', ')
        return `import ${typeOnly ? 'type ' : ''}{ ${list} } from '${module.replaceAll(/['\\]/g, String.raw`\$&`)}'\n`
      })
      .join('')
  }

  #take(module: string, name: string): void {
    const names = this.#modules.get(module) ?? new Set()
    this.#modules.set(module, names.add(name))
  }
}

/** What an origin says of a name: the module may begin with `#` itself, for one of the package's own. */
export function originOf(name: string, origin: string): { readonly module: string; readonly original: string } {
  const end = origin.lastIndexOf('#')
  return end > 0
    ? { module: origin.slice(0, end), original: origin.slice(end + 1) }
    : { module: origin, original: name }
}
