/** Branded primary keys: which columns have which brand, their own or that of the key that they point to. */
import type { CatalogName, CatalogRelation } from '../catalog/catalog.ts'

interface Place {
  readonly relation: CatalogRelation
  readonly column: string
}

export class Keys {
  /** What a column points to, by the names of its foreign keys. */
  readonly #targets = new Map<string, Place[]>()

  constructor(relations: readonly CatalogRelation[]) {
    const byName = new Map(relations.map((relation) => [keyOf(relation), relation]))
    for (const relation of relations) {
      for (const { columns, references } of relation.foreignKeys) {
        const target = byName.get(keyOf(references))
        if (target === undefined) continue
        for (const [index, column] of columns.entries()) this.#add(relation, column, target, references.columns[index]!)
      }
    }
  }

  /**
   * The primary key that a column is or points to, however many foreign keys lead there; undefined for any other column, and where
   * keys only lead to each other in a circle, which has no first one.
   */
  primaryKeyBehind(relation: CatalogRelation, column: string): Place | undefined {
    const found = this.#behind({ relation, column }, [])
    return found === CIRCLE ? undefined : found
  }

  #behind(at: Place, path: readonly string[]): Place | typeof CIRCLE | undefined {
    const { relation, column } = at
    const key = keyOf(relation, column)
    if (path.includes(key)) return CIRCLE
    const ways = (this.#targets.get(key) ?? []).map((next) => this.#behind(next, [...path, key]))
    const found = ways.find((way) => way !== undefined && way !== CIRCLE)
    if (found !== undefined) return found
    if (ways.includes(CIRCLE)) return CIRCLE
    const columns = relation.primaryKey?.columns
    return columns?.length === 1 && columns[0] === column ? at : undefined
  }

  /** A row's key that points to a row's key of the same column leads nowhere else. */
  #add(relation: CatalogRelation, column: string, target: CatalogRelation, to: string): void {
    if (relation === target && column === to) return
    const key = keyOf(relation, column)
    this.#targets.set(key, [...(this.#targets.get(key) ?? []), { relation: target, column: to }])
  }
}

const CIRCLE = Symbol('circle')

/** With what no name can hold between the parts. */
function keyOf({ schema, name }: CatalogName, column?: string): string {
  return JSON.stringify(column === undefined ? [schema, name] : [schema, name, column])
}
