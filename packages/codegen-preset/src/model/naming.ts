/** What relations, types and columns of the database are called in TypeScript and in Kysely, and which cannot be called at all. */
import type { CatalogColumn, CatalogName, CatalogRelation, CatalogType } from '../catalog/catalog.ts'
import { sortedBy } from '../catalog/code-unit-order.ts'
import { quoted, typeName } from '../catalog/type-name.ts'
import { camelCase, survivesCamelCase } from './camel-case.ts'
import type { ModelOptions } from './model-options.ts'
import { type Names, typeIdentifier } from './names.ts'
import type { NamesOf } from './type-texts.ts'

/** Kysely takes a dot for the end of the schema's name, and " as " for the begin of an alias. */
const MISREAD = /\.|\sas\s/i

export class Naming {
  readonly #names: Names
  readonly #options: ModelOptions
  readonly #defaultSchemas: readonly string[]

  /** What has no name, a sentence for each. */
  readonly warnings: string[] = []

  constructor(names: Names, options: ModelOptions) {
    this.#names = names
    this.#options = options
    this.#defaultSchemas = options.defaultSchemas ?? ['public']
  }

  /** The relations that the file has, in the order in which they get their names. */
  chosen(relations: readonly CatalogRelation[]): readonly CatalogRelation[] {
    const { includes = () => true, partitions = false } = this.#options
    const wanted = relations.filter((relation) => includes(relation) && (partitions || !relation.partition))
    return this.#inOrder(wanted.filter((relation) => this.#canBeNamed(relation)))
  }

  /** Names for the interfaces of relations. */
  tableNames(relations: readonly CatalogRelation[]): ReadonlyMap<CatalogRelation, string> {
    return new Map(relations.map((relation) => [relation, this.#take(relation, 'Table')]))
  }

  /** Names for types: they are taken for all of them, so that it makes no difference which are used. */
  typeNames(types: readonly CatalogType[]): NamesOf {
    const names = new Map(
      this.#inOrder(types).map((type) => {
        const name = this.#take(type, 'Type')
        return [type, { name, inputName: this.#names.take(`${name}Input`) }]
      }),
    )
    return (type) => names.get(type)!
  }

  /** The name in `DB`, and in `Functions`. */
  keyOf({ schema, name }: CatalogName): string {
    const key = this.property(name)
    return this.#isDefault(schema) ? key : `${this.property(schema)}.${key}`
  }

  /** A name as it is in results. */
  property(name: string): string {
    return this.#options.camelCase === true ? camelCase(name) : name
  }

  /** Whether a column of `relation` can be reached by a property. */
  reaches(relation: CatalogName, { name }: CatalogColumn): boolean {
    return this.#survives([name], `the column ${JSON.stringify(name)} of ${typeName(relation)}`)
  }

  #canBeNamed(relation: CatalogName): boolean {
    const { schema, name } = relation
    const written = this.#isDefault(schema) ? [name] : [schema, name]
    if (!written.some((part) => MISREAD.test(part))) return this.#survives(written, typeName(relation))
    this.warnings.push(`Kysely cannot name ${typeName(relation)}: it is left out`)
    return false
  }

  #survives(written: readonly string[], what: string): boolean {
    if (this.#options.camelCase !== true || written.every(survivesCamelCase)) return true
    this.warnings.push(`CamelCasePlugin does not find its way back to ${what}: it is left out`)
    return false
  }

  /** Those of default schemas go first, and then a name that needs no quotes goes before one that does. */
  #inOrder<Item extends CatalogName>(items: readonly Item[]): Item[] {
    const rank = ({ schema, name }: Item): string =>
      `${this.#isDefault(schema) ? 0 : 1}${quoted(name) === name ? 0 : 1}`
    return sortedBy(items, (item) => [rank(item), item.schema, item.name])
  }

  /** Behind the schema's name, unless that is a default one. */
  #take({ schema, name }: CatalogName, kind: 'Table' | 'Type'): string {
    const own = kind === 'Table' && this.#options.singular !== undefined ? this.#options.singular(name) : name
    const identifier = this.#isDefault(schema) ? typeIdentifier(own) : typeIdentifier(schema, own)
    return this.#names.take(identifier, `${identifier}${kind}`)
  }

  #isDefault(schema: string): boolean {
    return this.#defaultSchemas.includes(schema)
  }
}
