import { expect, test } from 'vitest'

import { ColumnKeys } from './column-keys.ts'
import { GenerationError } from './generation-error.ts'

const relation = (schema: string, name: string): { readonly schema: string; readonly name: string } => ({
  schema,
  name,
})

test.each<[key: string, schema: string, table: string, column: string]>([
  ['t.c', 'public', 't', 'c'],
  ['public.t.c', 'public', 't', 'c'],
  ['T.C d', 'public', 'T', 'C d'],
  ['t.c.d', 'public', 't', 'c.d'],
  ['a.b.t.c.d', 'a.b', 't', 'c.d'],
  ['t."c.d"', 'public', 't', 'c.d'],
  ['"t"."c.d"', 'public', 't', 'c.d'],
  ['"a.b".t."c.d"', 'a.b', 't', 'c.d'],
  ['"public"."t"."c"', 'public', 't', 'c'],
  ['t."say ""c"""', 'public', 't', 'say "c"'],
  ['t.say "c"', 'public', 't', 'say "c"'],
  ['t."c', 'public', 't', '"c'],
])('%s is for the column %s, %s, %s', (key, schema, table, column) => {
  const keys = new ColumnKeys([key])
  expect(keys.unused).toBe(key)
  expect(keys.of(relation('other', 'table'), 'column')).toBeUndefined()
  expect(keys.of(relation(schema, table), column)).toBe(key)
  expect(keys.unused).toBeUndefined()
})

test.each(['"t.c"', 't."c', '"t".', '."c"', '"t""c"', '"t".c.', '"a".b.c.d', '', '.'])('%s is for none', (key) => {
  const keys = new ColumnKeys([key])
  for (const [schema, table] of [
    ['a', 'b'],
    ['public', 't'],
  ] as const) {
    expect(keys.of(relation(schema, table), 'c')).toBeUndefined()
  }
  expect(keys.unused).toBe(key)
})

test('the name of a table is for that of every schema, and with a schema it goes first', () => {
  const keys = new ColumnKeys(['t.c', '"b".t.c'])
  expect(keys.of(relation('a', 't'), 'c')).toBe('t.c')
  expect(keys.of(relation('b', 't'), 'c')).toBe('"b".t.c')
  expect(keys.unused).toBeUndefined()
})

test('a key that two columns could be meant by is refused, and in quotes each of them can be', () => {
  const meant = (keys: ColumnKeys) => [keys.of(relation('public', 'a'), 'b.c'), keys.of(relation('a', 'b'), 'c')]
  const keys = new ColumnKeys(['a.b.c'])
  expect(keys.of(relation('public', 'a'), 'b.c')).toBe('a.b.c')
  expect(() => keys.of(relation('a', 'b'), 'c')).toThrow(
    new GenerationError('The column a.b.c can be a."b.c" or a.b.c. Write what is meant with its quotes'),
  )
  expect(meant(new ColumnKeys(['a."b.c"']))).toEqual(['a."b.c"', undefined])
  expect(meant(new ColumnKeys(['"a".b.c']))).toEqual([undefined, '"a".b.c'])
})

test('asking twice for a column changes nothing', () => {
  const keys = new ColumnKeys(['t.c'])
  expect([1, 2].map(() => keys.of(relation('public', 't'), 'c'))).toEqual(['t.c', 't.c'])
})
