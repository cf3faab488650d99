import { onTestFinished, vi } from 'vitest'

import { eventLoopTurn } from './event-loop-turn.ts'

export interface StoppedTime {
  /** Whatever has a limit of time finds that much of it used up. */
  pass(ms: number): void
  /** Time goes by as ever again. What was begun before waits for ever. */
  goOn(): void
}

/**
 * Stops the timers of this process until the end of the test: a limit is over when the test says so, however long the server
 * or the machine takes to get to the point. `expect.poll` moves stopped time by its interval, unless that is 0.
 */
export function stopTime(): StoppedTime {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const goOn = (): void => void vi.useRealTimers()
  onTestFinished(goOn)
  return { pass: (ms) => void vi.advanceTimersByTime(ms), goOn }
}

/** In stopped time: it goes on, five times slower than it does, until a promise is settled. */
export async function slowly(promise: Promise<unknown>): Promise<void> {
  let over = false
  const settled = (): void => void (over = true)
  promise.then(settled, settled)
  const isOver = (): boolean => over
  for (let last = performance.now(); !isOver(); await eventLoopTurn()) {
    if (performance.now() - last < 100) continue
    vi.advanceTimersByTime(20)
    last = performance.now()
  }
}
