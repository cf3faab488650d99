import { expect, test } from 'vitest'

import { type Check, instrument } from './instrument.ts'

function check(): Check {
  return { answered: () => {} }
}

test('a line belongs to the check that put it there, or to the innermost of those around it', () => {
  const [outer, inner, slot] = [check(), check(), check()]
  const module = 'x(a(b), c)'
  const { text, checkAt, canaryLine } = instrument(module, [
    { around: { start: 4, end: 5 }, open: 'inner(', close: ')', check: inner },
    { around: { start: 2, end: 6 }, open: 'outer(', close: ')', check: outer },
    { at: 9, text: ', slot()', check: slot },
  ])
  const lines = text.split('\n')
  expect(lines).toEqual([
    'x(',
    'outer(',
    'a(',
    'inner(',
    'b',
    ')',
    ')',
    ')',
    ', c',
    ', slot()',
    ')',
    'export const kyselyPgwireCheckCanary: never = 0',
    '',
  ])
  const owners = [undefined, outer, outer, inner, inner, inner, outer, outer, undefined, slot, undefined, undefined]
  expect(lines.slice(0, -1).map((_, index) => owners.indexOf(checkAt(index + 1)))).toEqual(
    owners.map((owner) => owners.indexOf(owner)),
  )
  expect(canaryLine).toBe(12)
})

test('checks at one place stand in the order given, each in lines of its own', () => {
  const checks = [check(), check()]
  const { text, checkAt } = instrument(
    '`a`',
    checks.map((each, index) => ({ at: 2, text: `\${${index}\n}`, check: each })),
  )
  expect(text).toMatch(/^`a\n\$\{0\n\}\n\n\$\{1\n\}\n`\n/)
  expect([1, 2, 3, 4, 5, 6, 7].map((line) => checks.indexOf(checkAt(line)!))).toEqual([-1, 0, 0, -1, 1, 1, -1])
})

test('a line is counted as the compiler counts it', () => {
  const one = check()
  const { checkAt } = instrument('a\r\nb\u2028c\rd', [{ at: 9, text: 'e', check: one }])
  expect(checkAt(5)).toBe(one)
})
