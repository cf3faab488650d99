import { expect, test } from 'vitest'

import { hashOf } from './hash-of.ts'

// From the list of draft-eastlake-fnv.
test.each([
  ['', 'cbf29ce484222325'],
  ['a', 'af63dc4c8601ec8c'],
  ['foobar', '85944171f73967e8'],
])('of %j', (text, hash) => {
  expect(hashOf(text)).toBe(hash)
})

test('always has 16 digits, and is of the UTF-8', () => {
  for (let index = 0; index < 1000; index++) expect(hashOf(String(index))).toMatch(/^[0-9a-f]{16}$/)
  expect(hashOf('ü')).not.toBe(hashOf('\u00c3\u00bc'))
})
