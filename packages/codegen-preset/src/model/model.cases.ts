/** Small catalogs, written by hand, and what a model of them says. */
import { defaultTypes, type PgTypes } from 'kysely-pgwire/types'

import type {
  Catalog,
  CatalogColumn,
  CatalogForeignKey,
  CatalogRelation,
  CatalogRoutine,
  CatalogType,
} from '../catalog/catalog.ts'
import { buildModel } from './build-model.ts'
import type { ModelOptions } from './model-options.ts'
import type { Model } from './model.ts'

/** A column that is NOT NULL, without a default. */
export function column(name: string, type: string, more: Partial<CatalogColumn> = {}): CatalogColumn {
  const facts = { dimensions: type.endsWith('[]') ? 1 : 0, notNull: true, nullable: false, hasDefault: false }
  return { name, type, ...facts, generated: null, identity: null, updatable: true, comment: null, ...more }
}

export function table(
  name: string,
  columns: readonly CatalogColumn[],
  more: Partial<CatalogRelation> = {},
): CatalogRelation {
  const keys = { primaryKey: null, uniqueKeys: [], foreignKeys: [] }
  const may = { insertable: true, updatable: true, deletable: true }
  return { schema: 'public', name, kind: 'table', partition: false, comment: null, ...may, columns, ...keys, ...more }
}

export function primary(...columns: readonly string[]): Pick<CatalogRelation, 'primaryKey'> {
  return { primaryKey: { name: 'primary', columns } }
}

/** `{ author: 'users.id' }`: a foreign key of one column each, named after it. */
export function foreign(targets: Readonly<Record<string, string>>): Pick<CatalogRelation, 'foreignKeys'> {
  const foreignKeys = Object.entries(targets).map(([name, target]): CatalogForeignKey => {
    const [table = '', to = ''] = target.split('.')
    return { name, columns: [name], references: { schema: 'public', name: table, columns: [to] } }
  })
  return { foreignKeys }
}

export function enumType(name: string, labels: readonly string[], schema = 'public'): CatalogType {
  return { schema, name, kind: 'enum', labels, comment: null }
}

export function domain(
  name: string,
  base: string,
  more: Partial<CatalogType & { kind: 'domain' }> = {},
): CatalogType {
  const facts = { dimensions: 0, notNull: false, hasDefault: false, comment: null }
  return { schema: 'public', name, kind: 'domain', base, ...facts, ...more }
}

export function composite(name: string, fields: Readonly<Record<string, string>>, schema = 'public'): CatalogType {
  const all = Object.entries(fields).map(([field, type]) => {
    return { name: field, type, dimensions: type.endsWith('[]') ? 1 : 0, comment: null }
  })
  return { schema, name, kind: 'composite', rowType: false, fields: all, comment: null }
}

export function routine(name: string, more: Partial<CatalogRoutine> = {}): CatalogRoutine {
  const facts = { arguments: [], returns: 'int4', returnsSet: false, strict: false, comment: null }
  return { schema: 'public', name, kind: 'function', ...facts, ...more }
}

/** `['in a int4', 'out b text']`. */
export function argumentsOf(...texts: readonly string[]): Pick<CatalogRoutine, 'arguments'> {
  const read = (text: string): CatalogRoutine['arguments'][number] => {
    const [mode = '', name = '', type = '', rest] = text.split(' ')
    return { mode: mode as 'in', name: name === '_' ? '' : name, type, hasDefault: rest === 'default' }
  }
  return { arguments: texts.map(read) }
}

export function catalogOf(parts: Partial<Pick<Catalog, 'relations' | 'types' | 'routines'>>): Catalog {
  return { format: 1, serverVersion: 17, relations: [], types: [], routines: [], ...parts }
}

export function modelOf(
  parts: Parameters<typeof catalogOf>[0],
  options: ModelOptions = {},
  types: PgTypes = defaultTypes,
): Model {
  return buildModel(catalogOf(parts), types, options)
}

/** Every column's text, by `table.column`. */
export function textsOf(model: Model): Record<string, string> {
  return Object.fromEntries(
    model.tables.flatMap(({ key, columns }) => columns.map(({ name, text }) => [`${key}.${name}`, text])),
  )
}
