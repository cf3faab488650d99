import { timerDelay } from './timer-delay.ts'

/** Resolves after a time; rejects at once with the signal's reason, should that come first. */
export function pause(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error)
      return
    }
    const abort = (): void => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }, timerDelay(delayMs))
    signal?.addEventListener('abort', abort, { once: true })
  })
}
