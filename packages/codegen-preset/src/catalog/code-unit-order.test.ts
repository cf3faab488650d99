import { expect, test } from 'vitest'

import { sortedBy } from './code-unit-order.ts'

test('strings are in the order of their code units, as no locale has them', () => {
  expect(sortedBy(['z', 'T', 'ä', 't', 'a'], (text) => [text])).toEqual(['T', 'a', 't', 'z', 'ä'])
})

test('a later key decides among equals, and a shorter list of them goes first', () => {
  const items = [['b', 'a'], ['a', 'b'], ['a'], ['a', 'a']]
  expect(sortedBy(items, (item) => item)).toEqual([['a'], ['a', 'a'], ['a', 'b'], ['b', 'a']])
})

test('what was given is left as it was', () => {
  const given = ['b', 'a']
  sortedBy(given, (text) => [text])
  expect(given).toEqual(['b', 'a'])
})
