import type { TreeNode } from './node-tree.ts'
import { rangeTableEntry, targetsOf } from './query-level.ts'
import { integerOf, nodeOf, textOf } from './tree-fields.ts'

/** A column of a relation. */
export interface ColumnSource {
  readonly relation: number
  readonly columnNumber: number
}

const RELATION_ENTRY = '0'

/** For each column that a query gives, the column that it shows as it is; undefined for what is made of others. */
export function columnSourcesOf(query: TreeNode): readonly (ColumnSource | undefined)[] {
  // Behind UNION and its like the targets are those of the first part.
  if (nodeOf(query, 'setOperations') !== undefined) return []
  return (targetsOf(query) ?? []).map((target) => sourceOf(query, nodeOf(target, 'expr')))
}

function sourceOf(query: TreeNode, expression: TreeNode | undefined): ColumnSource | undefined {
  if (expression?.tag !== 'VAR' || integerOf(expression, 'varlevelsup') !== 0) return undefined
  const entry = rangeTableEntry(query, integerOf(expression, 'varno'))
  if (entry === undefined || textOf(entry, 'rtekind') !== RELATION_ENTRY) return undefined
  const relation = integerOf(entry, 'relid')
  const columnNumber = integerOf(expression, 'varattno')
  if (relation === undefined || columnNumber === undefined || columnNumber < 1) return undefined
  return { relation, columnNumber }
}
