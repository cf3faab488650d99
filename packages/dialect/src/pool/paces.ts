import type { QueryOptions } from '../client/query.ts'
import type { Catalog } from '../connection/catalog.ts'
import type { Statement } from '../connection/statement.ts'
import { Pace } from './pace.ts'

/** What a pool has learned of its statements, for as long as their descriptions are kept. */
export class Paces {
  readonly #catalog: Catalog
  readonly #paces = new WeakMap<Statement, Pace>()

  constructor(catalog: Catalog) {
    this.#catalog = catalog
  }

  /** Undefined for a statement of which no description is kept. */
  of(sql: string, options: QueryOptions | undefined): Pace | undefined {
    // To be described anew takes a turn, which others would wait for.
    if (options?.prepare === false) return undefined
    const types = options?.types
    const catalog = types === undefined ? this.#catalog : this.#catalog.under(types)
    const statement = catalog.statement(sql)
    if (statement === undefined) return undefined
    const known = this.#paces.get(statement)
    if (known !== undefined) return known
    const pace = new Pace(sql)
    this.#paces.set(statement, pace)
    return pace
  }
}
