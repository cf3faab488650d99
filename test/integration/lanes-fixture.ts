import type { Pool } from 'kysely-pgwire'

/** Runs each statement until the pool knows that it is short: then as many as it likes leave without waiting. */
export async function prove(
  pool: Pool,
  max: number,
  ...statements: readonly (() => Promise<unknown>)[]
): Promise<void> {
  for (const run of statements) {
    for (let shares = false; !shares;) {
      await run()
      // One that is written has nobody behind it; but with all connections idle, it waits for none either.
      const company = Array.from({ length: max }, () => pool.query(LOOKUP, [0]))
      const beside = pool.stats.waiting
      const mine = run()
      shares = beside === 0 && pool.stats.waiting === 0 && pool.stats.size === max
      await Promise.all([mine, ...company])
    }
  }
}

/** A statement that shares a connection once it is known. */
export const LOOKUP = 'select $1::int4 as n'

/** Lets the pool learn that a lookup is short, and open all its connections. */
export async function proveLookup(pool: Pool, max: number): Promise<void> {
  for (let shares = false; !shares;) {
    const lookups = Array.from({ length: max + 1 }, (_, n) => pool.query(LOOKUP, [n]))
    shares = pool.stats.waiting === 0 && pool.stats.size === max
    await Promise.all(lookups)
  }
}
