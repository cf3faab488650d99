/** Types of columns that are not the driver's own for the type: what the user has said, by an option or a comment, and brands. */
import type { CatalogColumn, CatalogRelation } from '../catalog/catalog.ts'
import { ColumnKeys } from './column-keys.ts'
import { dottedPath } from './dotted-path.ts'
import { GenerationError } from './generation-error.ts'
import { Keys } from './keys.ts'
import type { ModelOptions } from './model-options.ts'
import type { Brand, Narrowing } from './model.ts'
import { type Names, typeIdentifier } from './names.ts'
import { tagsOf } from './tags.ts'
import { typeSource } from './type-source.ts'
import type { TypeText } from './type-texts.ts'

export class ColumnChoices {
  readonly #columns: Readonly<Record<string, string>>
  readonly #columnKeys: ColumnKeys
  readonly #keys: Keys | null
  readonly #tableNames: ReadonlyMap<CatalogRelation, string>
  readonly #names: Names
  readonly #returned: ReturnedOf
  readonly #brands = new Map<string, Brand>()

  readonly narrowings: Narrowing[] = []

  constructor(
    relations: readonly CatalogRelation[],
    tableNames: ReadonlyMap<CatalogRelation, string>,
    names: Names,
    returned: ReturnedOf,
    { columns = {}, brandedIds = false }: ModelOptions,
  ) {
    this.#columns = columns
    this.#columnKeys = new ColumnKeys(Object.keys(columns))
    this.#keys = brandedIds ? new Keys(relations) : null
    this.#tableNames = tableNames
    this.#names = names
    this.#returned = returned
  }

  get brands(): readonly Brand[] {
    return [...this.#brands.values()]
  }

  /** Throws for what was said of a column that there is none of. */
  requireAllUsed(): void {
    const { unused } = this.#columnKeys
    if (unused !== undefined) throw new GenerationError(`There is no column ${unused}, for which a type was given`)
  }

  /** The type to write; undefined for that of the driver. */
  choose(relation: CatalogRelation, column: CatalogColumn): TypeText | undefined {
    const said = this.#said(relation, column)
    if (said === undefined) return this.#branded(relation, column)
    const of = dottedPath(relation.schema, relation.name, column.name)
    const type = typeSource(said, of)
    this.narrowings.push({ of, chosen: `SelectType<${type}>`, returned: this.#returned(column).read })
    if (!COLUMN_TYPE.test(type)) return { select: type, insert: type }
    return { select: `SelectType<${type}>`, insert: `InsertType<${type}>` }
  }

  /** What the user has said; an option goes before a comment. */
  #said(relation: CatalogRelation, column: CatalogColumn): string | undefined {
    const key = this.#columnKeys.of(relation, column.name)
    return key === undefined ? tagsOf(column.comment).type : this.#columns[key]
  }

  /** Only where the key is of the type that the driver gives for it, and the column is of the same. */
  #branded(relation: CatalogRelation, column: CatalogColumn): TypeText | undefined {
    const key = this.#keys?.primaryKeyBehind(relation, column.name)
    const keyColumn = key?.relation.columns.find(({ name }) => name === key.column)
    if (key === undefined || keyColumn === undefined || this.#said(key.relation, keyColumn) !== undefined)
      return undefined
    const { select, insert } = this.#returned(keyColumn)
    if (select !== this.#returned(column).select) return undefined
    const of = dottedPath(key.relation.schema, key.relation.name, key.column)
    const known = this.#brands.get(of)
    if (known !== undefined) return { select: known.name, insert: known.name }
    const table = this.#tableNames.get(key.relation) ?? typeIdentifier(key.relation.name)
    const name = this.#names.take(`${table}${typeIdentifier(key.column)}`)
    this.#brands.set(of, { name, of, base: { select, insert } })
    return { select: name, insert: name }
  }
}

/** The type that the driver gives for a column. `read`: what is read without the name that a domain over JSON has for it. */
export type ReturnedOf = (column: CatalogColumn) => TypeText & { readonly read: string }

/** What says by itself how a column is read and written. */
const COLUMN_TYPE = /^(?:ColumnType|Generated|GeneratedAlways|JSONColumnType|ReadOnly)\s*</
