/** A listener whose network stops carrying anything, without a word. */
import { listen } from 'kysely-pgwire'
import { expect, test } from 'vitest'

import { take, told } from '../integration/listen-fixture.ts'
import { poolFixture } from '../integration/pool-fixture.ts'
import { faultProxy } from '../support/fault-proxy.ts'

const fixture = poolFixture()

/** Beside the heartbeat: what a machine that has much to do may take. */
const SLACK_MS = 3_000

test('a connection that leads nowhere is noticed within two heartbeats, and opened again when it can be', async () => {
  await using proxy = await faultProxy(fixture.server)
  const heartbeatMs = 1_000
  const errors: unknown[] = []
  await using listener = await listen(
    { ...credentials(), host: proxy.host, port: proxy.port, connectTimeoutMs: 2_000 },
    'a',
    {
      heartbeatMs,
      maxReconnectDelayMs: 20,
      onError: (error) => void errors.push(error),
    },
  )
  // Some heartbeats are answered.
  const flights = proxy.flights
  await expect.poll(() => proxy.flights).toBeGreaterThan(flights + 2)
  expect(proxy.connections.length).toBe(1)

  proxy.stall()
  const since = performance.now()
  await expect.poll(() => listener.processId, { interval: 5 }).toBe(undefined)
  expect(performance.now() - since).toBeLessThan(2 * heartbeatMs + SLACK_MS)

  await expect.poll(() => errors.length).toBeGreaterThan(0)
  expect(errors[0]).toMatchObject({ name: 'ConnectionError', code: 'PGWIRE_CONNECT_TIMEOUT' })
  await fixture.query(`select pg_notify('a', 'lost')`)
  proxy.resume()
  await listener.add('b')
  await fixture.query(`select pg_notify('a', 'found')`)
  const events = await take(listener, 2)
  expect(told(events)).toEqual(['gap: connection-lost', 'found'])
  expect(events[0]).toMatchObject({
    cause: { message: `The server did not answer a listener's heartbeat within 1000 ms` },
  })
})

test('LISTEN that is never answered is given up by the heartbeat, and the listener rejects', async () => {
  await using proxy = await faultProxy(fixture.server)
  // Behind the login nothing comes any more.
  const stalled = proxy.after('Z', 1, (connection) => connection.stall())
  const listening = listen({ ...credentials(), host: proxy.host, port: proxy.port }, 'a', { heartbeatMs: 100 })
  await expect(listening).rejects.toMatchObject({ name: 'ConnectionError', code: 'PGWIRE_CONNECTION_LOST' })
  await stalled
})

test('a process that is busy for several heartbeats does not take the server for dead', async () => {
  const heartbeatMs = 1_000
  await using listener = await listen(fixture.url, 'a', { heartbeatMs })
  const { processId } = listener
  const nobody = new Int32Array(new SharedArrayBuffer(4))
  for (let turn = 0; turn < 3; turn++) {
    // Two heartbeats are due each time, and the answer to the last one is here, unread.
    Atomics.wait(nobody, 0, 0, 2 * heartbeatMs)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await fixture.query(`select pg_notify('a', 'heard')`)
  expect(told(await take(listener, 1))).toEqual(['heard'])
  expect(listener.processId).toBe(processId)
})

test('a network that comes and goes: every loss is one gap, and order is kept', async () => {
  await using proxy = await faultProxy(fixture.server)
  await using listener = await listen({ ...credentials(), host: proxy.host, port: proxy.port }, 'a', {
    maxReconnectDelayMs: 10,
  })
  const expected: string[] = []
  for (let round = 0; round < 10; round++) {
    if (round % 2 === 0) proxy.reset()
    else proxy.cut()
    await listener.add(`round ${round}`)
    await fixture.query(`select pg_notify('a', $1)`, [`round ${round}`])
    expected.push('gap: connection-lost', `round ${round}`)
    expect(told(await take(listener, 2))).toEqual(expected.slice(-2))
  }
  expect(proxy.connections.length).toBe(11)
})

function credentials(): { readonly user: string; readonly password: string; readonly database: string } {
  const { username, password, pathname } = new URL(fixture.url)
  return { user: username, password, database: pathname.slice(1) }
}
