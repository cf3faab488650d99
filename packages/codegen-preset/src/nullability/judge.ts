import type { TreeNode } from './node-tree.ts'
import type { QueryLevel } from './query-level.ts'
import type { ServerFacts } from './server-facts.ts'

/** What the caller has found out about the columns of relations: tables by their constraints, views by their own queries. */
export interface ColumnFacts {
  /** Whether it is proved that no NULL can be read from a column. */
  notNull(relation: number, columnNumber: number): boolean
}

/** What the rules about expressions, columns and queries need of one another. */
export interface Judge {
  readonly facts: ServerFacts
  readonly columns: ColumnFacts
  readonly notNullParameters: ReadonlySet<number>
  /** Whether an expression can be NULL; true for what is not understood, and for what is not there. */
  canBeNull(expression: TreeNode | undefined, level: QueryLevel): boolean
  /** For each column that a query gives, whether it can be NULL. A column that is not in it can. */
  nullableColumns(query: TreeNode, parent: QueryLevel | undefined): readonly boolean[]
  /** The same of a CTE, as it is where it is referred to. */
  nullableColumnsOfCte(cte: TreeNode, level: QueryLevel): readonly boolean[]
}
