import { describe, expect, test } from 'vitest'

import { readNodeTree, type TreeNode } from './node-tree.ts'
import { nullableColumnsOf } from './query-nullability.ts'
import type { ServerFacts } from './server-facts.ts'

/** A tree as written by hand: what real ones are like is told by the tests with servers. */
function tree(text: string): TreeNode {
  const reading = readNodeTree(text)
  if (!reading.readable) throw new Error(reading.reason)
  return reading.value as TreeNode
}

const facts = (majorVersion: number): ServerFacts => ({
  majorVersion,
  functions: new Map(),
  operators: new Map(),
  relationsWithRules: new Set(),
})

function nullable(text: string, majorVersion = 18): readonly boolean[] {
  return nullableColumnsOf(tree(text), { facts: facts(majorVersion), columns: { notNull: () => true } })
}

const query = (fields: string) =>
  `{QUERY :commandType 1 :cteList <> :rtable ({RANGETBLENTRY :rtekind 0 :relid 1 :relkind r}) :jointree {FROMEXPR :fromlist <> :quals <>} ${fields}}`
const target = (expression: string) => `{TARGETENTRY :expr ${expression} :resno 1 :ressortgroupref 0 :resjunk false}`
const select = (...expressions: string[]) =>
  query(`:targetList (${expressions.map(target).join(' ')}) :groupingSets <> :setOperations <>`)

const COLUMN = '{VAR :varno 1 :varattno 1 :varnullingrels (b) :varlevelsup 0}'
const ONE = '{CONST :constisnull false}'

test('a column of the table and a constant are not NULL', () => {
  expect(nullable(select(COLUMN, ONE))).toEqual([false, false])
})

test.each([14, 15, 19, 20, Number.NaN])('in version %d every column can be NULL', (version) => {
  expect(nullable(select(COLUMN, ONE), version)).toEqual([true, true])
})

describe('what is not understood can be NULL', () => {
  test.each([
    ['a node', '{SOMETHINGNEW :args <>}'],
    ['nothing', '<>'],
    ['a word', 'word'],
    ['a constant that does not say', '{CONST :consttype 23}'],
    ['a column that is nulled by a join', COLUMN.replace('(b)', '(b 2)')],
    ['a column that does not say what nulls it', COLUMN.replace(' :varnullingrels (b)', '')],
    ['a column whose nulling is no set', COLUMN.replace('(b)', 'b')],
    ['a column of an entry that is not there', COLUMN.replace(':varno 1', ':varno 2')],
    ['a column of an entry before the first', COLUMN.replace(':varno 1', ':varno 0')],
    ['a column of no number', COLUMN.replace(':varattno 1', ':varattno x')],
    ['a column of a query above, where there is none', COLUMN.replace(':varlevelsup 0', ':varlevelsup 1')],
    ['a column of a query below', COLUMN.replace(':varlevelsup 0', ':varlevelsup -1')],
    ['a function that is not known', '{FUNCEXPR :funcid 5 :funcretset false :funcvariadic false :args <>}'],
    ['a coalesce without arguments', '{COALESCEEXPR}'],
    ['a comparison with fewer arguments than it says', '{BOOLEXPR :boolop and}'],
    ['a case whose branches are no nodes', `{CASEEXPR :args (1 2) :defresult ${ONE}}`],
    ['a type change of nothing', '{RELABELTYPE :resulttype 25}'],
  ])('%s', (_title, expression) => {
    expect(nullable(select(ONE, expression))).toEqual([false, true])
  })

  test('everything of a query whose grouping sets are not there to see, before 18', () => {
    const unclear = query(`:targetList (${target(COLUMN)}) :setOperations <>`)
    expect(nullable(unclear, 17)).toEqual([true])
  })

  test('a constant that is grouped by in grouping sets', () => {
    const grouped = (reference: number) =>
      query(`:targetList (${target(ONE)}) :setOperations <> :groupingSets ({GROUPINGSET})
        :groupClause ({SORTGROUPCLAUSE :tleSortGroupRef ${reference}})`)
    expect(nullable(grouped(0))).toEqual([true])
    expect(nullable(grouped(1))).toEqual([false])
  })

  test('a set operation of an unknown kind of operand', () => {
    const operation = '{SETOPERATIONSTMT :op 1 :larg {OTHER} :rarg {OTHER} :colTypes (o 23)}'
    expect(nullable(query(`:targetList (${target(ONE)}) :groupingSets <> :setOperations ${operation}`))).toEqual([true])
  })
})

test('what is no query has no columns', () => {
  expect(nullable('{SOMETHING}')).toEqual([])
  expect(nullable('{QUERY}')).toEqual([])
  expect(nullable('{QUERY :commandType 6 :targetList <>}')).toEqual([])
})

test('a query that refers to itself ends, as one in which everything can be NULL', () => {
  const reference = '{RANGETBLENTRY :rtekind 6 :ctename c :ctelevelsup 1 :self_reference false}'
  const inner = `{QUERY :commandType 1 :rtable (${reference}) :targetList (${target(COLUMN)}) :groupingSets <> :setOperations <>}`
  const outer = `{QUERY :commandType 1 :rtable (${reference.replace('ctelevelsup 1', 'ctelevelsup 0')})
    :cteList ({COMMONTABLEEXPR :ctename c :ctequery ${inner} :cterecursive false})
    :targetList (${target(COLUMN)}) :groupingSets <> :setOperations <>}`
  expect(nullable(outer)).toEqual([true])
})

test('an expression of more parts than are looked at can be NULL', () => {
  const nested = (depth: number) => `${'{RELABELTYPE :arg '.repeat(depth)}${ONE}${'}'.repeat(depth)}`
  expect(nullable(select(nested(300), nested(600)))).toEqual([false, true])
})
