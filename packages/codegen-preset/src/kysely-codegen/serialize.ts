import { checkOptions } from '../generator/check-options.ts'
import { OUTPUT_OPTIONS, type OutputOptions } from '../generator/generator-options.ts'
import { typescriptOf } from '../generator/typescript-of.ts'
import { OptionsError } from '../source/options-error.ts'
import { readBehind } from './metadata.ts'

/** What kysely-codegen gives a serializer besides the metadata: its own options, from flags or from `generate()`. */
export interface SerializeOptions {
  readonly camelCase?: boolean | undefined
  readonly customImports?: Readonly<Record<string, string>> | undefined
  readonly defaultSchemas?: readonly string[] | undefined
  readonly overrides?: { readonly columns?: Readonly<Record<string, unknown>> | undefined } | undefined
  readonly typeMapping?: Readonly<Record<string, string>> | undefined
}

/** The file of types for metadata with a catalog behind it. What kysely-codegen was told goes before what the preset was. */
export function serialize(metadata: object, preset: OutputOptions, told: SerializeOptions = {}): string {
  const read = readBehind(metadata)
  if (read === undefined) {
    throw new OptionsError(
      'The metadata has no catalog: it comes from another dialect, or a postprocess has replaced it',
    )
  }
  const { typeMapping, ...options } = told
  if (Object.keys(typeMapping ?? {}).length > 0) {
    throw new OptionsError('There is no typeMapping here: types are chosen by types: definePgTypes({ … })')
  }
  const said = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  const merged: OutputOptions = { ...preset, ...read.chosen, ...said }
  checkOptions(merged, OUTPUT_OPTIONS)
  return typescriptOf(read.catalog, merged).text
}
