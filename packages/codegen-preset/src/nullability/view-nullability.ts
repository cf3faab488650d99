import type { ColumnFacts } from './judge.ts'
import { readNodeTree, type TreeNode } from './node-tree.ts'
import { nullableColumnsOf } from './query-nullability.ts'
import { numberIn, type QueryRow, type QueryRunner, textIn } from './query-runner.ts'
import { relationsOf } from './relations-of.ts'
import { type ServerFacts, UNDERSTOOD_VERSIONS } from './server-facts.ts'
import { asNode, isList } from './tree-fields.ts'

/** Finds out which columns of tables, partitioned and foreign tables hold no NULL. */
export type TableFactsReader = (relations: readonly number[]) => Promise<ColumnFacts>

/** Trees of views are fetched in parts of so many. */
const VIEWS_PER_QUERY = 200

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
  const views = UNDERSTOOD_VERSIONS.includes(facts.majorVersion)
    ? await readViews(run, relations)
    : new Map<number, View>()
  const below = [...views.values()].flatMap(({ query }) => (query === undefined ? [] : relationsOf(query)))
  const tables = new Set([...relations, ...below.map(({ oid }) => oid)].filter((oid) => !views.has(oid)))
  const tableFacts = await readTableFacts([...tables])
  return new ViewColumns(facts, views, tableFacts, await readHolding(run, facts, views, tableFacts))
}

interface View {
  /** Undefined for one that cannot be read. */
  readonly query: TreeNode | undefined
  /** Whether rows are stored, which were made by the query at another time. */
  readonly populated: boolean
}

async function readViews(run: QueryRunner, relations: readonly number[]): Promise<Map<number, View>> {
  const views = new Map<number, View>()
  let wanted = new Set(relations)
  while (wanted.size > 0) {
    const next = new Set<number>()
    for (const part of partsOf([...wanted], VIEWS_PER_QUERY)) {
      for (const row of await run(VIEWS, [`{${part.join(',')}}`])) {
        const view = viewOf(row)
        views.set(numberIn(row, 'oid'), view)
        if (view.query !== undefined)
          for (const { oid, kind } of relationsOf(view.query)) if (isView(kind)) next.add(oid)
      }
    }
    wanted = new Set([...next].filter((oid) => !views.has(oid)))
  }
  return views
}

const VIEWS = `
  select c.oid::text as oid, r.ev_action::text as tree, (c.relkind = 'm' and c.relispopulated)::text as populated
  from pg_catalog.pg_class c join pg_catalog.pg_rewrite r on r.ev_class = c.oid and r.ev_type = '1'
  where c.oid = any($1::oid[]) and c.relkind in ('v', 'm')`

function viewOf(row: QueryRow): View {
  const reading = readNodeTree(textIn(row, 'tree'))
  const actions = reading.readable && isList(reading.value) ? reading.value : []
  const query = actions.length === 1 ? asNode(actions[0]) : undefined
  return { query, populated: textIn(row, 'populated') === 'true' }
}

function isView(kind: string): boolean {
  return kind === 'v' || kind === 'm'
}

class ViewColumns implements ColumnFacts {
  readonly #facts: ServerFacts
  readonly #views: ReadonlyMap<number, View>
  readonly #tables: ColumnFacts
  readonly #judged = new Map<number, readonly boolean[]>()
  /** Of materialized views, by their columns' positions, which hold NULL as they are now. */
  readonly #holding: ReadonlyMap<number, ReadonlySet<number>>

  constructor(
    facts: ServerFacts,
    views: ReadonlyMap<number, View>,
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

  nullableColumns(relation: number, view: View): readonly boolean[] {
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
  views: ReadonlyMap<number, View>,
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

function partsOf<Item>(items: readonly Item[], size: number): Item[][] {
  const parts: Item[][] = []
  for (let at = 0; at < items.length; at += size) parts.push(items.slice(at, at + size))
  return parts
}
