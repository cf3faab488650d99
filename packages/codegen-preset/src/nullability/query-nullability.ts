import { expressionCanBeNull } from './expression-nullability.ts'
import { typeOfExpression } from './expression-type.ts'
import type { ColumnFacts, Judge } from './judge.ts'
import type { TreeNode } from './node-tree.ts'
import { provedByConditions } from './proved-by-conditions.ts'
import { type QueryLevel, rangeTableEntry, targetsOf } from './query-level.ts'
import { FIRST_OID_OF_OTHERS, type ServerFacts, UNDERSTOOD_VERSIONS } from './server-facts.ts'
import { integerOf, isNothing, listOf, nodeOf, nodesOf, saysTrue, textOf } from './tree-fields.ts'

export interface QueryNullabilityOptions {
  readonly facts: ServerFacts
  readonly columns: ColumnFacts
  /** The numbers of the parameters that are never NULL. */
  readonly notNullParameters?: ReadonlySet<number>
}

/** Expressions looked at for one query, and how deep in one another; what is beyond can be NULL. */
const MAX_EXPRESSIONS = 1_000_000
const MAX_DEPTH = 400

const NO_PARAMETERS: ReadonlySet<number> = new Set()
const INTERSECT = '2'
const EXCEPT = '3'

/**
 * Whether each column that an analysed query gives can be NULL: false only where it is proved that it cannot. It relies on what
 * PostgreSQL, from 16 on, notes at each column: the outer joins that can make NULL of it.
 */
export function nullableColumnsOf(query: TreeNode, options: QueryNullabilityOptions): readonly boolean[] {
  if (query.tag !== 'QUERY') return []
  if (!UNDERSTOOD_VERSIONS.includes(options.facts.majorVersion)) return (targetsOf(query) ?? []).map(() => true)
  return new QueryJudge(options).nullableColumns(query, undefined)
}

class QueryJudge implements Judge {
  readonly facts: ServerFacts
  readonly columns: ColumnFacts
  readonly notNullParameters: ReadonlySet<number>
  #expressions = 0
  #depth = 0
  /** Of queries that were judged already. */
  #judged = new Map<TreeNode, readonly boolean[]>()
  /** Of recursive CTEs, while they are judged. */
  readonly #assumed = new Map<TreeNode, readonly boolean[]>()

  constructor(options: QueryNullabilityOptions) {
    this.facts = options.facts
    this.columns = options.columns
    this.notNullParameters = options.notNullParameters ?? NO_PARAMETERS
  }

  canBeNull(expression: TreeNode | undefined, level: QueryLevel): boolean {
    if (expression === undefined || this.#depth >= MAX_DEPTH || ++this.#expressions > MAX_EXPRESSIONS) return true
    this.#depth++
    const nullable = expressionCanBeNull(this, expression, level)
    this.#depth--
    return nullable
  }

  nullableColumns(query: TreeNode, parent: QueryLevel | undefined): readonly boolean[] {
    const judged = this.#judged.get(query)
    if (judged !== undefined) return judged
    const targets = query.tag === 'QUERY' ? targetsOf(query) : undefined
    if (targets === undefined) return []
    const level = this.#levelOf(query, parent)
    const operations = nodeOf(query, 'setOperations')
    const nullable =
      operations === undefined
        ? targets.map((target) => this.#targetCanBeNull(target, level))
        : targets.map((_target, index) => this.#combinedCanBeNull(operations, index, level))
    this.#judged.set(query, nullable)
    return nullable
  }

  nullableColumnsOfCte(cte: TreeNode, level: QueryLevel): readonly boolean[] {
    const query = nodeOf(cte, 'ctequery')
    if (query === undefined) return []
    const assumed = this.#assumed.get(query)
    if (assumed !== undefined) return assumed
    if (!saysTrue(cte, 'cterecursive') || this.#judged.has(query)) return this.nullableColumns(query, level)
    return this.#fixpoint(query, level)
  }

  /** A recursive CTE has no NULL if it gives none as long as it is given none by itself: each of its rows comes of earlier ones. */
  #fixpoint(query: TreeNode, level: QueryLevel): readonly boolean[] {
    let assumption: readonly boolean[] = (targetsOf(query) ?? []).map(() => false)
    for (;;) {
      this.#assumed.set(query, assumption)
      this.#judged = new Map()
      const found = this.nullableColumns(query, level)
      this.#assumed.delete(query)
      if (found.every((nullable, index) => !nullable || assumption[index] === true)) return assumption
      assumption = assumption.map((nullable, index) => nullable || found[index] !== false)
      // What was judged under the assumption that has failed is worth nothing.
      this.#judged = new Map()
    }
  }

  #levelOf(query: TreeNode, parent: QueryLevel | undefined): QueryLevel {
    const nulledByGrouping = this.facts.majorVersion < 18 && !isNothing(query, 'groupingSets')
    return { query, parent, proved: provedByConditions(query, this.facts), nulledByGrouping }
  }

  #targetCanBeNull(target: TreeNode, level: QueryLevel): boolean {
    const expression = nodeOf(target, 'expr')
    // A constant that is grouped by is no column of the grouping, and yet a grouping set makes NULL of it.
    if (expression?.tag !== 'VAR' && isGroupedBySets(target, level.query)) return true
    return this.canBeNull(expression, level)
  }

  /** A column of UNION, INTERSECT and EXCEPT. For them, NULLs are equal. */
  #combinedCanBeNull(operation: TreeNode, index: number, level: QueryLevel): boolean {
    if (++this.#expressions > MAX_EXPRESSIONS || this.#depth >= MAX_DEPTH) return true
    if (operation.tag !== 'SETOPERATIONSTMT') return true
    const type = listOf(operation, 'colTypes')?.[index]
    const side = (field: 'larg' | 'rarg') => {
      const operand = nodeOf(operation, field)
      if (operand === undefined) return true
      if (operand.tag !== 'RANGETBLREF') {
        const sameType = listOf(operand, 'colTypes')?.[index] === type || isOfPostgres(Number(type))
        return !sameType || this.#combinedCanBeNull(operand, index, level)
      }
      const entry = rangeTableEntry(level.query, integerOf(operand, 'rtindex'))
      const query = entry === undefined ? undefined : nodeOf(entry, 'subquery')
      if (query === undefined) return true
      const target = targetsOf(query)?.[index]
      const own = target === undefined ? undefined : typeOfExpression(nodeOf(target, 'expr'))
      // Types of others may be cast by functions of others.
      if (String(own) !== type && !isOfPostgres(Number(type))) return true
      return this.nullableColumns(query, level)[index] ?? true
    }
    this.#depth++
    try {
      const kind = textOf(operation, 'op')
      if (kind === INTERSECT) return side('larg') && side('rarg')
      if (kind === EXCEPT) return side('larg')
      return side('larg') || side('rarg')
    } finally {
      this.#depth--
    }
  }
}

function isOfPostgres(type: number): boolean {
  return type < FIRST_OID_OF_OTHERS
}

function isGroupedBySets(target: TreeNode, query: TreeNode): boolean {
  if (isNothing(query, 'groupingSets')) return false
  const reference = textOf(target, 'ressortgroupref')
  return nodesOf(query, 'groupClause')?.some((clause) => textOf(clause, 'tleSortGroupRef') === reference) ?? true
}
