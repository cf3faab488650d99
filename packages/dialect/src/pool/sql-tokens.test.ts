import { expect, test } from 'vitest'

import { sqlTokens } from './sql-tokens.ts'

/** A word as it is, a quoted name in brackets, a symbol as it is, and `?` where it becomes unclear. */
function tokens(sql: string): string {
  return Array.from(sqlTokens(sql), ({ kind, text }) => {
    if (kind === 'unclear') return '?'
    return kind === 'quoted' ? `[${text}]` : text
  }).join(' ')
}

test.each<[sql: string, expected: string]>([
  ['', ''],
  [' \t\n\r\f\v ', ''],
  ['SELECT Id', 'select id'],
  ['a.b', 'a . b'],
  ['"A b"."c""d"', '[A b] . [c"d]'],
  ['""', '[]'],
  ['größe$1 _x', 'größe$1 _x'],
  // Numbers and parameters.
  ['1 1.5 .5 1e10 1.5E-3 0xFf 0b10 0o17 1_000 $1 $12', '.'],
  ['$1::int4', ': : int4'],
  ['(1,2)', '( , )'],
  // Strings.
  [`'a' b`, 'b'],
  [`'it''s set_config(1)' b`, 'b'],
  [`'' b`, 'b'],
  [`E'a\\'b' c`, 'c'],
  [`e'\\\\' c`, 'c'],
  [`b'01' x'ff' N'n' c`, 'c'],
  [`E'a''b' c`, 'c'],
  [`$$a ' b$$ c`, 'c'],
  [`$x$ $$ $y$ $x$ c`, 'c'],
  [`$größe$ a $größe$ c`, 'c'],
  ['a$$b', 'a$$b'],
  ['$1$$a$$ c', 'c'],
  // Comments.
  ['a -- b\nc', 'a c'],
  ['a -- b\rc', 'a c'],
  ['a--', 'a'],
  ['a/* b */c', 'a c'],
  ['a /* b /* c */ d */ e', 'a e'],
  ['a /*/ b */ c', 'a c'],
  ['a /* "*/ b', 'a b'],
  [`'--' b`, 'b'],
  ['"--" b', '[--] b'],
  ['a */* x */ b', 'a * b'],
  // Where it depends.
  [`a '\\' b`, 'a ?'],
  [`a 'b`, 'a ?'],
  ['a "b', 'a ?'],
  ['a "b""', 'a [b] ?'],
  [`a E'b\\'`, 'a ?'],
  ['a $$b', 'a ?'],
  ['a $x$b$y$', 'a ?'],
  ['a U&"\\0061"', 'a ?'],
  [`a u&'b'`, 'a ?'],
  ['a u & b', 'a u & b'],
  ['a 1from b', 'a ?'],
  ['a $1from b', 'a ?'],
  ['a 0xg', 'a ?'],
  ['a 1ö', 'a ?'],
  // No space to the server, but a letter.
  ['a\u00a0b', 'a\u00a0b'],
  ['\ufeffa', '\ufeffa'],
  // No letter of ASCII.
  ['ran\u212a', 'ran\u212a'],
  // A comment that nobody has closed, and what is left open inside of one.
  ['a /* b', 'a'],
  ['a /* /* */ b', 'a'],
])('%j', (sql, expected) => {
  expect(tokens(sql)).toBe(expected)
})

test('a string of many letters and a comment of many levels are no problem', () => {
  expect(tokens(`a '${"''".repeat(100_000)}' b`)).toBe('a b')
  expect(tokens(`a ${'/*'.repeat(10_000)} x ${'*/'.repeat(10_000)} b`)).toBe('a b')
})
