import { expect, test } from 'vitest'

import { isInCode, replaceInCode } from './code-of.ts'

test.each([
  ['a X b', 'a ! b'],
  ["'X' | X", "'X' | !"],
  ['"X\\"X" | X', '"X\\"X" | !'],
  ["'it\\'s X' X", "'it\\'s X' !"],
  ["/* X it's */ X", "/* X it's */ !"],
  ['/** X\n * X */\nX', '/** X\n * X */\n!'],
  ['`${X}` | X', '`${!}` | !'],
  ['`it\'s ${string}` | X | `"`', '`it\'s ${string}` | ! | `"`'],
])('in %s only code is replaced: %s', (text, replaced) => {
  expect(replaceInCode(text, /X/, () => '!')).toBe(replaced)
})

test('what is looked for may hold quotes, and say what comes behind', () => {
  expect(replaceInCode("f('a')('a')", /f\('(?<name>\w)'\)/, (_, { name }) => `${name}`)).toBe("a('a')")
  expect(isInCode('Name<T>', /Name(?=<)/)).toBe(true)
  expect(isInCode('Name T', /Name(?=<)/)).toBe(false)
})

test.each(["'X'", '/* X */', '"X"', ''])('in %s there is none', (text) => {
  expect(isInCode(text, /X/)).toBe(false)
})
