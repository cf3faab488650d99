import { TimeLimit } from '../connection/time-limit.ts'
import type { Pace } from './pace.ts'
import type { Waiter, Waiters } from './waiters.ts'

/** What ends a wait that leads to no connection. */
export interface Patience {
  /** 0: as long as it takes. */
  readonly timeoutMs: number
  /** Called when the time is over, while the caller still counts as one who waits. */
  readonly timeoutError: () => Error
  readonly signal: AbortSignal | undefined
  /** The wait does not keep the process alive. */
  readonly unref: boolean
}

let comers = 0

/** Gets in line, and stays there until a connection comes, the time is over, or the signal says so. */
export function waitInLine<Connection>(
  waiters: Waiters<Connection>,
  pace: Pace | null,
  patience: Patience,
): Promise<Connection> {
  const { timeoutMs, timeoutError, signal, unref } = patience
  return new Promise((resolve, reject) => {
    let limit: TimeLimit | undefined
    const leave = (reason: unknown): void => {
      waiters.remove(waiter)
      reject(reason)
    }
    const abort = (): void => leave(signal?.reason)
    const waiter: Waiter<Connection> = {
      order: ++comers,
      pace,
      resolve,
      reject,
      settled: () => {
        limit?.stop()
        signal?.removeEventListener('abort', abort)
      },
      next: null,
    }
    if (timeoutMs > 0) limit = new TimeLimit(timeoutMs, () => leave(timeoutError()))
    if (unref) limit?.unref()
    signal?.addEventListener('abort', abort, { once: true })
    waiters.add(waiter)
  })
}
