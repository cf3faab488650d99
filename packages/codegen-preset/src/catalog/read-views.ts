/** What a view's columns take over from the tables that they show: facts of reading from its query, of writing from the table. */
import { CompiledQuery } from 'kysely'

import { type ColumnSource, columnSourcesOf } from '../nullability/column-sources.ts'
import { readNodeTree } from '../nullability/node-tree.ts'
import type { QueryRow, QueryRunner } from '../nullability/query-runner.ts'
import { readServerFacts } from '../nullability/server-facts.ts'
import { asNode, isList } from '../nullability/tree-fields.ts'
import { readColumnFacts } from '../nullability/view-nullability.ts'
import { type AnyKysely, readJson } from './query-runner.ts'
import type { ColumnRow, RelationRow } from './relations-query.ts'

/** What is known of a view's column besides what `pg_attribute` says. */
export type ViewColumn = Pick<ColumnRow, 'dimensions' | 'notNull' | 'generated' | 'identity' | 'hasDefault'> & {
  readonly nullable: boolean
}

export interface ViewFacts {
  /** By the columns' numbers. */
  readonly columns: ReadonlyMap<number, ViewColumn>
  /** Whether a row that is inserted through it lacks a value which its table requires, whatever the row has. */
  readonly hidesRequired: boolean
}

/** By the views' OIDs. */
export async function readViews(
  db: AnyKysely,
  relations: readonly RelationRow[],
): Promise<ReadonlyMap<number, ViewFacts>> {
  const views = relations.filter(({ kind }) => kind === 'view' || kind === 'materialized view')
  if (views.length === 0) return new Map()
  const columns = new Columns(relations, await readSources(db, views))
  const run = runnerOf(db)
  const facts = await readColumnFacts(
    run,
    await readServerFacts(run),
    views.map(({ oid }) => oid),
    async () => ({ notNull: (relation, number) => columns.find({ relation, columnNumber: number })?.proved ?? false }),
  )
  const factsOf = (view: RelationRow): ViewFacts => ({
    columns: new Map(
      view.columns.map(({ number }) => [
        number,
        { ...columns.inherited(view, number), nullable: !facts.notNull(view.oid, number) },
      ]),
    ),
    hidesRequired: columns.hidesRequired(view),
  })
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

  constructor(relations: readonly RelationRow[], sources: ReadonlyMap<number, readonly (ColumnSource | undefined)[]>) {
    this.#relations = new Map(relations.map((relation) => [relation.oid, relation]))
    this.#sources = sources
  }

  find({ relation, columnNumber }: ColumnSource): ColumnRow | undefined {
    return this.#relations.get(relation)?.columns.find(({ number }) => number === columnNumber)
  }

  hidesRequired(view: RelationRow): boolean {
    const chain = this.#chainFrom(view)
    const table = chain.at(-1)
    if (table === undefined || table.fillsRows || chain.some(({ triggered }) => triggered)) return false
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
    return table.columns.some(
      ({ number, notNull, hasDefault, identity, generated }) =>
        notNull && !hasDefault && identity === null && generated === null && !given.has(number),
    )
  }

  /** A view that can be written, and what its rows come from, down to the table; nothing for one that cannot be. */
  #chainFrom(view: RelationRow): readonly RelationRow[] {
    const chain: RelationRow[] = []
    let at: RelationRow | undefined = view
    while (at !== undefined && at.insertable) {
      chain.push(at)
      const sources = this.#sources.get(at.oid)
      if (sources === undefined) return chain
      const shown = sources.find((source) => source !== undefined)
      at = shown && this.#relations.get(shown.relation)
    }
    return []
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
   * What holds for a view's column by the table's that it shows. Of writing only where PostgreSQL itself passes writes on: what an
   * INSTEAD OF trigger does with a row is its own affair.
   */
  inherited(view: RelationRow, columnNumber: number): Omit<ViewColumn, 'nullable'> {
    let passesOn = (view.insertable || view.updatable) && !view.triggered
    let hasDefault = false
    let at: ColumnSource = { relation: view.oid, columnNumber }
    for (;;) {
      const next = this.#sources.get(at.relation)?.[at.columnNumber - 1]
      if (next === undefined) return NOTHING
      at = next
      const relation = this.#relations.get(at.relation)
      const column = this.find(at)
      if (relation === undefined || column === undefined) return NOTHING
      passesOn &&= !relation.triggered
      hasDefault ||= passesOn && column.hasDefault
      if (this.#sources.has(at.relation)) continue
      const { dimensions, notNull, generated, identity } = column
      return passesOn ? { dimensions, notNull, generated, identity, hasDefault } : { ...NOTHING, dimensions }
    }
  }
}

async function readSources(
  db: AnyKysely,
  views: readonly RelationRow[],
): Promise<Map<number, readonly (ColumnSource | undefined)[]>> {
  const rules = await readJson<{ readonly oid: number; readonly tree: string }[]>(
    db,
    `select coalesce(jsonb_agg(jsonb_build_object('oid', ev_class::bigint, 'tree', ev_action::text)), '[]')::text as json
    from pg_catalog.pg_rewrite
    where ev_type = '1' and ev_class in (${views.map(({ oid }) => oid).join()})`,
  )
  return new Map(rules.map(({ oid, tree }) => [oid, sourcesOf(tree)]))
}

function sourcesOf(tree: string): readonly (ColumnSource | undefined)[] {
  const reading = readNodeTree(tree)
  const actions = reading.readable && isList(reading.value) ? reading.value : []
  const query = actions.length === 1 ? asNode(actions[0]) : undefined
  return query === undefined ? [] : columnSourcesOf(query)
}
