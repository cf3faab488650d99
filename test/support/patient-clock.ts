import { vi } from 'vitest'

import { eventLoopTurn } from './event-loop-turn.ts'

const { setTimeout: realTimeout } = globalThis

/**
 * Runs something with limits of time by a clock that goes on by a millisecond whenever this process had the chance to read
 * its sockets, and at the earliest after a real one. However long the machine stalls: for whoever answers from within this
 * process, that counts for one.
 */
export async function byPatientClock<Result>(run: () => Promise<Result>): Promise<Result> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  const state = { over: false }
  const end = (): void => void (state.over = true)
  try {
    const running = run()
    running.then(end, end)
    while (!state.over) {
      await new Promise((resolve) => realTimeout(resolve, 1))
      await eventLoopTurn()
      vi.advanceTimersByTime(1)
    }
    return await running
  } finally {
    vi.useRealTimers()
  }
}
