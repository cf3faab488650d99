import fc from 'fast-check'
import { expect, test } from 'vitest'

import { TimeHistogram } from './histogram.ts'

const times = fc.array(fc.double({ min: 0, max: 1_000_000, noNaN: true }), { minLength: 1, maxLength: 200 })

function histogramOf(all: readonly number[]) {
  const histogram = new TimeHistogram()
  for (const ms of all) histogram.add(ms)
  return histogram.snapshot
}

test('without times everything is 0', () => {
  expect(histogramOf([])).toEqual({ count: 0, sumMs: 0, maxMs: 0, p50Ms: 0, p90Ms: 0, p99Ms: 0, buckets: [] })
})

test.each([
  [0, 0.001],
  [0.001, 0.001],
  [0.0011, 0.002],
  [0.004, 0.004],
  [0.0041, 0.005],
  [0.008, 0.008],
  [0.0081, 0.01],
  [1, 1.024],
  [1.024, 1.024],
  [1.025, 1.28],
  [1_000, 1048.576],
])('%d ms are counted as up to %d', (ms, upToMs) => {
  expect(histogramOf([ms]).buckets).toEqual([{ upToMs, count: 1 }])
})

test('a time without end is counted with the longest ones', () => {
  expect(histogramOf([Number.POSITIVE_INFINITY]).buckets).toEqual([{ upToMs: 2 ** 31 / 1000, count: 1 }])
})

test('an instant is 0 ms', () => {
  const histogram = new TimeHistogram()
  histogram.addInstant()
  expect(histogram.snapshot).toEqual(histogramOf([0]))
})

test('each time is in a bucket that is no less than the time and at most a quarter above it', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 2_000_000, noNaN: true }), (ms) => {
      const [bucket] = histogramOf([ms]).buckets
      // Times are rounded up to a microsecond first.
      const rounded = Math.ceil(ms * 1000) / 1000
      expect(bucket?.upToMs).toBeGreaterThanOrEqual(ms)
      expect(bucket?.upToMs).toBeLessThanOrEqual(rounded * 1.25 + 1e-9)
    }),
  )
})

test('quantiles are those of the sorted times, at most a quarter and a microsecond too high', () => {
  fc.assert(
    fc.property(times, (all) => {
      const { count, maxMs, p50Ms, p90Ms, p99Ms, buckets } = histogramOf(all)
      const sorted = all.toSorted((a, b) => a - b)
      expect(count).toBe(all.length)
      expect(maxMs).toBe(sorted.at(-1))
      expect(buckets.reduce((sum, bucket) => sum + bucket.count, 0)).toBe(count)
      for (const [share, found] of [
        [0.5, p50Ms],
        [0.9, p90Ms],
        [0.99, p99Ms],
      ] as const) {
        const exact = sorted[Math.max(0, Math.ceil(share * count) - 1)]!
        expect(found).toBeGreaterThanOrEqual(exact)
        expect(found).toBeLessThanOrEqual((exact + 0.001) * 1.25)
      }
    }),
  )
})
