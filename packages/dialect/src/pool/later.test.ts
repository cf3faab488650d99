import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { Later } from './later.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

test('what is asked for twice is done once, at its first time, and then again when it is asked for', () => {
  const act = vi.fn<() => void>()
  const later = new Later(act)
  later.schedule(100, true)
  vi.advanceTimersByTime(60)
  later.schedule(100, false)
  vi.advanceTimersByTime(40)
  expect(act).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(1_000)
  expect(act).toHaveBeenCalledTimes(1)
  later.schedule(1, true)
  vi.advanceTimersByTime(1)
  expect(act).toHaveBeenCalledTimes(2)
})

test('nothing is done once it was stopped', () => {
  const act = vi.fn<() => void>()
  const later = new Later(act)
  later.schedule(1, true)
  later.stop()
  later.schedule(1, true)
  vi.advanceTimersByTime(1_000)
  expect(act).not.toHaveBeenCalled()
})
