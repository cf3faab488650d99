import type { Judge } from './judge.ts'
import type { TreeNode } from './node-tree.ts'
import {
  columnKey,
  commandOf,
  DELETE,
  INSERT,
  levelAbove,
  MERGE,
  type QueryLevel,
  rangeTableEntry,
  SELECT,
  UPDATE,
} from './query-level.ts'
import {
  asNode,
  integerOf,
  isList,
  isNothing,
  listOf,
  nodeOf,
  nodesOf,
  saysFalse,
  saysTrue,
  textOf,
} from './tree-fields.ts'

type EntryRule = (judge: Judge, entry: TreeNode, column: number, level: QueryLevel, variable: TreeNode) => boolean

/** By `rtekind`, how to tell whether a column of an entry can be NULL. Any other kind: it can. */
const ENTRY_RULES: Readonly<Record<string, EntryRule>> = {
  0: relationColumn,
  1: (judge, entry, column, level) => {
    const query = nodeOf(entry, 'subquery')
    return query === undefined || (judge.nullableColumns(query, level)[column - 1] ?? true)
  },
  2: (judge, entry, column, level) => judge.canBeNull(asNode(listOf(entry, 'joinaliasvars')?.[column - 1]), level),
  3: functionColumn,
  5: valuesColumn,
  6: cteColumn,
  9: (judge, entry, column, level) => judge.canBeNull(asNode(listOf(entry, 'groupexprs')?.[column - 1]), level),
}

/** Whether a column of something in FROM can be NULL, of this query or of one that it stands in. */
export function variableCanBeNull(judge: Judge, variable: TreeNode, from: QueryLevel): boolean {
  const level = levelAbove(from, integerOf(variable, 'varlevelsup'))
  if (level === undefined || level.nulledByGrouping) return true
  const key = columnKey(variable)
  if (key === undefined) return true
  if (level.proved.has(key)) return false
  // An outer join that does not find its other side makes NULL of it.
  if (!isNothing(variable, 'varnullingrels')) return true

  const entry = rangeTableEntry(level.query, integerOf(variable, 'varno'))
  const column = integerOf(variable, 'varattno')
  if (entry?.tag !== 'RANGETBLENTRY' || column === undefined) return true
  const kind = textOf(entry, 'rtekind') ?? ''
  if (kind !== '0' && (column <= 0 || commandOf(level.query) === MERGE)) return true
  return ENTRY_RULES[kind]?.(judge, entry, column, level, variable) ?? true
}

/** Of these, a row always has its place and its table. */
const STORED_KINDS = ['r', 'p', 'm']

function relationColumn(judge: Judge, entry: TreeNode, column: number, level: QueryLevel, variable: TreeNode): boolean {
  const relation = integerOf(entry, 'relid')
  const kind = textOf(entry, 'relkind') ?? ''
  if (relation === undefined) return true
  const command = commandOf(level.query)
  if (command !== SELECT) {
    if (integerOf(level.query, 'resultRelation') === integerOf(variable, 'varno')) {
      // A trigger or a rule can return what it likes in the place of a view's row, and a rule of a table's.
      if (!STORED_KINDS.includes(kind) || judge.facts.relationsWithRules.has(relation)) return true
      if (!returnedIsThere(command, variable)) return true
    } else if (command === MERGE) {
      // Where a row of the target is not matched by the source, there is no row of the source.
      return true
    }
  }
  if (column > 0) return !judge.columns.notNull(relation, column)
  // A row is not NULL, whatever is in it.
  return column < 0 && !STORED_KINDS.includes(kind)
}

/** Whether the row that RETURNING means is there: the default one always is, OLD and NEW (from 18 on) are not. */
function returnedIsThere(command: number | undefined, variable: TreeNode): boolean {
  const which = textOf(variable, 'varreturningtype') ?? '0'
  if (which === '0') return command === INSERT || command === UPDATE || command === DELETE || command === MERGE
  if (which === '1') return command === UPDATE || command === DELETE
  return which === '2' && (command === UPDATE || command === INSERT)
}

function functionColumn(judge: Judge, entry: TreeNode, column: number, level: QueryLevel): boolean {
  const functions = nodesOf(entry, 'functions')
  if (functions === undefined) return true
  const counts = functions.map((each) => integerOf(each, 'funccolcount') ?? Number.NaN)
  const columns = counts.reduce((sum, count) => sum + count, 0)
  // WITH ORDINALITY: the number of the row.
  if (column === columns + 1) return !saysTrue(entry, 'funcordinality')
  // Several functions have as many rows as the longest of them.
  const expression = functions.length === 1 && functions[0] !== undefined ? nodeOf(functions[0], 'funcexpr') : undefined
  if (columns !== 1 || column !== 1 || expression === undefined) return true
  if (expression.tag === 'FUNCEXPR' && saysTrue(expression, 'funcretset')) {
    return judge.facts.functions.get(integerOf(expression, 'funcid') ?? 0)?.valueWhen !== 'in each row'
  }
  return judge.canBeNull(expression, level)
}

function valuesColumn(judge: Judge, entry: TreeNode, column: number, level: QueryLevel): boolean {
  const rows = listOf(entry, 'values_lists') ?? []
  return rows.length === 0 || rows.some((row) => !isList(row) || judge.canBeNull(asNode(row[column - 1]), level))
}

function cteColumn(judge: Judge, entry: TreeNode, column: number, level: QueryLevel): boolean {
  const defined = levelAbove(level, integerOf(entry, 'ctelevelsup'))
  const name = textOf(entry, 'ctename')
  if (defined === undefined || name === undefined) return true
  const ctes = nodesOf(defined.query, 'cteList')?.filter((cte) => textOf(cte, 'ctename') === name) ?? []
  const [cte] = ctes
  if (
    cte === undefined ||
    ctes.length > 1 ||
    !(saysTrue(entry, 'self_reference') || saysFalse(entry, 'self_reference'))
  )
    return true
  return judge.nullableColumnsOfCte(cte, defined)[column - 1] ?? true
}
