import type { OpenConnection } from '../connection/open-connection.ts'
import { timerDelay } from './timer-delay.ts'

export interface CloseOptions {
  /** How long to wait for what is running, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number | undefined
}

const DEFAULT_TIMEOUT_MS = 10_000

/** Drains the session, says goodbye and waits for the socket to be gone. */
export async function closeConnection({ session, transport }: OpenConnection, options?: CloseOptions): Promise<void> {
  const timer = setTimeout(
    () => {
      // Whatever still runs is told that the connection was closed, and not that it was lost.
      transport.phase = 'closing'
      session.destroy()
    },
    timerDelay(options?.timeoutMs ?? DEFAULT_TIMEOUT_MS),
  )
  try {
    await session.whenIdle()
    transport.end()
    await transport.closed
  } finally {
    clearTimeout(timer)
  }
}
