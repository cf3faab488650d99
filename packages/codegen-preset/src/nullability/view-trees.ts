/** The queries of views and materialized views, as the server has analysed them. */
import { readNodeTree, type TreeNode } from './node-tree.ts'
import { numberIn, type QueryRow, type QueryRunner, textIn } from './query-runner.ts'
import { relationsOf } from './relations-of.ts'
import { asNode, isList } from './tree-fields.ts'

export interface ViewTree {
  /** Undefined for one that cannot be read. */
  readonly query: TreeNode | undefined
  /** Whether rows are stored, which were made by the query at another time. */
  readonly populated: boolean
}

/** By the views' OIDs. */
export type ViewTrees = ReadonlyMap<number, ViewTree>

/** Trees are fetched in parts of so many. */
const VIEWS_PER_QUERY = 200

/** Of the views among the relations, and of all views below them. */
export async function readViewTrees(run: QueryRunner, relations: readonly number[]): Promise<ViewTrees> {
  const views = new Map<number, ViewTree>()
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

function viewOf(row: QueryRow): ViewTree {
  const reading = readNodeTree(textIn(row, 'tree'))
  const actions = reading.readable && isList(reading.value) ? reading.value : []
  const query = actions.length === 1 ? asNode(actions[0]) : undefined
  return { query, populated: textIn(row, 'populated') === 'true' }
}

function isView(kind: string): boolean {
  return kind === 'v' || kind === 'm'
}

function partsOf<Item>(items: readonly Item[], size: number): Item[][] {
  const parts: Item[][] = []
  for (let at = 0; at < items.length; at += size) parts.push(items.slice(at, at + size))
  return parts
}
