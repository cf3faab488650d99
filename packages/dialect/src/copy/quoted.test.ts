import { expect, test } from 'vitest'

import { quotedIdentifier, quotedList, quotedLiteral } from './quoted.ts'

test.each([
  ['a', '"a"'],
  ['A b', '"A b"'],
  ['"', '""""'],
  ['a"; drop table t; --', '"a""; drop table t; --"'],
  ['back\\slash', '"back\\slash"'],
])('the identifier %s', (name, quoted) => {
  expect(quotedIdentifier(name)).toBe(quoted)
})

// A backslash is an escape or not, by a setting of the session, except behind an E.
test.each([
  ['a', "'a'"],
  ["'", "''''"],
  ["'); drop table t; --", "'''); drop table t; --'"],
  ['\\', " E'\\\\'"],
  ["\\'", " E'\\\\'''"],
])('the literal %s', (text, quoted) => {
  expect(quotedLiteral(text)).toBe(quoted)
})

test('a list of identifiers', () => {
  expect(quotedList(['a', 'b"'])).toBe('("a", "b""")')
})
