import { expect, test } from 'vitest'

import { elementOf, quoted, typeName } from './type-name.ts'

test.each([
  [{ schema: 'pg_catalog', name: 'int4' }, 'int4'],
  [{ schema: 'public', name: 'mood' }, 'public.mood'],
  [{ schema: 'public', name: 'int4' }, 'public.int4'],
  [{ schema: 'My', name: 'a.b' }, '"My"."a.b"'],
  [{ schema: 'public', name: 'a"b' }, 'public."a""b"'],
  [{ schema: 'public', name: 'x[]' }, 'public."x[]"'],
])('%o is written %s', (type, written) => {
  expect(typeName(type)).toBe(written)
  expect(elementOf(typeName(type))).toBeNull()
  expect(elementOf(typeName(type, true))).toBe(written)
})

test('an identifier that would be another without quotes has them', () => {
  expect(['a_1$', 'Mood', '1a', '', 'ä'].map(quoted)).toEqual(['a_1$', '"Mood"', '"1a"', '""', '"ä"'])
})
