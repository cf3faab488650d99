/** When the watch asks, and what it makes of the answers. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { DeadPeerWatch, type WatchedSession } from './dead-peer-watch.ts'

/** From the write: the first look, and then so long a silence. */
const PROBE_AFTER_MS = 1_000
const UNTIL_PROBE_MS = 1_250

class Watched implements WatchedSession {
  dead = false
  depth = 1
  owed = true
  receivedBytes = 0
  cause: Error | undefined

  destroy(cause: Error): void {
    this.dead = true
    this.cause = cause
  }
}

interface Probe {
  readonly at: number
  readonly timeoutMs: number
  readonly signal: AbortSignal
  answer(failure: Error | null): void
}

function watched(probeAfterMs = PROBE_AFTER_MS) {
  const session = new Watched()
  const probes: Probe[] = []
  const since = Date.now()
  const watch = new DeadPeerWatch(
    session,
    (timeoutMs, signal) => new Promise((answer) => probes.push({ at: Date.now() - since, timeoutMs, signal, answer })),
    probeAfterMs,
  )
  return { session, watch, probes }
}

/** Answers the last probe, and lets what waits for it run. */
async function answer(probes: readonly Probe[], failure: Error | null): Promise<void> {
  probes.at(-1)?.answer(failure)
  await vi.advanceTimersByTimeAsync(0)
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('a silent server is asked, and again after as long, for as long as it answers', async () => {
  const { session, watch, probes } = watched()
  watch.begin()
  for (let count = 0; count < 3; count++) {
    await vi.advanceTimersByTimeAsync(count === 0 ? UNTIL_PROBE_MS : PROBE_AFTER_MS)
    await answer(probes, null)
  }
  expect(probes.map(({ at }) => at)).toEqual([1_250, 2_250, 3_250])
  expect(session.dead).toBe(false)
})

test('not answering twice ends the session, with what the network has said; the second time waits for the first', async () => {
  const { session, watch, probes } = watched()
  watch.begin()
  await vi.advanceTimersByTimeAsync(UNTIL_PROBE_MS)
  await answer(probes, new Error('refused'))
  await vi.advanceTimersByTimeAsync(999)
  expect(probes).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(probes).toHaveLength(2)
  expect(session.dead).toBe(false)
  const refused = new Error('refused again')
  await answer(probes, refused)
  expect(session.cause).toMatchObject({ message: expect.stringContaining('for 1000 ms'), cause: refused })
  expect(session.cause?.message).toContain(': refused again')
})

test.each([
  ['10 seconds', 60_000, 10_000],
  ['as long as the silence where that is shorter', 2_000, 2_000],
])('a probe may take %s', async (_what, probeAfterMs, timeoutMs) => {
  const { watch, probes } = watched(probeAfterMs)
  watch.begin()
  await vi.advanceTimersByTimeAsync(probeAfterMs * 1.25)
  expect(probes.map((probe) => probe.timeoutMs)).toEqual([timeoutMs])
})

test.each<[string, (session: Watched) => void]>([
  ['a byte has come', (session) => session.receivedBytes++],
  ['nothing is owed any more, or we do not read', (session) => (session.owed = false)],
])('two failures mean nothing when %s meanwhile', async (_what, change) => {
  const { session, watch, probes } = watched()
  watch.begin()
  await vi.advanceTimersByTimeAsync(UNTIL_PROBE_MS)
  await answer(probes, new Error('refused'))
  await vi.advanceTimersByTimeAsync(PROBE_AFTER_MS)
  change(session)
  await answer(probes, new Error('refused'))
  expect(session.dead).toBe(false)
  session.owed = true
  await vi.advanceTimersByTimeAsync(UNTIL_PROBE_MS)
  expect(probes).toHaveLength(3)
})

test('a second try that is answered is as good as a first', async () => {
  const { session, watch, probes } = watched()
  watch.begin()
  await vi.advanceTimersByTimeAsync(UNTIL_PROBE_MS)
  await answer(probes, new Error('refused'))
  await vi.advanceTimersByTimeAsync(PROBE_AFTER_MS)
  await answer(probes, null)
  await vi.advanceTimersByTimeAsync(PROBE_AFTER_MS)
  expect(probes).toHaveLength(3)
  expect(session.dead).toBe(false)
})

test('nobody is asked while bytes come, nothing is owed, or nothing is in flight', async () => {
  const { session, watch, probes } = watched()
  watch.begin()
  for (let look = 0; look < 40; look++) {
    session.receivedBytes++
    await vi.advanceTimersByTimeAsync(250)
  }
  session.owed = false
  await vi.advanceTimersByTimeAsync(10 * PROBE_AFTER_MS)
  expect(vi.getTimerCount()).toBe(1)
  session.depth = 0
  await vi.advanceTimersByTimeAsync(250)
  expect(vi.getTimerCount()).toBe(0)
  expect(probes).toEqual([])
})

test('the next write starts it again', async () => {
  const { session, watch, probes } = watched()
  watch.begin()
  session.depth = 0
  session.owed = false
  await vi.advanceTimersByTimeAsync(PROBE_AFTER_MS)
  session.depth = 1
  session.owed = true
  watch.begin()
  watch.begin()
  expect(vi.getTimerCount()).toBe(1)
  await vi.advanceTimersByTimeAsync(UNTIL_PROBE_MS)
  expect(probes).toHaveLength(1)
})

test('a process that was stopped for long looks once, and not as often as it would have', async () => {
  const { watch, probes } = watched()
  watch.begin()
  await vi.advanceTimersByTimeAsync(250)
  vi.setSystemTime(Date.now() + 3_600_000)
  await vi.advanceTimersByTimeAsync(750)
  expect(probes).toEqual([])
})

test.each<[string, readonly (number | 'refused')[]]>([
  ['the timer', []],
  ['a probe', [UNTIL_PROBE_MS]],
  ['the pause behind it', [UNTIL_PROBE_MS, 'refused']],
  ['the second probe', [UNTIL_PROBE_MS, 'refused', PROBE_AFTER_MS]],
])('the end of the session ends %s', async (_what, steps) => {
  const { session, watch, probes } = watched()
  watch.begin()
  for (const step of steps) {
    if (step === 'refused') await answer(probes, new Error('refused'))
    else await vi.advanceTimersByTimeAsync(step)
  }
  session.dead = true
  watch.stop()
  expect(vi.getTimerCount()).toBe(0)
  for (const { signal } of probes) expect(signal.aborted).toBe(true)
  const asked = probes.length
  await answer(probes, new Error('too late'))
  expect(session.cause).toBe(undefined)
  expect(probes).toHaveLength(asked)
  expect(vi.getTimerCount()).toBe(0)
})
