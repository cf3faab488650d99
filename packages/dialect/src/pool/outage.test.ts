import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { MAX_PAUSE_MS, Outage } from './outage.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

test('before any failure, as many attempts may be made as one likes', () => {
  const outage = new Outage()
  expect(outage.admits(99_999)).toBe(true)
  expect(outage.pauseMs).toBe(0)
})

test('behind a failure nothing is tried for a while, and then one attempt at a time', () => {
  const outage = new Outage(() => 1)
  outage.failed()
  expect(outage.pauseMs).toBe(100)
  expect(outage.admits(0)).toBe(false)
  vi.advanceTimersByTime(99)
  expect(outage.admits(0)).toBe(false)
  vi.advanceTimersByTime(1)
  expect(outage.admits(0)).toBe(true)
  expect(outage.admits(1)).toBe(false)
})

test('pauses grow up to a limit, and are left to chance', () => {
  const pauses = (random: number): number[] => {
    const outage = new Outage(() => random)
    return Array.from({ length: 7 }, () => {
      outage.failed()
      const { pauseMs } = outage
      vi.advanceTimersByTime(Math.ceil(pauseMs))
      return pauseMs
    })
  }
  expect(pauses(1)).toEqual([100, 200, 400, 800, MAX_PAUSE_MS, MAX_PAUSE_MS, MAX_PAUSE_MS])
  expect(pauses(0.25)).toEqual([25, 50, 100, 200, 250, 250, 250])
})

test('attempts that fail together are one failure', () => {
  const outage = new Outage(() => 1)
  for (let attempt = 0; attempt < 10; attempt++) outage.failed()
  expect(outage.pauseMs).toBe(100)
})

test('each success behind an outage admits twice as many', () => {
  const outage = new Outage(() => 1)
  outage.failed()
  vi.advanceTimersByTime(100)
  const admitted = Array.from({ length: 4 }, () => {
    outage.succeeded()
    return [1, 2, 4, 8, 16].findIndex((connecting) => !outage.admits(connecting))
  })
  expect(admitted).toEqual([1, 2, 3, 4])
})

test('a failure behind a success begins with short pauses again', () => {
  const outage = new Outage(() => 1)
  for (let attempt = 0; attempt < 5; attempt++) {
    outage.failed()
    vi.advanceTimersByTime(MAX_PAUSE_MS)
  }
  outage.succeeded()
  expect(outage.pauseMs).toBe(0)
  outage.failed()
  expect(outage.pauseMs).toBe(100)
})
