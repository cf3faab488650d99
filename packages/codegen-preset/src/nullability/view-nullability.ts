import type { ColumnFacts } from './judge.ts'
import { nullableColumnsOf } from './query-nullability.ts'
import { type QueryRunner, textIn } from './query-runner.ts'
import { relationsOf } from './relations-of.ts'
import { type ServerFacts, UNDERSTOOD_VERSIONS } from './server-facts.ts'
import { readViewTrees, type ViewTree, type ViewTrees } from './view-trees.ts'

/** Finds out which columns of tables, partitioned and foreign tables hold no NULL. */
export type TableFactsReader = (relations: readonly number[]) => Promise<ColumnFacts>

/**
 * What is known of the columns of relations: of tables what the caller finds out, of views and materialized views what their
 * queries prove. Views below the given ones are looked up with them; everything else that is asked about can be NULL.
 */
export async function readColumnFacts(
  run: QueryRunner,
  facts: ServerFacts,
  relations: readonly number[],
  readTableFacts: TableFactsReader,
): Promise<ColumnFacts> {
  const views: ViewTrees = UNDERSTOOD_VERSIONS.includes(facts.majorVersion)
    ? await readViewTrees(run, relations)
    : new Map()
  const below = [...views.values()].flatMap(({ query }) => (query === undefined ? [] : relationsOf(query)))
  const tables = new Set([...relations, ...below.map(({ oid }) => oid)].filter((oid) => !views.has(oid)))
  return columnFactsOf(run, facts, views, await readTableFacts([...tables]))
}

/** The same for whoever has the trees, with those of the views below, and knows the tables. */
export async function columnFactsOf(
  run: QueryRunner,
  facts: ServerFacts,
  views: ViewTrees,
  tables: ColumnFacts,
): Promise<ColumnFacts> {
  return new ViewColumns(facts, views, tables, await readHolding(run, facts, views, tables))
}

class ViewColumns implements ColumnFacts {
  readonly #facts: ServerFacts
  readonly #views: ViewTrees
  readonly #tables: ColumnFacts
  readonly #judged = new Map<number, readonly boolean[]>()
  /** Of materialized views, by their columns' positions, which hold NULL as they are now. */
  readonly #holding: ReadonlyMap<number, ReadonlySet<number>>

  constructor(
    facts: ServerFacts,
    views: ViewTrees,
    tables: ColumnFacts,
    holding: ReadonlyMap<number, ReadonlySet<number>> = new Map(),
  ) {
    this.#facts = facts
    this.#views = views
    this.#tables = tables
    this.#holding = holding
  }

  notNull(relation: number, columnNumber: number): boolean {
    const view = this.#views.get(relation)
    if (view === undefined) return this.#tables.notNull(relation, columnNumber)
    return this.nullableColumns(relation, view)[columnNumber - 1] === false
  }

  nullableColumns(relation: number, view: ViewTree): readonly boolean[] {
    const judged = this.#judged.get(relation)
    if (judged !== undefined) return judged
    // Views refer to each other in no circle; should they ever, everything in it can be NULL.
    this.#judged.set(relation, [])
    const holding = this.#holding.get(relation)
    const byQuery = view.query === undefined ? [] : nullableColumnsOf(view.query, { facts: this.#facts, columns: this })
    const nullable = byQuery.map((each, index) => each || holding?.has(index) === true)
    this.#judged.set(relation, nullable)
    return nullable
  }
}

/**
 * The rows of a materialized view are as old as its last refresh, and may hold what its tables refuse by now. So of what rests on
 * its tables, the rows themselves are asked.
 */
async function readHolding(
  run: QueryRunner,
  facts: ServerFacts,
  views: ViewTrees,
  tables: ColumnFacts,
): Promise<Map<number, ReadonlySet<number>>> {
  const proved = new ViewColumns(facts, views, tables)
  const always = new ViewColumns(facts, views, { notNull: () => false })
  const holding = new Map<number, ReadonlySet<number>>()
  for (const [relation, view] of views) {
    if (!view.populated) continue
    const byItself = always.nullableColumns(relation, view)
    const resting = proved.nullableColumns(relation, view).flatMap((nullable, index) => {
      return nullable || byItself[index] === false ? [] : [index]
    })
    if (resting.length > 0) holding.set(relation, await columnsHoldingNull(run, relation, resting))
  }
  return holding
}

/** Which columns, by their positions, hold NULL; all of them where that may not be asked. */
async function columnsHoldingNull(
  run: QueryRunner,
  relation: number,
  columns: readonly number[],
): Promise<ReadonlySet<number>> {
  const names = await run(COLUMN_NAMES, [String(relation), `{${columns.map((column) => column + 1).join(',')}}`])
  const [first] = names
  if (first === undefined || names.length !== columns.length) return new Set(columns)
  // A composite IS NULL as soon as all of its fields are; num_nulls asks about the value itself.
  const asked = names.map(
    (row, index) => `bool_or(pg_catalog.num_nulls(${textIn(row, 'name')}) = 1)::text as c${index}`,
  )
  const [answer] = await run(`select ${asked.join(', ')} from ${textIn(first, 'relation')}`, [])
  return new Set(columns.filter((_column, index) => answer?.[`c${index}`] === 'true'))
}

const COLUMN_NAMES = `
  select pg_catalog.quote_ident(a.attname) as name,
    pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) as relation
  from pg_catalog.pg_attribute a
    join pg_catalog.pg_class c on c.oid = a.attrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where a.attrelid = $1::oid and a.attnum = any($2::int2[])
    and pg_catalog.has_schema_privilege(n.oid, 'usage')
    and pg_catalog.has_column_privilege(c.oid, a.attnum, 'select')
  order by a.attnum`
