import { expect, test } from 'vitest'

import { lifetimeOfOne } from './lifetime.ts'

test.each([
  [1000, 0, 1000],
  [1000, 0.5, 950],
  [1000, 0.999_999, 900],
  [1, 0.999_999, 1],
])('of %d ms, with the chance %d, one lives %d ms', (limit, random, lifetime) => {
  expect(lifetimeOfOne(limit, () => random)).toBe(lifetime)
})
