import { PoolExhaustedError } from 'kysely-pgwire'
import { expect, test, vi } from 'vitest'

import { faultProxy } from '../support/fault-proxy.ts'
import { stopTime } from '../support/stopped-time.ts'
import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()

test('a connection that has lived long enough is replaced, and whoever is on it is not disturbed', async () => {
  stopTime()
  await using pool = fixture.open({ max: 1, maxLifetimeMs: 200, pipelining: 'off' })
  const lease = await pool.acquire()
  const { processId } = lease.connection
  const running = lease.connection.query('select pg_sleep(0.05)')
  vi.advanceTimersByTime(200)
  await running
  expect(lease.connection.closed).toBe(false)
  lease.release()
  await expect(pool.fetchValue('select pg_backend_pid()')).resolves.not.toBe(processId)
  expect(pool.totals.closed.lifetime).toBe(1)
})

test('an idle connection that has lived long enough is replaced by one of those that are kept', async () => {
  stopTime()
  await using pool = fixture.open({ min: 1, max: 1, maxLifetimeMs: 200 })
  await pool.warmUp()
  const [first] = await fixture.backends()
  vi.advanceTimersByTime(200)
  await expect.poll(() => pool.totals.opened).toBeGreaterThan(1)
  await expect.poll(() => pool.stats.size).toBe(1)
  expect(await fixture.backends()).not.toContain(first)
})

test('a connection that was lent often enough is replaced', async () => {
  await using pool = fixture.open({ max: 1, maxUses: 3, pipelining: 'off' })
  const pids: unknown[] = []
  for (let use = 0; use < 9; use++) pids.push(await pool.fetchValue('select pg_backend_pid()'))
  expect(pids).toEqual([pids[0], pids[0], pids[0], pids[3], pids[3], pids[3], pids[6], pids[6], pids[6]])
  expect(new Set(pids).size).toBe(3)
  await expect.poll(() => pool.totals.closed.uses).toBe(3)
})

test('statements that share a connection use it up together, and none of them is lost', async () => {
  await using pool = fixture.open({ max: 2, maxUses: 50, acquireTimeoutMs: 0 })
  const all = Array.from({ length: 2_000 }, (_, n) => pool.fetchValue<number>('select $1::int4', [n]))
  await expect(Promise.all(all)).resolves.toEqual(Array.from({ length: 2_000 }, (_, n) => n))
  // Nobody gets on behind the last one.
  expect(pool.totals.closed.uses).toBeGreaterThanOrEqual(2_000 / 50 - 2)
  expect(pool.totals.closed.uses).toBe(pool.totals.opened - pool.stats.size)
})

test('a pool whose connections serve once serves 30 at a time', async () => {
  await using pool = fixture.open({ max: 3, maxUses: 1, acquireTimeoutMs: 0 })
  const all = Array.from({ length: 30 }, async (_, n) => {
    await using lease = await pool.acquire()
    return await lease.connection.fetchValue<number>('select $1::int4', [n])
  })
  await expect(Promise.all(all)).resolves.toEqual(Array.from({ length: 30 }, (_, n) => n))
})

test('expireConnections replaces idle ones at once, and borrowed ones when they come back', async () => {
  await using pool = fixture.open({ max: 2 })
  const borrowed = await pool.acquire()
  const idle = await pool.acquire()
  const { processId } = idle.connection
  idle.release()
  pool.expireConnections()
  expect(pool.stats).toMatchObject({ size: 1, idle: 0, busy: 1 })
  await expect.poll(() => fixture.backends()).not.toContain(processId)
  await expect(borrowed.connection.fetchValue('select 1')).resolves.toBe(1)
  const before = borrowed.connection.processId
  borrowed.release()
  expect(pool.stats.size).toBe(0)
  await expect(pool.fetchValue('select pg_backend_pid()')).resolves.not.toBe(before)
  expect(pool.totals.closed.expired).toBe(2)
})

test('expireConnections concerns a connection that is being opened too', async () => {
  await using proxy = await faultProxy(fixture.server)
  await using pool = fixture.open({ connection: proxy.through(fixture.url), max: 1 })
  proxy.stall()
  const value = pool.fetchValue('select 1')
  await expect.poll(() => proxy.connections.length).toBe(1)
  pool.expireConnections()
  proxy.resume()
  await expect(value).resolves.toBe(1)
  expect(proxy.connections.length).toBe(2)
})

test('warmUp opens what is kept, and one of a pool that keeps none', async () => {
  await using three = fixture.open({ min: 3, max: 5 })
  await Promise.all([three.warmUp(), three.warmUp()])
  expect(three.stats).toMatchObject({ size: 3, idle: 3 })
  await three.warmUp()
  expect(three.totals.opened).toBe(3)
  await using none = fixture.open()
  await none.warmUp()
  expect(none.stats).toMatchObject({ size: 1, idle: 1 })
})

test('warmUp rejects with the reason, and once the pool is closed', async () => {
  await using pool = fixture.open({ connection: fixture.server.urlOf({ database: 'no_such_database' }), min: 2 })
  await expect(pool.warmUp()).rejects.toMatchObject({ code: '3D000' })
  await pool.close()
  await expect(pool.warmUp()).rejects.toMatchObject({ code: 'PGWIRE_POOL_CLOSED' })
})

test('a pool that is closed while it warms up says so', async () => {
  await using proxy = await faultProxy(fixture.server)
  const pool = fixture.open({ connection: proxy.through(fixture.url), min: 1 })
  proxy.stall()
  const warm = expect(pool.warmUp()).rejects.toMatchObject({ code: 'PGWIRE_POOL_CLOSED' })
  await expect.poll(() => proxy.connections.length).toBe(1)
  await pool.close({ timeoutMs: 1 })
  await warm
})

test('connections that are kept are replaced when they are lost', async () => {
  await using pool = fixture.open({ min: 2, max: 2 })
  await pool.warmUp()
  const before = await fixture.backends()
  await fixture.server.terminate(...before)
  await expect.poll(() => pool.totals.closed.lost).toBe(2)
  await expect.poll(() => pool.stats.idle).toBe(2)
  expect(pool.totals.opened).toBe(4)
})

test('whoever is refused and asks again at once does not keep those from being served who wait', async () => {
  await using pool = fixture.open({ max: 1, maxWaiting: 1, acquireTimeoutMs: 0 })
  await pool.warmUp()
  const running = pool.query('select pg_sleep(0.05)')
  const waiting = pool.query('select pg_sleep(0)')
  let served = false
  // Of a pool that is kept from it, no timer could tell.
  const end = performance.now() + 30_000
  while (!served && performance.now() < end) {
    served = await pool.query('select 1').then(
      () => true,
      () => false,
    )
  }
  expect(served).toBe(true)
  await Promise.all([running, waiting])
})

test('one call more than may wait is refused at once, and the others are served', async () => {
  await using pool = fixture.open({ max: 1, maxWaiting: 2, pipelining: 'off' })
  const held = await pool.acquire()
  const waiting = [pool.fetchValue('select 1'), pool.fetchValue('select 2')]
  const refused = pool.query('select 3')
  await expect(refused).rejects.toThrow(PoolExhaustedError)
  await expect(refused).rejects.toMatchObject({
    code: 'PGWIRE_POOL_EXHAUSTED',
    message: '2 calls are waiting for a connection, and no more may',
    outcome: 'not-sent',
    safeToRetry: true,
  })
  held.release()
  await expect(Promise.all(waiting)).resolves.toEqual([1, 2])
  await expect(pool.fetchValue('select 4')).resolves.toBe(4)
  expect(pool.totals.refused).toBe(1)
})
