/** Ten thousand who wait for a few connections: nobody is overtaken, lost or served twice, whatever happens meanwhile. */
import { type Lease, type Pool, PoolClosedError } from 'kysely-pgwire'
import { describe, expect, test } from 'vitest'

import { type Random, seededRandom } from '../support/random.ts'
import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()

const WAITERS = 10_000
const MAX = 4

const everybody = Array.from({ length: WAITERS }, (_, n) => n)

/** Who waits for a connection alone, and what has become of it. */
interface Line {
  /** In the order in which they were served. */
  readonly served: number[]
  readonly rejected: Map<number, unknown>
  /** How many were told anything; nobody is told twice. */
  readonly told: () => number
  readonly settled: Promise<void>
}

function line(pool: Pool, signals: readonly AbortSignal[] = []): Line {
  const served: number[] = []
  const rejected = new Map<number, unknown>()
  let told = 0
  const wait = async (n: number): Promise<void> => {
    let lease: Lease
    try {
      lease = await pool.acquire({ signal: signals[n] })
    } catch (error) {
      rejected.set(n, error)
      return
    } finally {
      told++
    }
    served.push(n)
    try {
      // A reader that has nothing to wait for would give its connection on in the same tick.
      if (n % 50 === 0) await lease.connection.query('select 1').catch(() => {})
    } finally {
      lease.release()
    }
  }
  return { served, rejected, told: () => told, settled: Promise.all(everybody.map(wait)).then(() => {}) }
}

/** Takes all connections of a pool, so that whoever comes has to wait. */
async function takeAll(pool: Pool): Promise<() => void> {
  const leases = await Promise.all(Array.from({ length: MAX }, () => pool.acquire()))
  return () => {
    for (const lease of leases) lease.release()
  }
}

function shuffled(random: Random): number[] {
  return everybody
    .map((n) => [random.between(0, 1_000_000_000), n] as const)
    .sort(([a], [b]) => a - b)
    .map(([, n]) => n)
}

const open = (): Pool => fixture.open({ max: MAX, acquireTimeoutMs: 0 })

const QUIET = { size: MAX, idle: MAX, busy: 0, connecting: 0, waiting: 0 }

test('all are served in the order in which they came', async () => {
  await using pool = open()
  const release = await takeAll(pool)
  const { served, rejected, told, settled } = line(pool)
  expect(pool.stats).toMatchObject({ busy: MAX, waiting: WAITERS })
  release()
  await settled
  expect(served).toEqual(everybody)
  expect([rejected.size, told()]).toEqual([0, WAITERS])
  expect(pool.stats).toEqual(QUIET)
  expect(pool.totals).toMatchObject({ opened: MAX, timedOut: 0, refused: 0 })
})

test('of those whom half leave in a random order, before and while they are served, the rest are served in order', async () => {
  await using pool = open()
  const random = seededRandom()
  const context = `seed ${random.seed}`
  const release = await takeAll(pool)
  const controllers = everybody.map(() => new AbortController())
  const { served, rejected, told, settled } = line(
    pool,
    controllers.map(({ signal }) => signal),
  )
  const leaving = shuffled(random).slice(0, WAITERS / 2)
  const early = leaving.slice(0, WAITERS / 4)
  for (const n of early) controllers[n]!.abort(new Error(`no longer ${n}`))
  expect(pool.stats.waiting, context).toBe(WAITERS - early.length)
  release()
  for (const [index, n] of leaving.slice(early.length).entries()) {
    if (index % 20 === 0) await new Promise(setImmediate)
    controllers[n]!.abort(new Error(`no longer ${n}`))
  }
  await settled
  expect(told(), context).toBe(WAITERS)
  expect(served, context).toEqual(everybody.filter((n) => !rejected.has(n)))
  expect(served.length + rejected.size, context).toBe(WAITERS)
  for (const n of early) expect(rejected.has(n), context).toBe(true)
  for (const [n, reason] of rejected) expect(reason, context).toBe(controllers[n]!.signal.reason)
  // Those who left while others were served met both fates.
  expect(rejected.size, context).toBeGreaterThan(early.length)
  expect(pool.stats, context).toEqual(QUIET)
})

describe('a pool that is closed in the middle', () => {
  /** Closes the pool once some have been served. */
  async function closing(timeoutMs: number | undefined): Promise<Line> {
    const pool = open()
    const release = await takeAll(pool)
    const waiting = line(pool)
    release()
    await expect.poll(() => waiting.served.length, { interval: 1 }).toBeGreaterThan(0)
    expect(waiting.served.length).toBeLessThan(WAITERS)
    await pool.close({ timeoutMs })
    await waiting.settled
    expect(waiting.told()).toBe(WAITERS)
    expect(pool.stats).toEqual({ size: 0, idle: 0, busy: 0, connecting: 0, waiting: 0 })
    await expect(pool.acquire()).rejects.toThrow(PoolClosedError)
    return waiting
  }

  test('serves those who wait, when it has the time', async () => {
    const { served, rejected } = await closing(undefined)
    expect(served).toEqual(everybody)
    expect(rejected.size).toBe(0)
  })

  test('tells those whom it has no time for', async () => {
    const { served, rejected } = await closing(0)
    expect(served).toEqual(everybody.slice(0, served.length))
    expect([...rejected.keys()]).toEqual(everybody.slice(served.length))
    for (const error of rejected.values())
      expect(error).toMatchObject({ name: 'PoolClosedError', code: 'PGWIRE_POOL_CLOSED', outcome: 'not-sent' })
  })
})

test('statements that share connections are all answered, or told that the pool is closed', async () => {
  const pool = open()
  // The pool has learned by then that they are short.
  for (let time = 0; time < 20; time++) await pool.query('select $1::int4 as n', [time])
  const answered: number[] = []
  const failures: { code: string; outcome: string }[] = []
  const statements = everybody.map(async (n) => {
    try {
      expect(await pool.fetchValue('select $1::int4 as n', [n])).toBe(n)
      answered.push(n)
    } catch (error) {
      const { code, outcome } = error as { code: string; outcome: string }
      failures.push({ code, outcome })
    }
  })
  await expect.poll(() => answered.length, { interval: 1 }).toBeGreaterThan(0)
  await pool.close({ timeoutMs: 0 })
  await Promise.all(statements)
  expect(answered.length + failures.length).toBe(WAITERS)
  // Whoever waited was told so; what was on its way is cut.
  const other = failures.filter(({ code, outcome }) => code !== 'PGWIRE_POOL_CLOSED' || outcome !== 'not-sent')
  for (const { code } of other) expect(code).toMatch(/^(?:PGWIRE_CONNECTION_CLOSED|57014)$/)
  expect(other.length).toBeLessThan(failures.length)
})
