/** Which tags of other modules are Kysely's `sql`: whatever passes it on, and under whatever name, the compiler knows. */
import type { QueryFile, QueryModule } from '../query-file.ts'
import type { FileChecks } from './compile.ts'
import type { Compilers } from './compilers.ts'
import { CHECKS, declarationsText, TAG_VERDICTS } from './declarations.ts'
import { argumentsWanted, type Diagnostic } from './diagnostics.ts'
import type { Placement } from './instrument.ts'

export interface SqlTags {
  readonly known: ReadonlySet<string>
  /** Those of its name that are anything to the compiler, as where it does not find their module. */
  readonly unknown: ReadonlySet<string>
}

/** Of a file that the compiler cannot parse only names can be gone by: when it is checked, it is said that it is no TypeScript. */
export async function sqlTagsOf(
  files: readonly QueryFile[],
  compilers: Compilers,
): Promise<ReadonlyMap<QueryFile, SqlTags>> {
  const tags = new Map<QueryFile, SqlTags>()
  const asked = files.flatMap((file) => {
    const { module, possibleTags } = file
    return module === null || possibleTags.length === 0 ? [] : [new Asked(file, module)]
  })
  const unreadable = await compilers.compile(asked, declarationsText([]))
  for (const { file, answer } of asked) tags.set(file, answer)
  for (const { file } of unreadable) {
    const named = file.possibleTags.flatMap(({ tag }) => (isNamedSql(tag) ? [tag] : []))
    tags.set(file, { known: new Set(named), unknown: new Set() })
  }
  return tags
}

/** What the compiler is asked of a file: of each place, because a tag may be hidden there by something else of its name. */
class Asked implements FileChecks {
  readonly file: QueryFile
  readonly module: QueryModule
  readonly placements: readonly Placement[]
  readonly #known = new Set<string>()
  /** By the slots of their places. Of what a module has that is not found, the compiler says nothing at all. */
  readonly #unanswered = new Map<number, string>()

  constructor(file: QueryFile, module: QueryModule) {
    this.file = file
    this.module = module
    this.placements = file.possibleTags.map(({ tag, slot }): Placement => {
      this.#unanswered.set(slot, tag)
      const answered = (diagnostic: Diagnostic): void => {
        this.#unanswered.delete(slot)
        if (argumentsWanted(diagnostic) === TAG_VERDICTS.sql) this.#known.add(tag)
      }
      return { at: slot, text: module.inSlot(`\n${CHECKS}.whose(${tag})\n`), check: { answered } }
    })
  }

  get answer(): SqlTags {
    const unknown = [...this.#unanswered.values()].filter((tag) => isNamedSql(tag) && !this.#known.has(tag))
    return { known: this.#known, unknown: new Set(unknown) }
  }
}

function isNamedSql(tag: string): boolean {
  return /(?:^|\.)sql$/.test(tag)
}
