import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { emptyQueryResponse, readyForQuery } from '../../../../test/support/backend-messages.ts'
import { memorySession } from '../../../../test/support/memory-session.ts'
import { Heartbeat } from './heartbeat.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const beats = ({ written }: ReturnType<typeof memorySession>) => written().map(({ type }) => type)

test('every period an empty query leaves, and its answer keeps the session alive', () => {
  const memory = memorySession()
  new Heartbeat(memory.session, 100)
  vi.advanceTimersByTime(99)
  expect(beats(memory)).toEqual([])
  for (let beat = 0; beat < 5; beat++) {
    vi.advanceTimersByTime(100)
    expect(beats(memory)).toEqual(['query'])
    memory.feed(emptyQueryResponse(), readyForQuery())
  }
  expect(memory.session.dead).toBe(false)
})

test('without an answer within a period the session ends, and says why', () => {
  const memory = memorySession()
  new Heartbeat(memory.session, 100)
  vi.advanceTimersByTime(100)
  expect(beats(memory)).toEqual(['query'])
  vi.advanceTimersByTime(99)
  expect(memory.session.dead).toBe(false)
  vi.advanceTimersByTime(2)
  expect(memory.session.dead).toBe(true)
  expect(memory.events.closings).toEqual([new Error(`The server did not answer a listener's heartbeat within 100 ms`)])
})

test('anything that arrives is a sign of life, while the answer is on its way', () => {
  const memory = memorySession()
  const heartbeat = new Heartbeat(memory.session, 100)
  vi.advanceTimersByTime(150)
  for (let period = 0; period < 5; period++) {
    heartbeat.heard()
    vi.advanceTimersByTime(100)
  }
  expect(memory.session.dead).toBe(false)
})

test('stopped, or with a period of 0, it sends nothing', () => {
  const memory = memorySession()
  new Heartbeat(memory.session, 100).stop()
  new Heartbeat(memory.session, 0)
  vi.advanceTimersByTime(1_000)
  expect(beats(memory)).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})
