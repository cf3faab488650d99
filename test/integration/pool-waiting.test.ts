import { type Pool, PoolTimeoutError, UsageError } from 'kysely-pgwire'
import { expect, test, vi } from 'vitest'

import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()

/** Opens the connection of a pool that is not willing to wait as long as a login can take. */
async function warmUp(pool: Pool): Promise<void> {
  const opened = async () =>
    pool.query('select 1').then(
      () => true,
      () => false,
    )
  await expect.poll(opened).toBe(true)
}

test('those who wait are served in the order in which they came', async () => {
  await using pool = fixture.open({ max: 2 })
  const served: number[] = []
  const uses = Array.from({ length: 100 }, async (_, index) => {
    await using lease = await pool.acquire()
    served.push(index)
    await lease.connection.query('select 1')
  })
  await Promise.all(uses)
  expect(served).toEqual(Array.from({ length: 100 }, (_, index) => index))
})

test('one who comes while others wait does not get ahead of them', async () => {
  await using pool = fixture.open({ max: 1 })
  const held = await pool.acquire()
  const order: string[] = []
  const first = pool.acquire().then((lease) => {
    order.push('first')
    lease.release()
  })
  held.release()
  const second = pool.acquire().then((lease) => {
    order.push('second')
    lease.release()
  })
  await Promise.all([first, second])
  expect(order).toEqual(['first', 'second'])
})

test('waiting too long is a PoolTimeoutError that says what the pool is doing', async () => {
  await using pool = fixture.open({ max: 1, acquireTimeoutMs: 20 })
  await warmUp(pool)
  const held = await pool.acquire()
  const waiting = pool.acquire()
  await expect(waiting).rejects.toThrow(PoolTimeoutError)
  await expect(waiting).rejects.toMatchObject({ code: 'PGWIRE_POOL_TIMEOUT', outcome: 'not-sent' })
  await expect(waiting).rejects.toThrow(
    'within 20 ms: of at most 1, 1 are in use and 0 are being opened, and 1 calls are waiting',
  )
  expect(pool.stats).toMatchObject({ busy: 1, waiting: 0 })
  held.release()
})

test('0 waits for ever', async () => {
  await using pool = fixture.open({ max: 1, acquireTimeoutMs: 0 })
  const held = await pool.acquire()
  const waiting = pool.acquire()
  await held.connection.query('select pg_sleep(0.05)')
  held.release()
  ;(await waiting).release()
})

test('1,000 waits that run out around the moment of the release never lose the connection', async () => {
  await using pool = fixture.open({ max: 1, acquireTimeoutMs: 1 })
  await warmUp(pool)
  let timedOut = 0
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const held = await pool.acquire()
    const waiting = pool.acquire()
    const served = waiting.then(
      (lease) => lease.release(),
      (error: unknown) => {
        expect(error).toBeInstanceOf(PoolTimeoutError)
        timedOut++
      },
    )
    const until = performance.now() + 0.6 + (attempt % 20) / 20
    while (performance.now() < until) await new Promise(setImmediate)
    held.release()
    await served
    expect(pool.stats).toEqual({ size: 1, idle: 1, busy: 0, connecting: 0, waiting: 0 })
  }
  expect(timedOut).toBeGreaterThan(10)
  expect(timedOut).toBeLessThan(1_000)
})

test('an aborted wait rejects at once with the reason, and the next in line is served', async () => {
  await using pool = fixture.open({ max: 1 })
  const held = await pool.acquire()
  const controller = new AbortController()
  const aborted = pool.acquire({ signal: controller.signal })
  const next = pool.acquire()
  controller.abort(new Error('enough'))
  await expect(aborted).rejects.toBe(controller.signal.reason)
  expect(pool.stats.waiting).toBe(1)
  held.release()
  ;(await next).release()
  expect(pool.stats).toMatchObject({ idle: 1, busy: 0, waiting: 0 })
})

test('a signal that is aborted already asks for nothing', async () => {
  await using pool = fixture.open()
  await expect(pool.acquire({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' })
  expect(pool.stats).toMatchObject({ size: 0, connecting: 0 })
})

test('a wait that is aborted in the tick of its assignment gets the connection, and it is not lost', async () => {
  await using pool = fixture.open({ max: 1 })
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const held = await pool.acquire()
    const controller = new AbortController()
    const waiting = pool.acquire({ signal: controller.signal })
    if (attempt % 2 === 0) {
      held.release()
      controller.abort()
      ;(await waiting).release()
    } else {
      controller.abort()
      held.release()
      await expect(waiting).rejects.toBe(controller.signal.reason)
    }
    expect(pool.stats).toEqual({ size: 1, idle: 1, busy: 0, connecting: 0, waiting: 0 })
  }
})

test('a query of the pool that is aborted gives its connection back', async () => {
  await using pool = fixture.open({ max: 1 })
  const controller = new AbortController()
  const query = pool.query('select pg_sleep(15) /* pool query */', [], { signal: controller.signal })
  query.catch(() => {})
  await expect.poll(() => fixture.running('pool query'), { interval: 5 }).toHaveLength(1)
  controller.abort()
  await expect(query).rejects.toBe(controller.signal.reason)
  await expect(pool.query('select 1 as one')).resolves.toMatchObject({ rows: [{ one: 1 }] })
})

test('no listener stays on a signal', async () => {
  await using pool = fixture.open({ max: 1 })
  const { signal } = new AbortController()
  const added = vi.spyOn(signal, 'addEventListener')
  const removed = vi.spyOn(signal, 'removeEventListener')
  await Promise.all(Array.from({ length: 20 }, () => pool.query('select 1', [], { signal })))
  expect(added.mock.calls.length).toBeGreaterThan(20)
  for (const [, listener] of added.mock.calls) expect(removed).toHaveBeenCalledWith('abort', listener)
})

test('a lease gives its connection back once, and no longer after the release', async () => {
  await using pool = fixture.open({ max: 2 })
  const lease = await pool.acquire()
  lease.release()
  lease.release()
  expect(pool.stats).toMatchObject({ size: 1, idle: 1 })
  expect(() => lease.connection).toThrow(UsageError)
})
