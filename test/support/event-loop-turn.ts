import { setImmediate } from 'node:timers/promises'

/** Resolves when the event loop has polled the sockets once more: a reader in this process has seen what was written. */
export async function eventLoopTurn(): Promise<void> {
  // The first comes before the next poll, the second behind it.
  await setImmediate()
  await setImmediate()
}
