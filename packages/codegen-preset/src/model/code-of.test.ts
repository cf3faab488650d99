import { expect, test } from 'vitest'

import { replaceInCode } from './code-of.ts'

test.each([
  ['a X b', 'a ! b'],
  ["'X' | X", "'X' | !"],
  ['"X\\"X" | X', '"X\\"X" | !'],
  ["'it\\'s X' X", "'it\\'s X' !"],
  ["/* X it's */ X", "/* X it's */ !"],
  ['/** X\n * X */\nX', '/** X\n * X */\n!'],
  ['`${X}` | X', '`${!}` | !'],
  ['`it\'s ${X} X` | X | `"`', '`it\'s ${!} X` | ! | `"`'],
  ['`\\${X} $X {X}`', '`\\${X} $X {X}`'],
])('in %s only code is replaced: %s', (text, replaced) => {
  expect(replaceInCode(text, /X/, () => '!')).toBe(replaced)
})

test('what is looked for may hold quotes, and say what comes behind', () => {
  expect(replaceInCode("f('a')('a')", /f\('(?<name>\w)'\)/, (_, { name }) => `${name}`)).toBe("a('a')")
})

test('around what is found is the source, or what is in the braces of the template', () => {
  const around: string[] = []
  replaceInCode('a X b | `X ${c X d}`', /X/, (_code, _groups, { before, behind }) => {
    around.push(`${before()}^${behind()}`)
    return ''
  })
  expect(around).toEqual(['a ^ b | `X ${c X d}`', 'c ^ d'])
})
