/**
 * Rejects with `error`, one turn of the event loop later. Whoever asks again and again, and at once, would otherwise keep the
 * process from reading the answers that those in front wait for, and from closing the pool.
 */
export async function refuse(error: Error): Promise<never> {
  await new Promise((resolve) => setImmediate(resolve))
  throw error
}
