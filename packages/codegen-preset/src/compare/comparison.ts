/** What the parts of a comparison share: whose catalogs they are, and what of them the file shows. */
import type {
  Catalog,
  CatalogDomain,
  CatalogRelation,
  CatalogRoutine,
  CatalogType,
  TypeName,
} from '../catalog/catalog.ts'
import { elementOf, typeName } from '../catalog/type-name.ts'
import type { ChangeEffect } from './catalog-change.ts'
import type { CompareOptions } from './compare-options.ts'

export class Comparison {
  readonly before: Side
  readonly after: Side
  readonly #options: CompareOptions

  constructor(before: Catalog, after: Catalog, options: CompareOptions) {
    this.#options = options
    this.before = new Side(before, options.before ?? 'the snapshot')
    this.after = new Side(after, options.after ?? 'the database')
  }

  /** Whether the file has an interface for a relation. */
  shows(relation: CatalogRelation): boolean {
    const { includes, partitions = false } = this.#options
    return (partitions || !relation.partition) && (includes?.(relation) ?? true)
  }

  /** Words for what only one of them has. */
  only(side: Side): string {
    const other = side === this.before ? this.after : this.before
    return `${side.label} has it, ${other.label} does not`
  }

  /** Types come from the keys of tables that are left out, too. */
  keyEffect(shown: boolean): ChangeEffect {
    const { keys = false, brandedIds = false } = this.#options
    return effect(brandedIds || (keys && shown))
  }

  /** Types that only routines need are in the file, even without the routines. */
  routineEffect(...routines: readonly CatalogRoutine[]): ChangeEffect {
    const needed = routines.some((routine) => this.before.declaresFor(routine) || this.after.declaresFor(routine))
    return effect(this.#options.routines === true || needed)
  }
}

export function effect(seen: boolean): ChangeEffect {
  return seen ? 'types' : 'unseen'
}

/** One of the two catalogs. */
export class Side {
  readonly catalog: Catalog
  readonly label: string
  readonly #types: ReadonlyMap<TypeName, CatalogType>

  constructor(catalog: Catalog, label: string) {
    this.catalog = catalog
    this.label = label
    this.#types = new Map(catalog.types.map((type) => [typeName(type), type]))
  }

  /** Whether a routine is given or gives a type that is no built-in one. */
  declaresFor(routine: CatalogRoutine): boolean {
    return typesOf(routine).some((type) => this.#types.has(innermost(type)))
  }

  domain(type: TypeName): CatalogDomain | undefined {
    const found = this.#types.get(type)
    return found?.kind === 'domain' ? found : undefined
  }
}

function innermost(type: TypeName): TypeName {
  const element = elementOf(type)
  return element === null ? type : innermost(element)
}

function typesOf({ arguments: given, returns }: CatalogRoutine): TypeName[] {
  return [...given.map(({ type }) => type), ...(returns === null ? [] : [returns])]
}
