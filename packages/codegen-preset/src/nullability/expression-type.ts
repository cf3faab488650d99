import type { TreeNode } from './node-tree.ts'
import { integerOf, nodeOf, textOf } from './tree-fields.ts'

const BOOL = 16
const INT4 = 23

/** By node, the field that has the type's OID, or the type itself. */
const TYPES: Readonly<Record<string, string | number>> = {
  VAR: 'vartype',
  CONST: 'consttype',
  PARAM: 'paramtype',
  FUNCEXPR: 'funcresulttype',
  OPEXPR: 'opresulttype',
  DISTINCTEXPR: 'opresulttype',
  NULLIFEXPR: 'opresulttype',
  SCALARARRAYOPEXPR: BOOL,
  BOOLEXPR: BOOL,
  NULLTEST: BOOL,
  BOOLEANTEST: BOOL,
  ROWCOMPAREEXPR: BOOL,
  JSONISPREDICATE: BOOL,
  CASEEXPR: 'casetype',
  CASE: 'casetype',
  COALESCEEXPR: 'coalescetype',
  COALESCE: 'coalescetype',
  MINMAXEXPR: 'minmaxtype',
  MINMAX: 'minmaxtype',
  ROWEXPR: 'row_typeid',
  ROW: 'row_typeid',
  ARRAYEXPR: 'array_typeid',
  ARRAY: 'array_typeid',
  RELABELTYPE: 'resulttype',
  COERCEVIAIO: 'resulttype',
  ARRAYCOERCEEXPR: 'resulttype',
  CONVERTROWTYPEEXPR: 'resulttype',
  COERCETODOMAIN: 'resulttype',
  FIELDSELECT: 'resulttype',
  SUBSCRIPTINGREF: 'refrestype',
  AGGREF: 'aggtype',
  WINDOWFUNC: 'wintype',
  GROUPINGFUNC: INT4,
  GROUPING: INT4,
  SQLVALUEFUNCTION: 'type',
  MERGESUPPORTFUNC: 'msftype',
}

/** The OID of an expression's type; undefined where the tree does not say it. */
export function typeOfExpression(expression: TreeNode | undefined): number | undefined {
  if (expression === undefined) return undefined
  if (expression.tag === 'COLLATEEXPR' || expression.tag === 'COLLATE')
    return typeOfExpression(nodeOf(expression, 'arg'))
  if (expression.tag === 'SUBLINK')
    return ['0', '1', '2', '3'].includes(textOf(expression, 'subLinkType') ?? '') ? BOOL : undefined
  const type = TYPES[expression.tag]
  return typeof type === 'string' ? integerOf(expression, type) : type
}
