import { definePgTypes } from 'kysely-pgwire/types'
import { describe, expect, test } from 'vitest'

import { column, composite, domain, enumType, modelOf, table, textsOf } from './model.cases.ts'

const textOf = (
  more: Parameters<typeof column>[2],
  type = 'int4',
  relation: Parameters<typeof table>[2] = {},
): string =>
  textsOf(
    modelOf({
      relations: [table('t', [column('c', type, more)], relation)],
      types: [domain('must', 'int4', { notNull: true }), domain('filled', 'int4', { hasDefault: true })],
    }),
  )['t.c']!

const NULLABLE = { notNull: false, nullable: true }

describe('a column', () => {
  test.each([
    [{}, 'int4', 'number'],
    [NULLABLE, 'int4', 'number | null'],
    [{ hasDefault: true }, 'int4', 'Generated<number>'],
    [{ ...NULLABLE, hasDefault: true }, 'int4', 'number | null'],
    [{ identity: 'by default' }, 'int8', 'Generated<Int8>'],
    [{ identity: 'always' }, 'int4', 'GeneratedAlways<number>'],
    [{ ...NULLABLE, generated: 'stored' }, 'int4', 'GeneratedAlways<number | null>'],
    [{ ...NULLABLE, generated: 'virtual' }, 'int4', 'GeneratedAlways<number | null>'],
    [{ updatable: false }, 'int4', 'ReadOnly<number>'],
    [NULLABLE, 'public.must', 'ColumnType<Must | null, Must, Must>'],
    [{}, 'public.filled', 'Generated<Filled>'],
    [{ nullable: true }, 'int4', 'ColumnType<number | null, number, number>'],
    [{ comment: '@dimensions 2' }, 'int4[]', '(number | null)[][]'],
  ] as const)('%o of %s is %s', (more, type, text) => {
    expect(textOf(more, type)).toBe(text)
  })

  test.each([
    [{ insertable: false }, 'ColumnType<number, never, number>'],
    [{ updatable: false }, 'ColumnType<number, number, never>'],
    [{ insertable: false, updatable: false }, 'ReadOnly<number>'],
  ])('of a relation with %o is %s', (relation, text) => {
    expect(textOf({}, 'int4', relation)).toBe(text)
  })

  test('has its comment without what was said to the generator', () => {
    const model = modelOf({ relations: [table('t', [column('c', 'text', { comment: "kind @type {'a'}" })])] })
    expect(model.tables[0]!.columns).toEqual([{ name: 'c', text: "'a'", comment: 'kind' }])
  })

  test('cannot have the name of another in camel case', () => {
    // The plugin finds its way back to both.
    const columns = [column('a_b', 'int4'), column('a_b', 'int4')]
    expect(() => modelOf({ relations: [table('t', columns)] }, { camelCase: true })).toThrow(/Two columns of public\.t/)
  })
})

test('the model says which profile it is of', () => {
  const types = definePgTypes({ int8: 'bigint' })
  expect(modelOf({}, {}, types).fingerprint).toBe(types.fingerprint)
})

test('tables are in the order of their keys, whatever the order of the catalog', () => {
  const relations = [table('b', []), table('a', []), table('Z', [])]
  for (const given of [relations, relations.toReversed()])
    expect(modelOf({ relations: given }).tables.map(({ key }) => key)).toEqual(['Z', 'a', 'b'])
})

test('domains are branded on request, and nothing else', () => {
  const types = [domain('email', 'text'), enumType('mood', ['a'])]
  const relations = [table('t', [column('a', 'public.email'), column('b', 'public.mood')])]
  const brandedIn = (brandedDomains: boolean): unknown[] =>
    modelOf({ relations, types }, { brandedDomains }).types.map(({ name, branded }) => [name, branded])
  expect(brandedIn(true)).toEqual([
    ['Email', true],
    ['Mood', false],
  ])
  expect(brandedIn(false)).toEqual([
    ['Email', false],
    ['Mood', false],
  ])
})

test('in camel case a composite is read by other names than it is written by', () => {
  const relations = [table('t', [column('c', 'public.pair')])]
  const model = modelOf({ relations, types: [composite('pair', { first_one: 'int4' })] }, { camelCase: true })
  expect(model.types[0]!.fields).toMatchObject([{ name: 'first_one', readName: 'firstOne' }])
})

test('keys have the names that columns have in results', () => {
  const relation = table('order_lines', [column('order_id', 'int4')], {
    primaryKey: { name: 'pk', columns: ['order_id'] },
    uniqueKeys: [{ name: 'u', columns: ['line_code', 'order_id'], nullsNotDistinct: false }],
    foreignKeys: [
      { name: 'f', columns: ['order_id'], references: { schema: 'public', name: 'all_orders', columns: ['the_id'] } },
    ],
  })
  expect(modelOf({ relations: [relation] }).tables[0]!.keys).toEqual({
    primary: ['order_id'],
    unique: [['line_code', 'order_id']],
    foreign: [{ columns: ['order_id'], references: { schema: 'public', table: 'all_orders', columns: ['the_id'] } }],
  })
  expect(modelOf({ relations: [relation] }, { camelCase: true }).tables[0]!.keys).toEqual({
    primary: ['orderId'],
    unique: [['lineCode', 'orderId']],
    foreign: [{ columns: ['orderId'], references: { schema: 'public', table: 'allOrders', columns: ['theId'] } }],
  })
  expect(modelOf({ relations: [table('t', [])] }).tables[0]!.keys).toEqual({ primary: null, unique: [], foreign: [] })
})

test('domains that lead to themselves, which no server has, end', () => {
  const types = [domain('a', 'public.b'), domain('b', 'public.a')]
  expect(textsOf(modelOf({ relations: [table('t', [column('c', 'public.a')])], types }))['t.c']).toBeTypeOf('string')
})
