import { namesIn } from './names-in.ts'
import type { NamedText } from './type-texts.ts'

/** Those that the texts name, with those that they are made of. */
export function usedTypes(named: readonly NamedText[], texts: readonly string[]): NamedText[] {
  const byName = new Map(named.flatMap((type) => [type.name, type.inputName].map((name) => [name, type] as const)))
  const used = new Set<NamedText>()
  const waiting = [...texts]
  for (let text = waiting.pop(); text !== undefined; text = waiting.pop()) {
    for (const name of namesIn(text)) {
      const type = byName.get(name)
      if (type === undefined || used.has(type)) continue
      used.add(type)
      waiting.push(...(type.fields ?? [type.body]).flatMap(({ select, insert }) => [select, insert]))
    }
  }
  return [...used]
}
