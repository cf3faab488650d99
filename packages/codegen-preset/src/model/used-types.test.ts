import { expect, test } from 'vitest'

import { column, composite, domain, enumType, modelOf, table } from './model.cases.ts'

const types = [
  composite('outer', { inner: 'public.inner[]' }),
  composite('inner', { mood: 'public.feeling' }),
  domain('feeling', 'public.mood'),
  enumType('mood', ['a', 'Unused']),
  enumType('unused', ['b']),
]

const namesOf = (type: string): string[] =>
  modelOf({ relations: [table('t', [column('c', type)])], types }).types.map(({ name }) => name)

test.each([
  ['int4', []],
  ['public.mood', ['Mood']],
  ['public.feeling[]', ['Feeling', 'Mood']],
  ['public.outer', ['Feeling', 'Inner', 'Mood', 'Outer']],
])('a column of %s needs %o', (type, names) => {
  expect(namesOf(type)).toEqual(names)
})
