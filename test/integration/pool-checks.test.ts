import { setImmediate } from 'node:timers/promises'

import { expect, test, vi } from 'vitest'

import { faultProxy } from '../support/fault-proxy.ts'
import { stopTime } from '../support/stopped-time.ts'
import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()

/** How long a connection has to answer. */
const ANSWER_MS = 1_000

/** Lets a connection be idle for longer than the 1 ms of `checkAfterIdleMs`. */
async function idleForLong(): Promise<void> {
  for (const since = performance.now(); performance.now() - since < 2;) await setImmediate()
}

test('a connection that was idle for long has to answer first: one round trip more', async () => {
  stopTime()
  await using proxy = await faultProxy(fixture.server)
  const flights = async (checkAfterIdleMs: number): Promise<number> => {
    await using pool = fixture.open({ connection: proxy.through(fixture.url), max: 1, checkAfterIdleMs })
    await pool.query('select 1')
    await idleForLong()
    const before = proxy.flights
    await pool.query('select 1')
    return proxy.flights - before
  }
  await expect(flights(0)).resolves.toBe(1)
  await expect(flights(60_000)).resolves.toBe(1)
  await expect(flights(1)).resolves.toBe(2)
})

test('a half-open connection is replaced, and whoever wanted it notices nothing', async () => {
  await using proxy = await faultProxy(fixture.server)
  await using pool = fixture.open({ connection: proxy.through(fixture.url), max: 3, checkAfterIdleMs: 1 })
  const leases = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()])
  for (const lease of leases) lease.release()
  for (const connection of proxy.connections) connection.stall()
  await idleForLong()
  stopTime()
  const value = pool.fetchValue('select 1')
  vi.advanceTimersByTime(ANSWER_MS)
  await expect(value).resolves.toBe(1)
  // Where one does not answer, the others are asked too, and nobody waits for them.
  expect(pool.totals.closed.unanswered).toBe(1)
  vi.advanceTimersByTime(ANSWER_MS)
  await expect.poll(() => pool.totals.closed.unanswered).toBe(3)
})

test('without a check, a half-open connection is lent', async () => {
  await using proxy = await faultProxy(fixture.server)
  await using pool = fixture.open({ connection: proxy.through(fixture.url), max: 1, checkAfterIdleMs: 0 })
  await pool.query('select 1')
  proxy.connections[0]?.stall()
  await idleForLong()
  await expect(pool.query('select 1', [], { timeoutMs: 50 })).rejects.toMatchObject({ code: 'PGWIRE_QUERY_TIMEOUT' })
})

test('whoever gives up during the check leaves the connection to the next one', async () => {
  await using proxy = await faultProxy(fixture.server)
  await using pool = fixture.open({ connection: proxy.through(fixture.url), max: 1, checkAfterIdleMs: 1 })
  await pool.query('select 1')
  await idleForLong()
  proxy.stall()
  stopTime()
  const controller = new AbortController()
  const acquiring = pool.acquire({ signal: controller.signal })
  await setImmediate()
  controller.abort()
  await expect(acquiring).rejects.toBe(controller.signal.reason)
  proxy.resume()
  await expect.poll(() => pool.stats).toMatchObject({ size: 1, idle: 1, waiting: 0 })
  await expect(pool.fetchValue('select 1')).resolves.toBe(1)
  expect(pool.totals.opened).toBe(1)
})

test('idle connections that do not answer are found although nobody wants them', async () => {
  await using proxy = await faultProxy(fixture.server)
  stopTime()
  await using pool = fixture.open({ connection: proxy.through(fixture.url), max: 1, checkIdleEveryMs: 20 })
  await pool.query('select 1')
  const before = proxy.flights
  await expect.poll(() => proxy.flights).toBeGreaterThan(before + 2)
  expect(pool.totals.opened).toBe(1)
  proxy.connections[0]?.stall()
  const unanswered = (): number => (vi.advanceTimersByTime(ANSWER_MS), pool.totals.closed.unanswered)
  await expect.poll(unanswered).toBe(1)
  expect(pool.stats.size).toBe(0)
})

test('a connection that has to answer from time to time is idle all the same', async () => {
  await using pool = fixture.open({ max: 1, checkIdleEveryMs: 10, idleTimeoutMs: 200 })
  await pool.query('select 1')
  await expect.poll(() => pool.totals.closed.idle).toBe(1)
})
