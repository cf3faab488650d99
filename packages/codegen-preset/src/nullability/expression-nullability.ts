import type { Judge } from './judge.ts'
import type { TreeNode } from './node-tree.ts'
import { givesOneRow, type QueryLevel } from './query-level.ts'
import type { KnownFunction } from './server-facts.ts'
import { integerOf, isNothing, nodeOf, nodesOf, saysFalse, saysTrue, textOf } from './tree-fields.ts'
import { variableCanBeNull } from './variable-nullability.ts'

type ExpressionRule = (judge: Judge, expression: TreeNode, level: QueryLevel) => boolean

/** By node, whether an expression can be NULL. Any other node: it can. */
const EXPRESSION_RULES: Readonly<Record<string, ExpressionRule>> = {
  VAR: variableCanBeNull,
  CONST: (_judge, expression) => !saysFalse(expression, 'constisnull'),
  PARAM: (judge, expression) =>
    textOf(expression, 'paramkind') !== '0' || !judge.notNullParameters.has(integerOf(expression, 'paramid') ?? 0),

  FUNCEXPR: functionCall,
  OPEXPR: (judge, expression, level) =>
    !saysFalse(expression, 'opretset') || !operator(judge, expression) || anyArgument(judge, expression, level),
  // The operator is asked only about two values; without a NULL in what it says, there is none in what this says.
  DISTINCTEXPR: (judge, expression) => !operator(judge, expression),
  SCALARARRAYOPEXPR: amongElements,
  BOOLEXPR: anyArgument,
  NULLTEST: never,
  BOOLEANTEST: never,

  CASEEXPR: (judge, expression, level) => {
    const branches = nodesOf(expression, 'args')
    if (branches === undefined) return true
    const results = branches.map((branch) => nodeOf(branch, 'result'))
    return [...results, nodeOf(expression, 'defresult')].some((result) => judge.canBeNull(result, level))
  },
  COALESCEEXPR: everyArgument,
  MINMAXEXPR: everyArgument,

  ROWEXPR: never,
  ARRAYEXPR: never,
  NAMEDARGEXPR: argument,
  RELABELTYPE: argument,
  // The server takes a NULL from a type's output or input function for an error.
  COERCEVIAIO: argument,
  ARRAYCOERCEEXPR: argument,
  CONVERTROWTYPEEXPR: argument,
  COERCETODOMAIN: argument,
  COLLATEEXPR: argument,

  SUBLINK: sublink,
  AGGREF: aggregate,
  GROUPINGFUNC: never,
  WINDOWFUNC: windowFunction,

  // CURRENT_SCHEMA, the last of them, is NULL where the search path leads nowhere.
  SQLVALUEFUNCTION: (_judge, expression) => (integerOf(expression, 'op') ?? CURRENT_SCHEMA) >= CURRENT_SCHEMA,
  // merge_action()
  MERGESUPPORTFUNC: never,
}

const CURRENT_SCHEMA = 14

/** What no grouping set can make NULL of, because it cannot be grouped by. */
const NEVER_GROUPED_BY = ['AGGREF', 'GROUPINGFUNC', 'WINDOWFUNC']

export function expressionCanBeNull(judge: Judge, expression: TreeNode, level: QueryLevel): boolean {
  if (level.nulledByGrouping && !NEVER_GROUPED_BY.includes(expression.tag)) return true
  return EXPRESSION_RULES[expression.tag]?.(judge, expression, level) ?? true
}

function never(): boolean {
  return false
}

function argument(judge: Judge, expression: TreeNode, level: QueryLevel): boolean {
  return judge.canBeNull(nodeOf(expression, 'arg'), level)
}

function anyArgument(judge: Judge, expression: TreeNode, level: QueryLevel): boolean {
  return nodesOf(expression, 'args')?.some((each) => judge.canBeNull(each, level)) ?? true
}

function everyArgument(judge: Judge, expression: TreeNode, level: QueryLevel): boolean {
  return nodesOf(expression, 'args')?.every((each) => judge.canBeNull(each, level)) ?? true
}

/** Whether it is an operator that gives a value for values. */
function operator(judge: Judge, expression: TreeNode): boolean {
  return judge.facts.operators.has(integerOf(expression, 'opno') ?? 0)
}

function knownFunction(judge: Judge, expression: TreeNode, field: string): KnownFunction | undefined {
  return judge.facts.functions.get(integerOf(expression, field) ?? 0)
}

function functionCall(judge: Judge, expression: TreeNode, level: QueryLevel): boolean {
  const known = knownFunction(judge, expression, 'funcid')
  // Of several functions that return sets, the shorter ones are filled up with NULL.
  if (known === undefined || !saysFalse(expression, 'funcretset')) return true
  if (known.valueWhen === 'always' && !known.strict) return !saysFalse(expression, 'funcvariadic')
  if (known.valueWhen === 'always' || known.valueWhen === 'for values') return anyArgument(judge, expression, level)
  return true
}

/** `x in (1, 2)` */
function amongElements(judge: Judge, expression: TreeNode, level: QueryLevel): boolean {
  const [value, array] = nodesOf(expression, 'args') ?? []
  if (array?.tag !== 'ARRAYEXPR' || !saysFalse(array, 'multidims') || !operator(judge, expression)) return true
  const elements = nodesOf(array, 'elements')
  return elements === undefined || [value, ...elements].some((each) => judge.canBeNull(each, level))
}

function sublink(judge: Judge, expression: TreeNode, level: QueryLevel): boolean {
  const kind = SUBLINK_KINDS[textOf(expression, 'subLinkType') ?? '']
  if (kind === 'EXISTS' || kind === 'ARRAY') return false
  const query = nodeOf(expression, 'subselect')
  if (kind !== 'EXPR' || query === undefined || !givesOneRow(query)) return true
  return judge.nullableColumns(query, level)[0] ?? true
}

const SUBLINK_KINDS: Readonly<Record<string, string>> = { 0: 'EXISTS', 4: 'EXPR', 6: 'ARRAY' }

function aggregate(judge: Judge, expression: TreeNode, level: QueryLevel): boolean {
  const known = knownFunction(judge, expression, 'aggfnoid')
  if (known === undefined || textOf(expression, 'aggkind') !== 'n') return true
  if (known.valueWhen === 'always') return false
  // A group has at least one row; all rows together may be none, as may be those that FILTER leaves.
  const { query } = level
  const ofGroups = nodesOf(query, 'groupClause')?.length !== 0 && isNothing(query, 'groupingSets')
  if (!ofGroups || textOf(expression, 'agglevelsup') !== '0' || !isNothing(expression, 'aggfilter')) return true
  if (known.valueWhen === 'for rows') return false
  const args = nodesOf(expression, 'args')
  if (known.valueWhen !== 'for rows of values' || args === undefined) return true
  return args.some((each) => textOf(each, 'resjunk') !== 'true' && judge.canBeNull(nodeOf(each, 'expr'), level))
}

function windowFunction(judge: Judge, expression: TreeNode, level: QueryLevel): boolean {
  const known = knownFunction(judge, expression, 'winfnoid')
  if (known === undefined) return true
  if (known.valueWhen === 'always') return false
  if (!saysTrue(expression, 'winagg')) return known.valueWhen !== 'for values' || anyArgument(judge, expression, level)
  if (!isNothing(expression, 'aggfilter') || !frameHasItsRow(expression, level)) return true
  if (known.valueWhen === 'for rows') return false
  return known.valueWhen !== 'for rows of values' || anyArgument(judge, expression, level)
}

// FRAMEOPTION_ of the server's parsenodes.h.
const STARTS_AT_OR_BEFORE_ITS_ROW = 0x20 | 0x2_00
const ENDS_AT_OR_BEHIND_ITS_ROW = 0x1_00 | 0x4_00
const EXCLUDES = 0x80_00 | 0x1_00_00 | 0x2_00_00

/** Whether the row that a window function is asked about is among those that it looks at. */
function frameHasItsRow(expression: TreeNode, level: QueryLevel): boolean {
  const window = nodesOf(level.query, 'windowClause')?.find(
    (each) => textOf(each, 'winref') === textOf(expression, 'winref'),
  )
  const frame = window === undefined ? 0 : (integerOf(window, 'frameOptions') ?? 0)
  return (
    (frame & STARTS_AT_OR_BEFORE_ITS_ROW) !== 0 && (frame & ENDS_AT_OR_BEHIND_ITS_ROW) !== 0 && (frame & EXCLUDES) === 0
  )
}
