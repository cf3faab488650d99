import { connectionOptions, type OptionName, type OptionValues } from './connection-options.ts'
import type { OptionSource } from './option-sources.ts'

/** The option from the first source that has it, checked. What a later source says about it is not even looked at. */
export function readOption<Name extends OptionName>(
  name: Name,
  sources: readonly OptionSource[],
): OptionValues[Name] | undefined {
  for (const source of sources) {
    const found = source(name)
    if (found !== undefined) return connectionOptions[name].check(found.value, found.label)
  }
  return undefined
}
