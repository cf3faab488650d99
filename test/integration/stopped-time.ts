import { onTestFinished, vi } from 'vitest'

export interface StoppedTime {
  /** Whatever has a limit of time finds that much of it used up. */
  pass(ms: number): void
  /** Time goes by as ever again. What was begun before waits for ever. */
  goOn(): void
}

/**
 * Stops the timers of this process until the end of the test: a limit is over when the test says so, however long the server
 * or the machine takes to get to the point. `expect.poll` and `vi.waitFor` move stopped time: wait by loops of your own.
 */
export function stopTime(): StoppedTime {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const goOn = (): void => void vi.useRealTimers()
  onTestFinished(goOn)
  return { pass: (ms) => void vi.advanceTimersByTime(ms), goOn }
}
