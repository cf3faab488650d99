import type { TreeNode } from './node-tree.ts'
import { integerOf, isNothing, nodeOf, nodesOf, saysFalse, saysTrue, textOf } from './tree-fields.ts'

/** A query among the queries that it stands in, to which its columns and CTEs may refer. */
export interface QueryLevel {
  readonly query: TreeNode
  readonly parent: QueryLevel | undefined
  /** See {@link columnKey}: what the query's own conditions let through only with a value. */
  readonly proved: ReadonlySet<string>
  /**
   * Whether grouping sets make NULL of anything that is grouped by, without a mark on it. From 18 on, what is grouped by is a range
   * table entry of its own, and its columns bear the mark.
   */
  readonly nulledByGrouping: boolean
}

/** How a query says what it does. */
export const SELECT = 1
export const UPDATE = 2
export const INSERT = 3
export const DELETE = 4
export const MERGE = 5

export function commandOf(query: TreeNode): number | undefined {
  return integerOf(query, 'commandType')
}

/** The level that is `up` levels above. */
export function levelAbove(level: QueryLevel, up: number | undefined): QueryLevel | undefined {
  if (up === undefined || up < 0) return undefined
  let found: QueryLevel | undefined = level
  for (let count = 0; count < up; count++) found = found?.parent
  return found
}

/** An entry of a query's range table, counted from 1. */
export function rangeTableEntry(query: TreeNode, index: number | undefined): TreeNode | undefined {
  return index === undefined ? undefined : nodesOf(query, 'rtable')?.[index - 1]
}

/** What a query gives: its targets in their order, without what is there only to sort by; or those of its RETURNING. */
export function targetsOf(query: TreeNode): readonly TreeNode[] | undefined {
  const targets = nodesOf(query, commandOf(query) === SELECT ? 'targetList' : 'returningList')
  if (targets?.some(({ tag }) => tag !== 'TARGETENTRY')) return undefined
  return targets?.filter((target) => textOf(target, 'resjunk') !== 'true')
}

/** A column as it is behind certain joins: with another set of outer joins above it, it is another. Undefined for what is none. */
export function columnKey(variable: TreeNode): string | undefined {
  const joins = variable.fields.get('varnullingrels')
  if (variable.tag !== 'VAR' || !Array.isArray(joins)) return undefined
  return `${textOf(variable, 'varno')}.${textOf(variable, 'varattno')} ${joins.join(' ')}`
}

/** The top of the joins of a query; undefined where there is none. */
export function joinTree(query: TreeNode): TreeNode | undefined {
  const tree = nodeOf(query, 'jointree')
  return tree?.tag === 'FROMEXPR' ? tree : undefined
}

/** Whether a query gives exactly one row, whatever there is in its tables: without FROM, or by aggregates without GROUP BY. */
export function givesOneRow(query: TreeNode): boolean {
  const tree = joinTree(query)
  const plain =
    commandOf(query) === SELECT &&
    saysFalse(query, 'hasTargetSRFs') &&
    ['setOperations', 'limitCount', 'limitOffset', 'havingQual', 'groupClause', 'groupingSets'].every((field) =>
      isNothing(query, field),
    )
  if (!plain || tree === undefined) return false
  return saysTrue(query, 'hasAggs') || (isNothing(tree, 'fromlist') && isNothing(tree, 'quals'))
}
