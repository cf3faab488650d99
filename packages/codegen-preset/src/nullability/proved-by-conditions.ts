import type { TreeNode } from './node-tree.ts'
import { columnKey, commandOf, joinTree, rangeTableEntry, SELECT } from './query-level.ts'
import type { ServerFacts } from './server-facts.ts'
import { asNode, integerOf, listOf, nodeOf, nodesOf, saysFalse, saysTrue, textOf } from './tree-fields.ts'

const INNER_JOIN = '0'
const STORED_KINDS = ['r', 'p', 'm']

/**
 * The columns, by their keys, that the WHERE of a query and the conditions of its inner joins let through only with a value: by
 * `IS NOT NULL`, or inside a strict function whose result has to be true. Only columns of stored relations, which are the same
 * each time that one looks; and only of a SELECT, because what RETURNING returns was written behind the condition.
 */
export function provedByConditions(query: TreeNode, facts: ServerFacts): ReadonlySet<string> {
  const proved = new Set<string>()
  const top = joinTree(query)
  if (top === undefined || commandOf(query) !== SELECT) return proved

  const conditions: TreeNode[] = []
  const pending = [top]
  for (let each = pending.pop(); each !== undefined; each = pending.pop()) {
    const filters = each.tag === 'FROMEXPR' || (each.tag === 'JOINEXPR' && textOf(each, 'jointype') === INNER_JOIN)
    const condition = filters ? nodeOf(each, 'quals') : undefined
    if (condition !== undefined) conditions.push(condition)
    const below = each.tag === 'FROMEXPR' ? listOf(each, 'fromlist') : [nodeOf(each, 'larg'), nodeOf(each, 'rarg')]
    for (const item of below ?? []) {
      const node = asNode(item)
      if (node !== undefined) pending.push(node)
    }
  }

  for (let each = conditions.pop(); each !== undefined; each = conditions.pop()) {
    const args = nodesOf(each, 'args') ?? []
    if (each.tag === 'BOOLEXPR' && textOf(each, 'boolop') === 'and') conditions.push(...args)
    else if (each.tag === 'NULLTEST' && textOf(each, 'nulltesttype') === '1') addStrict(nodeOf(each, 'arg'))
    else if (each.tag === 'SCALARARRAYOPEXPR' && saysTrue(each, 'useOr') && strictOperator(each)) addStrict(args[0])
    else addStrict(each)
  }
  return proved

  /** Adds what has to have a value for an expression to have one. */
  function addStrict(expression: TreeNode | undefined): void {
    if (expression === undefined) return
    if (expression.tag === 'VAR') {
      const key = columnKey(expression)
      if (key !== undefined && isStored(expression)) proved.add(key)
    } else if (expression.tag === 'RELABELTYPE' || expression.tag === 'COERCEVIAIO') {
      addStrict(nodeOf(expression, 'arg'))
    } else if (
      (expression.tag === 'OPEXPR' && strictOperator(expression) && saysFalse(expression, 'opretset')) ||
      (expression.tag === 'FUNCEXPR' && strictFunction(expression) && saysFalse(expression, 'funcretset'))
    ) {
      for (const argument of nodesOf(expression, 'args') ?? []) addStrict(argument)
    }
  }

  function strictOperator(expression: TreeNode): boolean {
    return facts.operators.get(integerOf(expression, 'opno') ?? 0)?.strict === true
  }

  function strictFunction(expression: TreeNode): boolean {
    return facts.functions.get(integerOf(expression, 'funcid') ?? 0)?.strict === true
  }

  function isStored(variable: TreeNode): boolean {
    const entry = rangeTableEntry(query, integerOf(variable, 'varno'))
    return (
      integerOf(variable, 'varlevelsup') === 0 &&
      entry !== undefined &&
      textOf(entry, 'rtekind') === '0' &&
      STORED_KINDS.includes(textOf(entry, 'relkind') ?? '')
    )
  }
}
