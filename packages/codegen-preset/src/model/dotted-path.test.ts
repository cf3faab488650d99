import { expect, test } from 'vitest'

import { dottedPath } from './dotted-path.ts'

test('no two columns have one path', () => {
  expect(dottedPath('public', 'Users', 'a b')).toBe('public.Users.a b')
  expect(dottedPath('a.b', 'c', 'd')).toBe('"a.b".c.d')
  expect(dottedPath('a', 'b', 'c.d')).toBe('a.b."c.d"')
  expect(dottedPath('a', '"b.c"', 'd')).toBe('a."""b.c""".d')
})
