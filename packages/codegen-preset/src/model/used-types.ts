import type { NamedText } from './type-texts.ts'

/** Those that the texts name, with those that they are made of. A word in a literal may name one more than is needed. */
export function usedTypes(named: readonly NamedText[], texts: readonly string[]): NamedText[] {
  const byName = new Map(named.flatMap((type) => [type.name, type.inputName].map((name) => [name, type] as const)))
  const used = new Set<NamedText>()
  const waiting = [...texts]
  for (let text = waiting.pop(); text !== undefined; text = waiting.pop()) {
    for (const [word] of text.matchAll(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu)) {
      const type = byName.get(word)
      if (type === undefined || used.has(type)) continue
      used.add(type)
      waiting.push(...(type.fields ?? [type.body]).flatMap(({ select, insert }) => [select, insert]))
    }
  }
  return [...used]
}
