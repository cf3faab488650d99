/** The database does not take connections: who is told what, how often it is tried, and what happens when it is back. */
import { createPool, type Lease } from 'kysely-pgwire'
import { expect, test } from 'vitest'

import { errorResponse } from '../support/backend-messages.ts'
import { faultProxy } from '../support/fault-proxy.ts'
import { type ScriptedPeer, scriptedServer } from '../support/scripted-server.ts'
import { sharedServer } from '../support/shared-server.ts'

const server = sharedServer()

async function refuse(peer: ScriptedPeer, code: string): Promise<void> {
  await peer.startup()
  peer.send(errorResponse({ S: 'FATAL', V: 'FATAL', C: code, M: 'not now' }))
  peer.close()
}

/** The codes with which so many calls to a pool fail. */
const codes = (failing: readonly Promise<unknown>[]): Promise<unknown[]> =>
  Promise.all(
    failing.map((one) =>
      one.then(
        () => 'served',
        (error: { code?: string }) => error.code,
      ),
    ),
  )

test.each([
  ['drops every connection', async (peer: ScriptedPeer) => peer.close(), 'PGWIRE_CONNECT_FAILED'],
  ['refuses every password', (peer: ScriptedPeer) => refuse(peer, '28P01'), '28P01'],
])('while the server %s, one attempt answers for everybody who waits', async (_, script, code) => {
  await using down = await scriptedServer(script)
  await using pool = createPool({ connection: down.url, max: 3 })
  const many = (): Promise<unknown>[] => Array.from({ length: 500 }, () => pool.acquire())
  await expect(codes(many())).resolves.toEqual(Array.from({ length: 500 }, () => code))
  expect(down.peers).toHaveLength(3)
  for (let attempt = 1; attempt <= 4; attempt++) {
    await expect(codes(many())).resolves.toEqual(Array.from({ length: 500 }, () => code))
    expect(down.peers).toHaveLength(3 + attempt)
  }
  expect(pool.totals).toMatchObject({ opened: 0, failed: 7 })
  expect(pool.stats).toEqual({ size: 0, idle: 0, busy: 0, connecting: 0, waiting: 0 })
})

test.each(['53300', '57P03'])(
  'whoever waits does not notice that the server has answered %s for a while',
  async (code) => {
    await using starting = await scriptedServer(async (peer, index) => {
      if (index < 4) await refuse(peer, code)
      else await peer.login()
    })
    await using pool = createPool({ connection: starting.url, max: 1, acquireTimeoutMs: 0 })
    const served: number[] = []
    const all = Array.from({ length: 10 }, async (_, n) => {
      const lease = await pool.acquire()
      served.push(n)
      lease.release()
    })
    await Promise.all(all)
    expect(served).toEqual(Array.from({ length: 10 }, (_, n) => n))
    expect(starting.peers).toHaveLength(5)
  },
)

test('whoever waits in vain learns why the last attempt has failed', async () => {
  await using full = await scriptedServer((peer) => refuse(peer, '53300'))
  await using pool = createPool({ connection: full.url, max: 1, acquireTimeoutMs: 300 })
  // An attempt may take longer than that.
  await expect(pool.warmUp()).rejects.toMatchObject({ code: '53300' })
  await expect(pool.acquire()).rejects.toMatchObject({
    code: 'PGWIRE_POOL_TIMEOUT',
    message: expect.stringContaining('The last attempt to open one has failed: see the cause'),
    cause: { code: '53300' },
  })
})

test('behind an outage connections are opened one, two, four at a time', async () => {
  const MAX = 7
  const logins: (() => void)[] = []
  await using recovering = await scriptedServer(async (peer, index) => {
    if (index < MAX) {
      await refuse(peer, '57P03')
      return
    }
    await new Promise<void>((resolve) => logins.push(resolve))
    await peer.login()
  })
  await using pool = createPool({ connection: recovering.url, max: MAX, acquireTimeoutMs: 0 })
  const leases = Promise.all(Array.from({ length: MAX }, () => pool.acquire()))
  for (const together of [1, 2, 4]) {
    await expect.poll(() => logins.length).toBe(together)
    expect(pool.stats.connecting).toBe(together)
    for (const login of logins.splice(0)) login()
  }
  for (const lease of (await leases) satisfies Lease[]) lease.release()
  expect(recovering.peers).toHaveLength(2 * MAX)
})

test('connections that are kept are opened again once the server is back, although nobody asks', async () => {
  await using proxy = await faultProxy(server)
  await using pool = createPool({ connection: proxy.through(server.url), min: 2, max: 2 })
  await pool.warmUp()
  proxy.refuse()
  proxy.reset()
  await expect.poll(() => pool.totals.failed).toBeGreaterThan(1)
  await proxy.accept()
  await expect.poll(() => pool.stats.idle).toBe(2)
})

test('under load, each call settles through several outages, and all is well afterwards', async () => {
  await using proxy = await faultProxy(server)
  await using pool = createPool({ connection: proxy.through(server.url), max: 5, acquireTimeoutMs: 0 })
  const work = { over: false }
  let served = 0
  let failed = 0
  const clients = Array.from({ length: 100 }, async (_, n) => {
    while (!work.over) {
      try {
        expect(await pool.fetchValue('select $1::int4', [n])).toBe(n)
        served++
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^PGWIRE_CONNECT(ION_LOST|_FAILED)$/) })
        failed++
      }
    }
  })
  for (let outage = 0; outage < 3; outage++) {
    const before = { served, failed }
    await expect.poll(() => served).toBeGreaterThan(before.served + 500)
    proxy.refuse()
    proxy.reset()
    await expect.poll(() => failed).toBeGreaterThan(before.failed + 100)
    await proxy.accept()
  }
  const { served: soFar } = { served }
  await expect.poll(() => served).toBeGreaterThan(soFar + 500)
  work.over = true
  await Promise.all(clients)
  expect(pool.stats).toMatchObject({ busy: 0, waiting: 0 })
}, 120_000)
