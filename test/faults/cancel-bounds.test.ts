/** What a cancel costs: nothing where there is nothing to cancel, and no connection more than is needed. */
import { connect, createPool } from 'kysely-pgwire'
import { expect, test, vi } from 'vitest'

import { faultProxy } from '../support/fault-proxy.ts'
import { scriptedServer } from '../support/scripted-server.ts'
import { sharedServer } from '../support/shared-server.ts'
import { stopTime } from '../support/stopped-time.ts'

const server = sharedServer()

test('with a signal that has fired nothing is sent, whatever the verb', async () => {
  await using proxy = await faultProxy(server)
  const connection = await connect(proxy.through(server.url))
  const statement = await connection.prepare('select $1::int as n')
  const signal = AbortSignal.abort(new Error('too late'))
  const sent = proxy.bytesToServer
  const sql = 'select $1::int as n'
  const calls = [
    connection.query(sql, [1], { signal }),
    connection.fetchRow('select never_described', [], { signal }),
    connection.batch([{ sql, parameters: [1] }], { signal }),
    connection.executeMany(sql, [[1], [2]], { signal }),
    connection.cursor(sql, [1], { signal }).next(),
    connection.stream(sql, [1], { signal }).next(),
    connection.notify('channel', 'payload', { signal }),
    connection.transaction(async () => {}, { signal }),
    statement.query([1], { signal }),
    statement.cursor([1], { signal }).next(),
  ]
  for (const settled of await Promise.allSettled(calls)) {
    expect(settled).toEqual({ status: 'rejected', reason: signal.reason })
  }
  await connection.settled()
  expect(proxy.bytesToServer).toBe(sent)
  await connection.close()
})

test('a hundred cancels at once on a pool leave neither a socket nor a transaction, and all connections serve', async () => {
  await using proxy = await faultProxy(server)
  await using pool = createPool({ connection: proxy.through(server.url), max: 10, acquireTimeoutMs: 0 })
  const reason = new Error('enough')
  let asked = 0
  // A statement that is only being described need not be cancelled.
  const leases = await Promise.all(Array.from({ length: 10 }, () => pool.acquire()))
  await Promise.all(leases.map(({ connection }) => connection.prepare('select pg_sleep(20)')))
  for (const lease of leases) lease.release()
  const round = async (): Promise<void> => {
    await using lease = await pool.acquire()
    const controller = new AbortController()
    const slept = lease.connection.query('select pg_sleep(20)', [], { signal: controller.signal })
    setTimeout(() => controller.abort(reason), 5)
    await expect(slept).rejects.toBe(reason)
    asked++
  }
  await Promise.all(Array.from({ length: 100 }, round))
  expect(asked).toBe(100)
  await Promise.all(Array.from({ length: 20 }, () => pool.query('select 1')))
  await expect.poll(() => pool.stats).toMatchObject({ size: 10, idle: 10, busy: 0 })
  // The first ten are the pool's, and all others have ended.
  expect(pool.totals.opened).toBe(10)
  const open = proxy.connections.length
  await Promise.all(proxy.connections.slice(10).map((connection) => connection.closed))
  expect(proxy.connections.length).toBe(open)
  expect(open).toBeGreaterThanOrEqual(100)
})

test('a server that does not stop, however often it is asked, costs the connection', async () => {
  await using deaf = await scriptedServer(async (peer, index) => {
    if (index === 0) {
      await peer.login()
      await peer.until('sync')
    } else {
      expect(await peer.opening()).toMatchObject({ type: 'cancelRequest' })
      peer.close()
    }
  })
  const connection = await connect(deaf.url)
  const asked = connection.query('select 1').catch((error: unknown) => error)
  await (await deaf.peer(0)).until('sync').catch(() => {})
  stopTime()
  const cancelled = connection.cancel()
  while (!connection.closed) {
    vi.advanceTimersByTime(10)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await cancelled
  expect(await asked).toMatchObject({ code: 'PGWIRE_CONNECTION_LOST', outcome: 'unknown' })
  expect(deaf.peers.length).toBeGreaterThan(3)
})
