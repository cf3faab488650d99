import { expect, test } from 'vitest'

import { median, medianDifference, percentile } from './statistics.ts'

test('the median is the middle one, or halfway between the two in the middle', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([4, 1, 9, 2])).toBe(3)
  expect(median([])).toBe(0)
})

test('the difference of two series is that of their rounds, not of their medians', () => {
  const calm = [10, 30, 11]
  expect(median([12, 32, 15]) - median(calm)).toBe(4)
  expect(medianDifference([12, 32, 15], calm)).toBe(2)
})

test('series of different length have the difference of their medians', () => {
  expect(medianDifference([12, 14, 13], [10])).toBe(3)
})

test('a percentile is a value that occurred', () => {
  const hundred = Array.from({ length: 100 }, (_, n) => 100 - n)
  expect(percentile(hundred, 0.99)).toBe(99)
  expect(percentile(hundred, 0.5)).toBe(50)
  expect(percentile([7], 0.99)).toBe(7)
  expect(percentile([], 0.99)).toBe(0)
})
