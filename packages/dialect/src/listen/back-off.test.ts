import { expect, test } from 'vitest'

import { backOffDelay } from './back-off.ts'

test('the limit doubles with each attempt, up to the one that was given', () => {
  const limits = [0, 1, 2, 3, 10, 2_000].map((attempt) => backOffDelay(attempt, 500, () => 1))
  expect(limits).toEqual([100, 200, 400, 500, 500, 500])
})

test('chance decides on all of the delay', () => {
  expect([0, 0.25, 0.5].map((chance) => backOffDelay(1, 5_000, () => chance))).toEqual([0, 50, 100])
})
