import type { Connection } from '../client/connection.ts'
import { PoolTimeoutError } from '../errors/pool-error.ts'

/** Called with a connection of the pool. What it returns is waited for. */
export type PoolHook = (connection: Connection) => unknown

/** What an application does to the connections of a pool, and when. */
export interface PoolHooks {
  /**
   * Prepares each new connection before its first use, and once more after a `reset` that may have undone it. Should it
   * throw, the connection is closed, and whoever waits for it gets the error.
   */
  readonly onConnect?: PoolHook | undefined
  /**
   * Called each time before a connection is lent. Should it throw, the connection is closed, and the caller gets the error.
   * With it, as with `onRelease`, no two statements share a connection.
   */
  readonly onAcquire?: PoolHook | undefined
  /**
   * Called each time a connection has come back, with its transaction rolled back, and before the `reset`. Should it
   * throw, the connection is closed, and the error becomes a warning of the process.
   */
  readonly onRelease?: PoolHook | undefined
}

/** The names of the hooks, as options. */
export const poolHooks: readonly ['onConnect', 'onAcquire', 'onRelease'] = ['onConnect', 'onAcquire', 'onRelease']

/** Runs a hook for at most `timeoutMs`; 0 is as long as it takes. Rejects when it fails, and with the signal's reason. */
export async function runHook(
  name: keyof PoolHooks,
  hook: PoolHook,
  connection: Connection,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  let abort: (() => void) | undefined
  const givenUp = new Promise<never>((_, reject) => {
    const tooLong = (): void => reject(new PoolTimeoutError(`The pool's hook ${name} took longer than ${timeoutMs} ms`))
    if (timeoutMs > 0) timer = setTimeout(tooLong, timeoutMs)
    abort = () => reject(signal?.reason as Error)
    signal?.addEventListener('abort', abort, { once: true })
  })
  try {
    await Promise.race([hook(connection), givenUp])
  } finally {
    clearTimeout(timer)
    if (abort !== undefined) signal?.removeEventListener('abort', abort)
  }
}
