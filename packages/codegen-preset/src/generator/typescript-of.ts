import { createSingularizer } from 'kysely-codegen/dist/generator/generator/singularizer.js'
import { TableMatcher } from 'kysely-codegen/dist/introspector/table-matcher.js'
import { defaultTypes } from 'kysely-pgwire/types'

import type { Catalog, CatalogName } from '../catalog/catalog.ts'
import { emitTypescript } from '../emit/emit-typescript.ts'
import { buildModel } from '../model/build-model.ts'
import { typeIdentifier } from '../model/names.ts'
import type { OutputOptions } from './generator-options.ts'

/** The file, and what could not be in it: a sentence for each. */
export interface TypeScriptText {
  readonly text: string
  readonly warnings: readonly string[]
}

/** The file of types for a catalog. Nothing but the arguments decides it. */
export function typescriptOf(catalog: Catalog, options: OutputOptions): TypeScriptText {
  const { types = defaultTypes, includePattern, excludePattern, singularize, overrides } = options
  const model = buildModel(catalog, types, {
    ...options,
    includes: includesOf(includePattern, excludePattern),
    singular: singularOf(singularize),
    columns: overrides?.columns,
    reserved: Object.keys(options.customImports ?? {}),
  })
  return { text: emitTypescript(model, options), warnings: model.warnings }
}

/** As kysely-codegen matches patterns. */
export function includesOf(
  included: string | undefined,
  excluded: string | undefined,
): (relation: CatalogName) => boolean {
  const wanted = included === undefined ? null : new TableMatcher(included)
  const unwanted = excluded === undefined ? null : new TableMatcher(excluded)
  return ({ schema, name }) => (wanted?.match(schema, name) ?? true) && !(unwanted?.match(schema, name) ?? false)
}

/** As kysely-codegen has it: of the name in Pascal case. */
function singularOf(rules: OutputOptions['singularize']): ((name: string) => string) | undefined {
  if (rules === undefined || rules === false) return undefined
  const singular = createSingularizer(rules === true ? true : { ...rules })
  return (name) => singular(typeIdentifier(name))
}
