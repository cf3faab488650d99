/** What a view's columns take over from the tables that they show: facts of reading from its query, of writing from the table. */
import { CompiledQuery } from 'kysely'

import { type ColumnSource, columnSourcesOf } from '../nullability/column-sources.ts'
import type { QueryRow, QueryRunner } from '../nullability/query-runner.ts'
import { readServerFacts } from '../nullability/server-facts.ts'
import { columnFactsOf } from '../nullability/view-nullability.ts'
import { readViewTrees } from '../nullability/view-trees.ts'
import type { CatalogColumn } from './catalog.ts'
import type { AnyKysely } from './query-runner.ts'
import type { ColumnRow, RelationRow, Writes } from './relations-query.ts'

/** What is known of a view's column besides what `pg_attribute` says. */
export type ViewColumn = Inherited & Pick<CatalogColumn, 'nullable' | 'updatable'>

type Inherited = Pick<ColumnRow, 'dimensions' | 'notNull' | 'generated' | 'identity' | 'hasDefault'>

export interface ViewFacts {
  /** By the columns' numbers. */
  readonly columns: ReadonlyMap<number, ViewColumn>
  /** What can be written through it, down to the table. */
  readonly writes: Writes
}

/** What the type of a column asks of a row that is inserted, and gives to it; of domains. */
export type TypeRules = (typeOid: number) => { readonly notNull: boolean; readonly hasDefault: boolean }

/** By the views' OIDs. */
export async function readViews(
  db: AnyKysely,
  relations: readonly RelationRow[],
  typeRules: TypeRules,
): Promise<ReadonlyMap<number, ViewFacts>> {
  const views = relations.filter(({ kind }) => kind === 'view' || kind === 'materialized view')
  if (views.length === 0) return new Map()
  const run = runnerOf(db)
  const trees = await readViewTrees(
    run,
    views.map(({ oid }) => oid),
  )
  const sources = new Map(
    Array.from(trees, ([oid, { query }]) => [oid, query === undefined ? [] : columnSourcesOf(query)] as const),
  )
  const columns = new Columns(relations, sources, typeRules)
  const facts = await columnFactsOf(run, await readServerFacts(run), trees, {
    notNull: (relation, columnNumber) => columns.find({ relation, columnNumber })?.proved ?? false,
  })
  const factsOf = (view: RelationRow): ViewFacts => {
    const repeating = columns.repeating(view)
    const columnOf = (number: number): ViewColumn => ({
      ...columns.inherited(view, number),
      nullable: !facts.notNull(view.oid, number),
      updatable: !repeating.has(number) && columns.writable({ relation: view.oid, columnNumber: number }),
    })
    const insertable = columns.takes(view, 'insertable') && !columns.hidesRequired(view)
    return {
      columns: new Map(view.columns.map(({ number }) => [number, columnOf(number)])),
      writes: {
        insertable,
        updatable: columns.takes(view, 'updatable'),
        deletable: columns.takes(view, 'deletable'),
      },
    }
  }
  return new Map(views.map((view) => [view.oid, factsOf(view)]))
}

/** Any Kysely instance as what the rooms below run statements with. */
export function runnerOf(db: AnyKysely): QueryRunner {
  return async (sql, parameters) => {
    const { rows } = await db.executeQuery<QueryRow>(CompiledQuery.raw(sql, [...parameters]))
    return rows
  }
}

const NOTHING = { dimensions: 0, notNull: false, generated: null, identity: null, hasDefault: false } as const

/** All columns of the relations, and of the views' which other column each shows. */
class Columns {
  readonly #relations: ReadonlyMap<number, RelationRow>
  readonly #sources: ReadonlyMap<number, readonly (ColumnSource | undefined)[]>
  readonly #typeRules: TypeRules

  constructor(
    relations: readonly RelationRow[],
    sources: ReadonlyMap<number, readonly (ColumnSource | undefined)[]>,
    typeRules: TypeRules,
  ) {
    this.#relations = new Map(relations.map((relation) => [relation.oid, relation]))
    this.#sources = sources
    this.#typeRules = typeRules
  }

  find({ relation, columnNumber }: ColumnSource): ColumnRow | undefined {
    return this.#relations.get(relation)?.columns.find(({ number }) => number === columnNumber)
  }

  /** Whether rows can be written so: what PostgreSQL passes on has to be possible below, too. */
  takes(relation: RelationRow, write: keyof Writes): boolean {
    if (!relation[write]) return false
    const below = relation.instead[write] ? undefined : this.#below(relation)
    return below === undefined || this.takes(below, write)
  }

  /** Whether a column can be written: where PostgreSQL passes rows on, only one that shows a column which can. */
  writable(at: ColumnSource): boolean {
    const relation = this.#relations.get(at.relation)
    if (relation === undefined || this.find(at)?.updatable !== true) return false
    const sources = this.#sources.get(at.relation)
    if (sources === undefined || !(passesOn(relation, 'insertable') || passesOn(relation, 'updatable'))) return true
    const shown = sources[at.columnNumber - 1]
    return shown !== undefined && this.writable(shown)
  }

  /** The columns that show what one in front of them shows: no statement may write both, though the table may require it. */
  repeating(view: RelationRow): ReadonlySet<number> {
    const repeating = new Set<number>()
    if (!passesOn(view, 'insertable') && !passesOn(view, 'updatable')) return repeating
    const shown = new Set<string>()
    for (const { number } of view.columns) {
      const source = this.#shown({ relation: view.oid, columnNumber: number })
      if (source === undefined) continue
      const key = `${source.relation} ${source.columnNumber}`
      if (shown.has(key)) repeating.add(number)
      shown.add(key)
    }
    return repeating
  }

  /** Whether a row that is inserted through it lacks a value which its table requires, whatever the row has. */
  hidesRequired(view: RelationRow): boolean {
    const chain = this.#chainFrom(view)
    const table = chain.at(-1)
    if (table === undefined || table.fillsRows || chain.some(({ instead }) => instead.insertable)) return false
    const given = new Set(
      // A view below may have a default of its own for what this one does not show.
      chain
        .slice(0, -1)
        .flatMap(({ oid, columns }) =>
          columns
            .filter(({ hasDefault }) => oid === view.oid || hasDefault)
            .map(({ number }) => this.#shown({ relation: oid, columnNumber: number })?.columnNumber),
        ),
    )
    return table.columns.some((column) => this.#isRequired(column) && !given.has(column.number))
  }

  /** Whether a row of a table has to be given a value for it. */
  #isRequired({ typeOid, notNull, hasDefault, identity, generated }: ColumnRow): boolean {
    const rules = this.#typeRules(typeOid)
    const filled = hasDefault || rules.hasDefault || identity !== null || generated !== null
    return (notNull || rules.notNull) && !filled
  }

  /** A view that can be written, and what its rows come from, down to the table; nothing for one that cannot be. */
  #chainFrom(view: RelationRow): readonly RelationRow[] {
    const chain: RelationRow[] = []
    let at: RelationRow | undefined = view
    while (at !== undefined && at.insertable) {
      chain.push(at)
      if (!this.#sources.has(at.oid)) return chain
      at = this.#below(at)
    }
    return []
  }

  /** What a view that can be written shows; undefined for a table. */
  #below(relation: RelationRow): RelationRow | undefined {
    const shown = this.#sources.get(relation.oid)?.find((source) => source !== undefined)
    return shown && this.#relations.get(shown.relation)
  }

  /** The table's column that a view's column shows, through however many views. */
  #shown(column: ColumnSource): ColumnSource | undefined {
    let at: ColumnSource | undefined = column
    while (at !== undefined && this.#sources.has(at.relation)) {
      at = this.#sources.get(at.relation)?.[at.columnNumber - 1]
    }
    return at
  }

  /**
   * What holds for a view's column by the table's that it shows. Of writing only where PostgreSQL itself passes inserts or updates on:
   * what an INSTEAD OF trigger does with a row is its own affair, and it may have a value for what a row that is inserted has not.
   */
  inherited(view: RelationRow, columnNumber: number): Inherited {
    let inserts = passesOn(view, 'insertable')
    let updates = passesOn(view, 'updatable')
    let hasDefault = false
    let at: ColumnSource = { relation: view.oid, columnNumber }
    for (;;) {
      const next = this.#sources.get(at.relation)?.[at.columnNumber - 1]
      if (next === undefined) return NOTHING
      at = next
      const relation = this.#relations.get(at.relation)
      const column = this.find(at)
      if (relation === undefined || column === undefined) return NOTHING
      inserts &&= !relation.instead.insertable
      updates &&= !relation.instead.updatable
      hasDefault ||= inserts && column.hasDefault
      if (this.#sources.has(at.relation)) continue
      const { dimensions, notNull, generated, identity } = column
      if (!inserts && !updates) return { ...NOTHING, dimensions }
      return { dimensions, notNull, generated, identity, hasDefault: hasDefault || (view.insertable && !inserts) }
    }
  }
}

/** Whether PostgreSQL itself does with the rows below what is done with those of a view. */
function passesOn(relation: RelationRow, write: keyof Writes): boolean {
  return relation[write] && !relation.instead[write]
}
