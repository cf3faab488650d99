import { expect, test } from 'vitest'

import { nearestName } from './nearest-name.ts'

const known = ['outFile', 'includePattern', 'camelCase', 'keys']

test.each([
  ['outfile', 'outFile'],
  ['out-file', 'outFile'],
  ['outFiel', 'outFile'],
  ['pattern', 'includePattern'],
  ['camlCase', 'camelCase'],
  ['key', 'keys'],
  ['somethingElseEntirely', undefined],
  ['', undefined],
])('%s is nearest to %s', (name, nearest) => {
  expect(nearestName(name, known)).toBe(nearest)
})

test('nothing is near where nothing is known', () => {
  expect(nearestName('keys', [])).toBeUndefined()
})
