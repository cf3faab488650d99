import type { Narrowing } from '../model/model.ts'

const JSON_TYPE = "import('kysely-pgwire/types').Json"

export function narrowingsText(narrowings: readonly Narrowing[]): string {
  const lines = narrowings.map(({ of, chosen, returned }) => {
    return `  ${JSON.stringify(of)}: Narrows<${chosen}, ${returned === JSON_TYPE ? `JsonPart<${chosen}>` : returned}>\n`
  })
  return `/** Does not compile where a type that was chosen for a column is none that the driver returns. */
type Narrows<Chosen extends Returned, Returned> = Chosen

/** What of a type there can be in JSON: \`Json\` itself takes no interface, for want of an index signature. */
export type JsonPart<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends bigint | symbol | Date | Map<never, never> | Set<never> | Uint8Array | ((...given: never[]) => unknown)
    ? never
    : { [Key in keyof T]: JsonPart<T[Key]> }

export interface ChosenTypes {\n${lines.join('')}}\n`
}
