/** How notifications reach a consumer: iterated or by callbacks, fast or slow, to its end. */
import { listen, type Listener } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { hearing, take, told } from './listen-fixture.ts'
import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()
let pool: ReturnType<typeof fixture.open>

beforeAll(() => {
  pool = fixture.open()
})
afterAll(() => pool.close())

/** Payloads `1` to `count`, padded to `bytes`, in one transaction: the server delivers them in one go. */
async function burst(channel: string, count: number, bytes = 6): Promise<void> {
  await pool.query(`select count(pg_notify($1, lpad(i::text, $3::int, '0'))) from generate_series(1, $2::int) i`, [
    channel,
    count,
    bytes,
  ])
}

const COUNT = 100_000

describe('100,000 notifications come in order, without a gap', () => {
  test('to a loop', async () => {
    await using listener = await listen(pool, 'flood')
    const sent = burst('flood', COUNT)
    let next = 1
    for await (const event of listener) {
      if (event.type === 'gap' || Number(event.payload) !== next) expect.unreachable(`${event.type} before ${next}`)
      if (next++ === COUNT) break
    }
    await sent
    expect(next).toBe(COUNT + 1)
  })

  test('to a callback that returns promises, one at a time', async () => {
    let next = 1
    let running = 0
    const wrong: unknown[] = []
    const done = Promise.withResolvers<void>()
    const onNotification = async ({ payload }: { payload: string }) => {
      if (++running > 1 || Number(payload) !== next++) wrong.push(payload)
      await Promise.resolve()
      running--
      if (next > COUNT) done.resolve()
    }
    const onGap = (gap: unknown) => void wrong.push(gap)
    const listener = await listen(pool, 'flood', { onNotification, onGap })
    await burst('flood', COUNT)
    await done.promise
    await listener.close()
    expect(wrong).toEqual([])
  })
})

test('a consumer that does not keep up loses notifications, is told how many and where, and order is kept', async () => {
  await using listener = await listen(pool, 'flood', { maxBufferedBytes: 1_000_000 })
  const before = process.memoryUsage().heapUsed
  await burst('flood', 20_000, 200)
  await pool.notify('flood', 'one more')
  // By the time of this answer, everything that was sent before has arrived.
  await listener.add('other')
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(16_000_000)
  const events = await take(listener, 1)
  while (events.at(-1)?.type !== 'gap') events.push(...(await take(listener, 1)))
  const gap = events.pop()
  const received = events.length
  expect(told(events).map(Number)).toEqual(Array.from({ length: received }, (_, at) => at + 1))
  // Two bytes for a character, and what an object takes.
  expect(received).toBeLessThanOrEqual(1_000_000 / (2 * 205))
  expect(received).toBeGreaterThan(1_000)
  expect(gap).toEqual({ type: 'gap', reason: 'buffer-full', notifications: 20_001 - received })
  await pool.notify('flood', 'after the gap')
  expect(told(await take(listener, 1))).toEqual(['after the gap'])
})

test('a callback that throws or rejects is reported, and the next notification is delivered', async () => {
  const errors: unknown[] = []
  const heard: string[] = []
  const done = Promise.withResolvers<void>()
  const listener = await listen(pool, 'faulty', {
    onNotification: ({ payload }) => {
      heard.push(payload)
      if (payload === 'throws') throw new Error('thrown')
      if (payload === 'rejects') return Promise.reject(new Error('rejected'))
      if (payload === 'end') done.resolve()
      return undefined
    },
    onError: (error) => void errors.push(error),
  })
  for (const payload of ['throws', 'rejects', 'throws', 'end']) await pool.notify('faulty', payload)
  await done.promise
  await listener.close()
  expect(heard).toEqual(['throws', 'rejects', 'throws', 'end'])
  expect(errors).toEqual([new Error('thrown'), new Error('rejected'), new Error('thrown')])
})

describe('a listener ends', () => {
  const gone = async (listener: Listener) => {
    const { processId } = listener
    return async () => expect.poll(() => fixture.backends()).not.toContain(processId)
  }

  test('when its loop is left, with break or with an error', async () => {
    for (const leave of ['break', 'throw']) {
      const listener = await listen(pool, 'end')
      const wait = await gone(listener)
      await pool.notify('end', leave)
      const loop = async () => {
        for await (const event of listener) {
          expect(event).toMatchObject({ payload: leave })
          if (leave === 'throw') throw new Error('left')
          break
        }
      }
      if (leave === 'throw') await expect(loop()).rejects.toThrow('left')
      else await loop()
      await wait()
      expect(await listener.next()).toEqual({ done: true, value: undefined })
    }
  })

  test('when it is closed: what waits for an event is told that there is none, and what came is dropped', async () => {
    const listener = await listen(pool, 'end')
    const wait = await gone(listener)
    const pending = [listener.next(), listener.next()]
    const closed = listener.close()
    expect(await Promise.all(pending)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ])
    await closed
    await listener.close()
    await wait()
    await expect(listener.add('other')).rejects.toMatchObject({ name: 'UsageError', message: 'The listener is closed' })
    await expect(listener.remove('end')).rejects.toMatchObject({ name: 'UsageError' })
  })

  test('when its signal is aborted: the loop throws the reason, once', async () => {
    const controller = new AbortController()
    const listener = await listen(pool, 'end', { signal: controller.signal })
    const wait = await gone(listener)
    const pending = listener.next()
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(pending).rejects.toBe(reason)
    expect(await listener.next()).toEqual({ done: true, value: undefined })
    await wait()
  })

  test('when its signal is aborted between two events: the next call throws the reason', async () => {
    const controller = new AbortController()
    const listener = await listen(pool, 'end', { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(listener.next()).rejects.toThrow('enough')
    await listener.close()
  })

  test('before it has begun, when its signal is aborted: it rejects with the reason, and nothing stays open', async () => {
    const reason = new Error('enough')
    await expect(listen(pool, 'end', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const controller = new AbortController()
    const opening = listen(pool, 'end', { signal: controller.signal })
    controller.abort(reason)
    await expect(opening).rejects.toBe(reason)
    await using other = fixture.open()
    const closing = listen(other, 'end')
    const rejected = expect(closing).rejects.toMatchObject({ name: 'PoolClosedError' })
    await other.close()
    await rejected
  })

  test('with its pool, and no callback is called any more', async () => {
    const other = fixture.open()
    const heard = hearing()
    const iterated = await listen(other, 'end')
    await listen(other, 'end', heard.callbacks)
    expect(other.stats).toMatchObject({ size: 0, busy: 0 })
    const pending = iterated.next()
    await other.close()
    expect(await pending).toEqual({ done: true, value: undefined })
    await pool.notify('end', 'to nobody')
    expect(heard).toMatchObject({ events: [], errors: [] })
    await expect(listen(other, 'end')).rejects.toMatchObject({ name: 'PoolClosedError' })
  })

  test('from inside its own callback', async () => {
    const heard: string[] = []
    const closed = Promise.withResolvers<void>()
    const listener: Listener = await listen(pool, 'end', {
      onNotification: ({ payload }) => {
        heard.push(payload)
        void listener.close().then(closed.resolve)
      },
    })
    await burst('end', 3, 1)
    await closed.promise
    expect(heard).toEqual(['1'])
  })
})

describe('listening is refused', () => {
  test('with the error of the server or of the connection', async () => {
    const url = new URL(fixture.url)
    url.pathname = '/no_such_database'
    await expect(listen(url.href, 'x')).rejects.toMatchObject({ name: 'InvalidCatalogNameError', code: '3D000' })
    await expect(listen({ host: '/nowhere' }, 'x')).rejects.toMatchObject({ name: 'ConnectionError' })
  })

  test.each([
    ['heartbeatMs', { heartbeatMs: -1 }],
    ['maxReconnectDelayMs', { maxReconnectDelayMs: 0 }],
    ['maxBufferedBytes', { maxBufferedBytes: 1.5 }],
    ['onGap', { onGap: () => {} }],
  ])('with options that cannot be: %s', async (name, options) => {
    await expect(listen(pool, 'x', options)).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining(name),
    })
  })

  test('to a loop, where there are callbacks', async () => {
    await using listener = await listen(pool, 'x', { onNotification: () => {} })
    await expect(listener.next()).rejects.toMatchObject({ name: 'UsageError' })
  })
})
