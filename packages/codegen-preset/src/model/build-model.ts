import type { PgTypes } from 'kysely-pgwire/types'

import type { Catalog, CatalogDomain, CatalogRelation, TypeName } from '../catalog/catalog.ts'
import { sortedBy } from '../catalog/code-unit-order.ts'
import { typeName } from '../catalog/type-name.ts'
import { ColumnChoices, type ReturnedOf } from './column-choices.ts'
import { columnRules, columnText } from './column-text.ts'
import { ColumnTypes } from './column-types.ts'
import { GenerationError } from './generation-error.ts'
import type { ModelOptions } from './model-options.ts'
import type { Model, ModelColumn, ModelTable, ModelType } from './model.ts'
import { namesIn } from './names-in.ts'
import { Names } from './names.ts'
import { Naming } from './naming.ts'
import { modelRoutine } from './routines.ts'
import { modelKeys } from './table-keys.ts'
import { tagsOf } from './tags.ts'
import { type NamedText, type TypeText, typeTextsOf, type TypeTexts } from './type-texts.ts'
import { usedTypes } from './used-types.ts'

/** Decides what the file says of a catalog, to an application whose driver reads with the profile `types`. */
export function buildModel(catalog: Catalog, types: PgTypes, options: ModelOptions = {}): Model {
  const names = new Names(options.reserved)
  const columnTypes = new ColumnTypes(types, catalog.types, names)
  const naming = new Naming(names, options)
  const relations = naming.chosen(catalog.relations)
  const tableNames = naming.tableNames(relations)
  const typeTexts = typeTextsOf(catalog, types, naming.typeNames(catalog.types))
  const domains = domainsOf(catalog)
  const returned = returnedOf(typeTexts, domains)
  const choices = new ColumnChoices(catalog.relations, tableNames, names, returned, options)
  const columns = new Columns({ naming, returned, columnTypes, choices, domains })
  const tables = relations.map((relation): ModelTable => {
    return {
      key: naming.keyOf(relation),
      name: tableNames.get(relation)!,
      relation,
      columns: columns.of(relation),
      keys: modelKeys(relation, naming),
    }
  })
  requireOwnKeys(tables)
  choices.requireAllUsed()
  const routines = (options.routines === true ? catalog.routines : []).map((routine) =>
    modelRoutine(routine, naming, typeTexts),
  )
  const texts = [
    ...tables.flatMap((table) => table.columns.map(({ text }) => text)),
    ...routines.flatMap((routine) => [routine.returns, ...routine.arguments.map(({ text }) => text)]),
    ...choices.brands.map(({ base }) => base.select),
    ...choices.narrowings.flatMap(({ chosen, returned: whole }) => [chosen, whole]),
  ]
  const named = usedTypes(typeTexts.named, texts)
  const bodies = named.flatMap(({ body, fields }): readonly TypeText[] => fields ?? [body])
  for (const { select, insert } of [...bodies, ...columnTypes.used]) texts.push(select, insert)
  return {
    fingerprint: types.fingerprint,
    columnTypes: sortedBy(columnTypes.used, ({ name }) => [name]),
    brands: sortedBy(choices.brands, ({ name }) => [name]),
    types: sortedBy(named, ({ name }) => [name]).map((type) => modelType(type, naming, options)),
    tables: sortedBy(tables, ({ key }) => [key]),
    routines,
    narrowings: choices.narrowings,
    namesUsed: new Set(texts.flatMap((text) => Array.from(namesIn(text)))),
    warnings: naming.warnings,
  }
}

interface ColumnParts {
  readonly naming: Naming
  readonly returned: ReturnedOf
  readonly columnTypes: ColumnTypes
  readonly choices: ColumnChoices
  readonly domains: ReadonlyMap<TypeName, CatalogDomain>
}

class Columns {
  readonly #parts: ColumnParts

  constructor(parts: ColumnParts) {
    this.#parts = parts
  }

  of(relation: CatalogRelation): ModelColumn[] {
    const { naming } = this.#parts
    const reached = relation.columns.filter((column) => naming.reaches(relation, column))
    const names = new Set(reached.map(({ name }) => naming.property(name)))
    if (names.size < reached.length) {
      throw new GenerationError(
        `Two columns of ${typeName(relation)} have the same name in camel case. Generate without camelCase, or rename one`,
      )
    }
    return reached.map((column) => this.#column(relation, column))
  }

  #column(relation: CatalogRelation, column: CatalogRelation['columns'][number]): ModelColumn {
    const { naming, columnTypes, choices, domains } = this.#parts
    const { comment } = tagsOf(column.comment)
    const returned = this.#parts.returned(column)
    const chosen = choices.choose(relation, column)
    const alias = chosen === undefined ? columnTypes.use(column.type, returned) : undefined
    const rules = columnRules(relation, column, domains.get(column.type))
    return { name: naming.property(column.name), text: columnText(chosen ?? returned, rules, alias), comment }
  }
}

function returnedOf(texts: TypeTexts, domains: ReadonlyMap<TypeName, CatalogDomain>): ReturnedOf {
  const json = texts.textOf('jsonb', 0).select
  return ({ type, dimensions, comment }) => {
    const chain = new Set([type])
    for (let at = domains.get(type); at !== undefined && !chain.has(at.base); at = domains.get(at.base))
      chain.add(at.base)
    const text = texts.textOf(type, tagsOf(comment).dimensions ?? dimensions)
    const bare = texts.textOf([...chain].at(-1) ?? type, 1).select
    return { ...text, read: bare === json ? json : text.select }
  }
}

function domainsOf({ types }: Catalog): ReadonlyMap<TypeName, CatalogDomain> {
  return new Map(types.flatMap((type) => (type.kind === 'domain' ? [[typeName(type), type]] : [])))
}

function modelType(type: NamedText, naming: Naming, { brandedDomains = false }: ModelOptions): ModelType {
  const fields = type.fields?.map((field) => ({ ...field, readName: naming.property(field.name) })) ?? null
  return { ...type, branded: brandedDomains && type.type.kind === 'domain', fields }
}

function requireOwnKeys(tables: readonly ModelTable[]): void {
  const keys = new Map<string, ModelTable>()
  for (const table of tables) {
    const other = keys.get(table.key)
    if (other !== undefined) {
      throw new GenerationError(
        `${typeName(table.relation)} and ${typeName(other.relation)} would both be ${JSON.stringify(table.key)} in DB. ` +
          'Leave one out by a pattern, or generate with fewer default schemas or without camelCase',
      )
    }
    keys.set(table.key, table)
  }
}
