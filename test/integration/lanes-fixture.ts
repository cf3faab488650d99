import type { Pool } from 'kysely-pgwire'
import { expect } from 'vitest'

/** A statement that shares a connection once it is known. */
export const LOOKUP = 'select $1::int4 as n'

type Run = (signal?: AbortSignal) => Promise<unknown>

/**
 * Opens all connections of a pool, and runs LOOKUP and the statements, each until the pool knows that it is short: then as many
 * as it likes leave without waiting. What is known is not run again, as any run may take long on a busy machine.
 */
export async function prove(pool: Pool, max: number, ...statements: readonly Run[]): Promise<void> {
  const leases = await Promise.all(Array.from({ length: max }, () => pool.acquire()))
  for (const lease of leases) lease.release()
  const lookup: Run = (signal) => pool.query(LOOKUP, [0], { signal })
  for (const run of [lookup, ...statements]) {
    while (!(await isKnown(pool, max, run))) await run()
  }
}

/** Whether a statement shares a connection with LOOKUP. Nothing is learned of that, as nobody waits for an answer. */
async function isKnown(pool: Pool, max: number, run: Run): Promise<boolean> {
  // What is given up before gets on all the same, and off again without being sent: on a connection, each, while some are idle.
  const calls: Promise<unknown>[] = Array.from({ length: max }, () =>
    pool.query(LOOKUP, [0], { signal: AbortSignal.abort() }),
  )
  let known = pool.stats.busy === max
  if (known) {
    const controller = new AbortController()
    calls.push(run(controller.signal))
    known = pool.stats.waiting === 0
    controller.abort()
  }
  await Promise.allSettled(calls)
  // On a connection that had not prepared it, it was sent.
  await expect.poll(() => pool.stats).toMatchObject({ busy: 0, waiting: 0 })
  return known
}
