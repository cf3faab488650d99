/** Which tags of other modules are Kysely's `sql`: whatever passes it on, and under whatever name, the compiler knows. */
import type { QueryFile } from '../query-file.ts'
import type { Compilers } from './compilers.ts'
import { CHECKS, declarationsText } from './declarations.ts'
import { ARGUMENTS_MISSING, type Diagnostic } from './diagnostics.ts'
import type { Placement } from './instrument.ts'

/** Of a file that the compiler cannot parse only names can be gone by: when it is checked, it is said that it is no TypeScript. */
export async function sqlTagsOf(
  files: readonly QueryFile[],
  compilers: Compilers,
): Promise<ReadonlyMap<QueryFile, ReadonlySet<string>>> {
  const tags = new Map<QueryFile, Set<string>>()
  const checks = files.flatMap((file) => {
    const { module, possibleTags } = file
    if (module === null || possibleTags.length === 0) return []
    const own = new Map(possibleTags.map(({ tag, slot }) => [tag, slot]))
    const found = new Set<string>()
    tags.set(file, found)
    const placements = [...own].map(([tag, slot]): Placement => {
      // Of a module that is not found, the compiler takes everything: so the error is the answer that it is Kysely's.
      const answered = ({ code }: Diagnostic): void => void (code === ARGUMENTS_MISSING && found.add(tag))
      return { at: slot, text: module.inSlot(`\n${CHECKS}.noTag(${tag})\n`), check: { answered } }
    })
    return [{ file, module, placements }]
  })
  for (const { file } of await compilers.compile(checks, declarationsText([]))) {
    tags.set(file, new Set(file.possibleTags.flatMap(({ tag }) => (/(?:^|\.)sql$/.test(tag) ? [tag] : []))))
  }
  return tags
}
