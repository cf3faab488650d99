import { PoolClosedError } from 'kysely-pgwire'
import { expect, test, vi } from 'vitest'

import { faultProxy } from '../support/fault-proxy.ts'
import { scriptedServer } from '../support/scripted-server.ts'
import { slowly, stopTime } from '../support/stopped-time.ts'
import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()
/** Less than a pool waits for what is in use when it is not told how long. */
const SOON_MS = 9_000

test('close waits for what runs and serves those who wait', async () => {
  const pool = fixture.open({ max: 1 })
  const order: string[] = []
  const uses = [1, 2, 3].map((n) => pool.query('select pg_sleep(0.05)').then(() => order.push(`query ${n}`)))
  await pool.close()
  order.push('closed')
  await Promise.all(uses)
  expect(order).toEqual(['query 1', 'query 2', 'query 3', 'closed'])
  await expect.poll(() => fixture.backends()).toEqual([])
})

test('nothing can be acquired after close', async () => {
  const pool = fixture.open()
  const closing = pool.close()
  await expect(pool.acquire()).rejects.toThrow(PoolClosedError)
  await closing
  await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'PGWIRE_POOL_CLOSED', outcome: 'not-sent' })
})

test('whoever asks a pool that closes again and again, and at once, does not keep it from closing', async () => {
  const pool = fixture.open({ max: 1 })
  const running = pool.query('select pg_sleep(0.05)')
  const state = { closed: false }
  const closing = pool.close().then(() => (state.closed = true))
  // Of a pool that is kept from it, no timer could tell.
  const end = performance.now() + 30_000
  while (!state.closed && performance.now() < end) await pool.query('select 1').catch(() => {})
  expect(state.closed).toBe(true)
  await Promise.all([running, closing])
})

test('close of a pool that was never used resolves', async () => {
  await fixture.open({ min: 3 }).close()
})

test('close twice, at once and later, resolves', async () => {
  const pool = fixture.open()
  await pool.query('select 1')
  await Promise.all([pool.close(), pool.close()])
  await pool.close()
  expect(pool.stats).toEqual({ size: 0, idle: 0, busy: 0, connecting: 0, waiting: 0 })
})

test('after its time close cancels a query that runs for ever, and those who wait are told', async () => {
  const pool = fixture.open({ max: 1 })
  const endless = pool.query('select pg_sleep(30) /* endless */')
  const cut = expect(endless).rejects.toMatchObject({ code: '57014', outcome: 'rolled-back' })
  await expect.poll(() => fixture.running('endless'), { interval: 5 }).toHaveLength(1)
  const waiting = pool.acquire()
  const told = expect(waiting).rejects.toThrow(PoolClosedError)
  // A second for the cancel can be too short.
  stopTime()
  const closing = pool.close({ timeoutMs: 50 })
  await slowly(closing)
  await Promise.all([closing, cut, told])
  await expect.poll(() => fixture.backends()).toEqual([])
})

test('after its time close cancels all queries that wait for each other on a connection', async () => {
  const pool = fixture.open({ max: 1 })
  const { connection } = await pool.acquire()
  const endless = [1, 2, 3].map(() => connection.query('select pg_sleep(30) /* one behind the other */'))
  const cut = Promise.allSettled(endless)
  await expect.poll(() => fixture.running('one behind the other'), { interval: 5 }).toHaveLength(1)
  stopTime()
  const closing = pool.close({ timeoutMs: 20 })
  await slowly(closing)
  await Promise.all([closing, cut])
  await expect.poll(() => fixture.backends()).toEqual([])
})

test('after its time close takes a connection from a borrower who does nothing', async () => {
  const pool = fixture.open({ max: 1 })
  const lease = await pool.acquire()
  await pool.close({ timeoutMs: 20 })
  await expect(lease.connection.query('select 1')).rejects.toMatchObject({ outcome: 'not-sent' })
  lease.release()
  expect(pool.stats).toMatchObject({ size: 0, busy: 0 })
  await expect.poll(() => fixture.backends()).toEqual([])
})

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 40])(
  'close with the time limit %d resolves',
  async (timeoutMs) => {
    const pool = fixture.open({ max: 1 })
    await pool.query('select 1')
    await pool.close({ timeoutMs })
  },
)

test('after its time close gives up connections that are being opened, and their sockets', async () => {
  await using server = await scriptedServer(async (peer) => void (await peer.startup()))
  const pool = fixture.open({ connection: `${server.url}?connect_timeout=60`, max: 2 })
  const told = [1, 2].map(() => expect(pool.acquire()).rejects.toThrow(PoolClosedError))
  const peers = await Promise.all([server.peer(0), server.peer(1)])
  await expect.poll(() => peers.every((peer) => peer.received.at(-1)?.type === 'startup')).toBe(true)
  await pool.close({ timeoutMs: 20 })
  await Promise.all([...told, ...peers.map((peer) => peer.closed)])
  expect(pool.stats).toEqual({ size: 0, idle: 0, busy: 0, connecting: 0, waiting: 0 })
})

test('close waits for a connection that is being opened for somebody', async () => {
  const pool = fixture.open({ max: 1 })
  const query = pool.query('select 1 as one')
  await pool.close()
  await expect(query).resolves.toMatchObject({ rows: [{ one: 1 }] })
})

test('close waits for a connection that is being closed for its age', async () => {
  await using proxy = await faultProxy(fixture.server)
  // The server may take a second to hang up.
  stopTime()
  const pool = fixture.open({ connection: proxy.through(fixture.url), max: 1, idleTimeoutMs: 20 })
  await pool.query('select 1')
  proxy.stall()
  await expect.poll(() => (vi.advanceTimersByTime(20), pool.stats.size), { interval: 5 }).toBe(0)
  const order: string[] = []
  const closing = pool.close().then(() => order.push('closed'))
  await fixture.query('select 1')
  order.push('the server may answer')
  proxy.resume()
  await closing
  expect(order).toEqual(['the server may answer', 'closed'])
  await expect(fixture.backends()).resolves.toEqual([])
})

test('close resolves although the server is gone', async () => {
  await using proxy = await faultProxy(fixture.server)
  const pool = fixture.open({ connection: proxy.through(fixture.url), max: 3 })
  await Promise.all([1, 2, 3].map(() => pool.query('select pg_sleep(0.02)')))
  proxy.refuse()
  proxy.reset()
  await pool.close()
})

test('close resolves although the server does not answer any more', async () => {
  await using proxy = await faultProxy(fixture.server)
  const pool = fixture.open({ connection: proxy.through(fixture.url), max: 2 })
  await pool.query('select 1')
  const busy = await pool.acquire()
  proxy.stall()
  const hanging = expect(busy.connection.query('select 1')).rejects.toMatchObject({ code: 'PGWIRE_CONNECTION_CLOSED' })
  await pool.close({ timeoutMs: 20 })
  await hanging
})

test('close resolves although idle connections do not go when they are told to', async () => {
  await using server = await scriptedServer(async (peer) => {
    await peer.login()
  })
  const pool = fixture.open({ connection: server.url, max: 1 })
  ;(await pool.acquire()).release()
  const startedAt = performance.now()
  await pool.close()
  expect(performance.now() - startedAt).toBeLessThan(SOON_MS)
})

test('await using closes', async () => {
  {
    await using pool = fixture.open({ max: 1 })
    await pool.query('select 1')
    // Others may still be on their way out.
    await expect.poll(() => fixture.backends()).toHaveLength(1)
  }
  await expect.poll(() => fixture.backends()).toEqual([])
})
