import { type Connection, ConnectionError, PostgresError } from 'kysely-pgwire'
import { expect, onTestFinished, test, vi } from 'vitest'

import { errorResponse } from '../support/backend-messages.ts'
import { eventLoopTurn } from '../support/event-loop-turn.ts'
import { faultProxy } from '../support/fault-proxy.ts'
import { scriptedServer } from '../support/scripted-server.ts'
import { stopTime } from '../support/stopped-time.ts'
import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()
const EMPTY = { size: 0, idle: 0, busy: 0, connecting: 0, waiting: 0 }

test('everybody who waits learns that no connection can be made', async () => {
  await using pool = fixture.open({ connection: fixture.server.urlOf({ database: 'no_such_database' }), max: 3 })
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => pool.acquire()))
  for (const result of results) {
    expect(result.status).toBe('rejected')
    expect((result as PromiseRejectedResult).reason).toBeInstanceOf(PostgresError)
    expect((result as PromiseRejectedResult).reason).toMatchObject({
      code: '3D000',
      severity: 'FATAL',
      outcome: 'not-sent',
    })
  }
  expect(new Set(results.map((result) => (result as PromiseRejectedResult).reason as unknown)).size).toBe(20)
  expect(pool.stats).toEqual(EMPTY)
})

test('a wrong password is told to each caller', async () => {
  await using pool = fixture.open({ connection: fixture.server.urlOf({ password: 'wrong' }) })
  await expect(pool.query('select 1')).rejects.toMatchObject({ code: '28P01' })
  await expect(pool.query('select 1')).rejects.toMatchObject({ code: '28P01' })
})

test('a pool serves again once its server is back', async () => {
  await using proxy = await faultProxy(fixture.server)
  await using pool = fixture.open({ connection: proxy.through(fixture.url), max: 2 })
  await pool.query('select 1')
  proxy.refuse()
  proxy.reset()
  await expect.poll(() => pool.stats.size).toBe(0)
  for (let attempt = 0; attempt < 5; attempt++) {
    const failing = pool.query('select 1')
    await expect(failing).rejects.toThrow(ConnectionError)
    await expect(failing).rejects.toMatchObject({ code: 'PGWIRE_CONNECT_FAILED', outcome: 'not-sent' })
  }
  await proxy.accept()
  await expect(pool.query('select 1 as one')).resolves.toMatchObject({ rows: [{ one: 1 }] })
})

test('a login that is lost half-way fails who waits for it, and not who comes later', async () => {
  await using proxy = await faultProxy(fixture.server, { toClient: { cutAfterBytes: 30, cutBy: 'reset' } })
  await using pool = fixture.open({ connection: proxy.through(fixture.url), max: 1 })
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'PGWIRE_CONNECT_FAILED' })
  proxy.setFaults({})
  await expect(pool.query('select 1 as one')).resolves.toMatchObject({ rows: [{ one: 1 }] })
})

test('whoever comes when the pause behind a failure is just over is served, whichever reading of the clock notices', async () => {
  await using proxy = await faultProxy(fixture.server)
  vi.spyOn(Math, 'random').mockReturnValue(0.99)
  onTestFinished(() => void vi.restoreAllMocks())
  for (let reading = 0; reading < 8; reading++) {
    await using pool = fixture.open({ connection: proxy.through(fixture.url), max: 1, acquireTimeoutMs: 20_000 })
    proxy.setFaults({ toClient: { cutAfterBytes: 30, cutBy: 'reset' } })
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'PGWIRE_CONNECT_FAILED' })
    proxy.setFaults({})
    const now = performance.now.bind(performance)
    let readings = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + (readings++ < reading ? 0 : 1_000))
    const query = pool.query('select 1 as one')
    await expect(query, `reading ${reading}`).resolves.toMatchObject({ rows: [{ one: 1 }] })
    clock.mockRestore()
  }
})

test('a connection that somebody no longer waits for is kept for the next one', async () => {
  await using proxy = await faultProxy(fixture.server)
  await using pool = fixture.open({ connection: proxy.through(fixture.url), max: 1 })
  proxy.stall()
  const controller = new AbortController()
  const waiting = pool.acquire({ signal: controller.signal })
  await expect.poll(() => proxy.connections.length).toBe(1)
  controller.abort()
  await expect(waiting).rejects.toBe(controller.signal.reason)
  proxy.resume()
  await expect.poll(() => pool.stats).toEqual({ size: 1, idle: 1, busy: 0, connecting: 0, waiting: 0 })
  await pool.query('select 1')
  expect(proxy.connections).toHaveLength(1)
})

test('a connection that fails concerns nobody while there are others: who waits for it gets those', async () => {
  await using proxy = await faultProxy(fixture.server)
  await using pool = fixture.open({ connection: proxy.through(fixture.url), max: 2 })
  const held = await pool.acquire()
  proxy.refuse()
  const results = Promise.all([1, 2, 3].map((n) => pool.fetchValue<number>('select $1::int4', [n])))
  await expect.poll(() => pool.totals.failed).toBeGreaterThan(0)
  expect(pool.stats.waiting).toBe(3)
  held.release()
  await expect(results).resolves.toEqual([1, 2, 3])
})

test('a server that hangs up right behind each login is not asked without end', async () => {
  await using server = await scriptedServer(async (peer) => {
    await peer.login()
    peer.send(errorResponse({ S: 'FATAL', V: 'FATAL', C: '57P01', M: 'going down' }))
    peer.close()
  })
  await using pool = fixture.open({ connection: server.url, min: 2, max: 2 })
  for (let attempt = 0; attempt < 5; attempt++) {
    await expect(pool.query('select 1')).rejects.toMatchObject({
      code: expect.stringMatching(/^(57P01|PGWIRE_CONNECTION_LOST)$/),
    })
  }
  await expect.poll(() => pool.stats).toEqual(EMPTY)
  // Each attempt has opened one connection for itself, and at most one more for the minimum.
  expect(server.peers.length).toBeLessThanOrEqual(10)
})

test('nor is one that hangs up during onConnect, whether the hook fails or not', async () => {
  await using server = await scriptedServer(async (peer) => {
    await peer.login()
    peer.close()
  })
  stopTime()
  const lost = async (connection: Connection): Promise<void> => {
    while (!connection.closed) await eventLoopTurn()
  }
  await using pool = fixture.open({ connection: server.url, min: 1, max: 1, onConnect: lost })
  await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'PGWIRE_CONNECTION_LOST' })
  for (let roundTrip = 0; roundTrip < 20; roundTrip++) await fixture.query('select 1')
  expect(pool.stats).toEqual(EMPTY)
  expect(pool.totals).toMatchObject({ opened: 1, closed: { lost: 1 } })
})

test('a server that hangs up on idle connections is not kept busy with opening the minimum', async () => {
  await using server = await scriptedServer(async (peer) => void (await peer.login()))
  stopTime()
  await using pool = fixture.open({ connection: server.url, min: 1, max: 1 })
  const lease = await pool.acquire()
  lease.release()
  for (let opened = 1; opened <= 3; opened++) {
    await expect.poll(() => pool.stats.idle, { interval: 0 }).toBe(1)
    server.peers[opened - 1]?.close()
    await expect.poll(() => pool.stats, { interval: 0 }).toMatchObject({ size: 0, connecting: 0 })
    for (let roundTrip = 0; roundTrip < 3; roundTrip++) await fixture.query('select 1')
    expect(server.peers).toHaveLength(opened)
    // After half a second the pool tries again.
    vi.advanceTimersByTime(499)
    await fixture.query('select 1')
    expect(server.peers).toHaveLength(opened)
    vi.advanceTimersByTime(1)
    await server.peer(opened)
  }
})
