/** The server has no connection to spare (53300): who is served by those that there are, who is told, and what happens when there is room. */
import {
  connect,
  type Connection,
  createPool,
  type CreatePoolOptions,
  type Pool,
  PoolTimeoutError,
} from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type PrivateServer, startPrivateServer } from '../support/test-server.ts'

/** What is left for roles that are no superusers. */
const ROOM = 4

/** More than there is room for, and not more at once than the system lines up for such a small server. */
const MAX = 2 * ROOM

const TOO_MANY = { name: 'TooManyConnectionsError', code: '53300', outcome: 'not-sent', safeToRetry: true }

let server: PrivateServer
let url: string

beforeAll(async () => {
  const settings = { max_connections: ROOM + 3, superuser_reserved_connections: 3, max_wal_senders: 0 }
  server = await startPrivateServer({ settings })
  await server.query(`create role app login password 'app'`)
  url = server.urlOf({ user: 'app', password: 'app' })
})

afterAll(() => server.remove())

const open = (options?: CreatePoolOptions): Pool =>
  createPool({ connection: url, max: MAX, acquireTimeoutMs: 0, ...options })

const backends = async (): Promise<number> =>
  Number((await server.query(`select count(*)::int4 as n from pg_stat_activity where usename = 'app'`))[0]?.['n'])

/** Somebody else, who has all connections that the server gives, and leaves so many of them. */
async function occupant(): Promise<AsyncDisposable & { leave(count: number): Promise<void> }> {
  const taken: Connection[] = []
  // One that was refused a moment ago may still be on its way out.
  const take = (): Promise<unknown> =>
    connect(url)
      .then((one) => taken.push(one))
      .catch(() => {})
  while (taken.length < ROOM) await take()
  const leave = async (count: number): Promise<void> => {
    const leaving = taken.splice(0, count)
    await Promise.all(leaving.map((one) => one.close()))
    const there = async (): Promise<number[]> => {
      const all = await server.backends()
      return leaving.map(({ processId }) => processId).filter((processId) => all.includes(processId))
    }
    await expect.poll(there).toEqual([])
  }
  return { leave, [Symbol.asyncDispose]: () => leave(ROOM) }
}

/** So many calls at once, each of which has a connection alone for a moment; the order in which they are served. */
function calls(pool: Pool, count: number): Promise<number[]> {
  const served: number[] = []
  const all = Array.from({ length: count }, async (_, n) => {
    await using lease = await pool.acquire()
    served.push(n)
    await lease.connection.query('select pg_sleep(0.002)')
  })
  return Promise.all(all).then(() => served)
}

const inOrder = (count: number): number[] => Array.from({ length: count }, (_, n) => n)

/** Every test finds the server as empty as it was. */
const empty = (): Promise<void> => expect.poll(backends).toBe(0)

test('a single connection is told by a class of its own', async () => {
  await empty()
  await using _ = await occupant()
  await expect(connect(url)).rejects.toMatchObject(TOO_MANY)
})

describe('a pool that would have more than the server has', () => {
  test('serves everybody, in order, by those that it gets', async () => {
    await empty()
    await using pool = open()
    expect(await calls(pool, 200)).toEqual(inOrder(200))
    expect(pool.stats).toMatchObject({ busy: 0, waiting: 0 })
    expect(pool.stats.size).toBeLessThanOrEqual(ROOM)
    expect(pool.totals.failed).toBeGreaterThan(0)
    expect(pool.totals.timedOut).toBe(0)
  })

  test('serves everybody by a single one', async () => {
    await empty()
    await using others = await occupant()
    await others.leave(1)
    await using pool = open()
    expect(await calls(pool, 100)).toEqual(inOrder(100))
    expect(pool.stats.size).toBe(1)
  })

  test('has all that it wants once there is room', async () => {
    await empty()
    await using other = await occupant()
    await using pool = open({ max: ROOM })
    const leases = Array.from({ length: ROOM }, () => pool.acquire())
    await expect.poll(() => pool.totals.failed).toBeGreaterThan(1)
    expect(pool.stats).toMatchObject({ size: 0, waiting: ROOM })
    await other.leave(ROOM)
    for (const lease of await Promise.all(leases)) lease.release()
    expect(pool.stats).toMatchObject({ size: ROOM, idle: ROOM, waiting: 0 })
  })
})

describe('while others have all connections', () => {
  test('whoever waits is told when the time is over, with the reason, and the next is served once there is room', async () => {
    await empty()
    await using other = await occupant()
    await using pool = open({ acquireTimeoutMs: 3_000 })
    const failed = await Promise.allSettled(Array.from({ length: 20 }, () => pool.query('select 1')))
    for (const call of failed) {
      const reason: unknown = call.status === 'rejected' ? call.reason : null
      expect(reason).toBeInstanceOf(PoolTimeoutError)
      expect(reason).toMatchObject({ outcome: 'not-sent', safeToRetry: true, cause: TOO_MANY })
    }
    expect(pool.stats).toMatchObject({ size: 0, waiting: 0 })
    await other.leave(ROOM)
    const served = (): Promise<boolean> =>
      pool.query('select 1').then(
        () => true,
        () => false,
      )
    await expect.poll(served).toBe(true)
  })

  test('whoever opens connections ahead of their use is told at once', async () => {
    await empty()
    await using other = await occupant()
    await using pool = open()
    await expect(pool.warmUp()).rejects.toMatchObject(TOO_MANY)
    await other.leave(ROOM)
    await expect
      .poll(() =>
        pool.warmUp().then(
          () => pool.stats.size,
          () => 0,
        ),
      )
      .toBe(1)
  })
})

test('of two pools that compete each serves everybody, as those of the other are idle for long enough', async () => {
  await empty()
  await using one = open({ idleTimeoutMs: 50 })
  await using other = open({ idleTimeoutMs: 50 })
  expect(await Promise.all([calls(one, 200), calls(other, 200)])).toEqual([inOrder(200), inOrder(200)])
  for (const pool of [one, other]) expect(pool.stats).toMatchObject({ busy: 0, waiting: 0 })
})

test('of two pools, the one that has nothing is served when the other closes', async () => {
  await empty()
  await using late = open()
  const early = open({ idleTimeoutMs: 0 })
  await calls(early, 50)
  for (const lease of await Promise.all(Array.from({ length: ROOM }, () => early.acquire()))) lease.release()
  expect(early.stats.size).toBe(ROOM)
  const waiting = calls(late, 50)
  await expect.poll(() => late.totals.failed).toBeGreaterThan(1)
  expect(late.stats).toMatchObject({ size: 0, waiting: 50 })
  await early.close()
  expect(await waiting).toEqual(inOrder(50))
})

test('the limit of a role is the same to a pool', async () => {
  await empty()
  await server.query('alter role app connection limit 2')
  try {
    await using pool = open()
    expect(await calls(pool, 100)).toEqual(inOrder(100))
    expect(pool.stats.size).toBeLessThanOrEqual(2)
    await using _ = await pool.acquire()
  } finally {
    await server.query('alter role app connection limit -1')
  }
})
