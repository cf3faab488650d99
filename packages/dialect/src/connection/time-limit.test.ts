import { setImmediate } from 'node:timers/promises'

import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { TimeLimit } from './time-limit.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

test('is over when the time is, once the sockets have been read', async () => {
  const over = vi.fn<() => void>()
  new TimeLimit(100, over)
  vi.advanceTimersByTime(99)
  await setImmediate()
  expect(over).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(over).not.toHaveBeenCalled()
  await setImmediate()
  expect(over).toHaveBeenCalledOnce()
})

test.each([
  ['in time', 99],
  ['by what was read when the time was over', 100],
])('is never over when it was stopped %s', async (_when, ms) => {
  const over = vi.fn<() => void>()
  const limit = new TimeLimit(100, over)
  vi.advanceTimersByTime(ms)
  limit.stop()
  vi.advanceTimersByTime(100)
  await setImmediate()
  await setImmediate()
  expect(over).not.toHaveBeenCalled()
})
