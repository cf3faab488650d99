/** A network that is slow, or carries nothing in one direction or both: every call settles by its own limit, while it lasts. */
import { createPool, type CreatePoolOptions, type Pool } from 'kysely-pgwire'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { type FaultProxy, faultProxy } from '../support/fault-proxy.ts'
import { seededRandom } from '../support/random.ts'
import { sharedServer } from '../support/shared-server.ts'
import type { TestDatabase } from '../support/test-server.ts'

const server = sharedServer()
const MAX = 3
const LIMIT_MS = 150

let database: TestDatabase

beforeAll(async () => {
  database = await server.createDatabase()
  await server.query('create table ledger (n int4 primary key)', [], database.name)
})

afterAll(() => database.drop())

beforeEach(async () => {
  // What a server got of the test before, it finishes, whether anybody is there to hear of it or not.
  await expect.poll(() => server.backends(database.name)).toEqual([])
  await server.query('truncate ledger', [], database.name)
})

const open = (proxy: FaultProxy, options?: CreatePoolOptions): Pool =>
  createPool({ connection: proxy.through(database.url), max: MAX, acquireTimeoutMs: 0, ...options })

const inLedger = async (): Promise<number[]> =>
  (await server.query('select n from ledger order by n', [], database.name)).map(({ n }) => Number(n))

/** A pool whose connections are all there, and know the statements that are to come. */
async function warm(proxy: FaultProxy, options?: CreatePoolOptions): Promise<Pool> {
  const pool = open(proxy, options)
  await pool.warmUp()
  const leases = await Promise.all(Array.from({ length: MAX }, () => pool.acquire()))
  for (const { connection } of leases) {
    for (const { prepare } of Object.values(calls)) if (prepare !== undefined) await connection.query(prepare)
  }
  for (const lease of leases) lease.release()
  return pool
}

/** A way to ask for something with a limit, and what a connection should have met before. */
interface Call {
  readonly prepare?: string
  readonly run: (pool: Pool, n: number, timeoutMs: number) => Promise<unknown>
}

const calls: Readonly<Record<string, Call>> = {
  'a short read': { prepare: 'select 1', run: (pool, _n, timeoutMs) => pool.query('select 1', [], { timeoutMs }) },
  'a write': { run: (pool, n, timeoutMs) => pool.query('insert into ledger values ($1)', [n], { timeoutMs }) },
  'a statement alone': {
    run: (pool, _n, timeoutMs) => pool.fetchValue('select pg_backend_pid()', [], { timeoutMs }),
  },
  'a marked read that may write': {
    run: (pool, _n, timeoutMs) => pool.fetchValue('select pg_backend_pid()', [], { timeoutMs, replica: true }),
  },
  'a batch': {
    run: (pool, n, timeoutMs) =>
      pool.batch([{ sql: 'insert into ledger values ($1)', parameters: [n] }, { sql: 'select 1' }], { timeoutMs }),
  },
  executeMany: {
    run: (pool, n, timeoutMs) => pool.executeMany('insert into ledger values ($1)', [[n]], { timeoutMs }),
  },
  'a cursor': {
    run: async (pool, _n, timeoutMs) => {
      for await (const _ of pool.cursor('select generate_series(1, 1000)', [], { timeoutMs, prefetch: 10 }));
    },
  },
  'a statement in a transaction': {
    run: (pool, n, timeoutMs) =>
      pool.transaction((transaction) => transaction.query('insert into ledger values ($1)', [n], { timeoutMs }), {
        signal: AbortSignal.timeout(2 * timeoutMs),
      }),
  },
  'COPY in': {
    run: (pool, n, timeoutMs) => pool.copyFrom('ledger', [[n]], { signal: AbortSignal.timeout(timeoutMs) }),
  },
  'COPY out': {
    run: async (pool, _n, timeoutMs) => {
      for await (const _ of pool.copyTo('ledger', { signal: AbortSignal.timeout(timeoutMs) }));
    },
  },
}

const GIVEN_UP = ['QueryTimeoutError', 'TimeoutError', 'PoolTimeoutError']

type Failure = Error & { outcome?: string }

const failure = (call: Promise<unknown>): Promise<Failure> =>
  call.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error as Failure,
  )

/** The ways in which nothing arrives; each stalls the connections that there are, and whatever comes. */
const stalls: Readonly<Record<string, (proxy: FaultProxy) => void>> = {
  'in both directions': (proxy) => proxy.stall(),
  'to the server': (proxy) => {
    for (const { toServer } of proxy.connections) toServer.stall()
  },
  'to the client': (proxy) => {
    for (const { toClient } of proxy.connections) toClient.stall()
  },
}

describe.each(Object.entries(stalls))('nothing arrives %s', (_where, stall) => {
  test.each(Object.entries(calls))(
    '%s is given up by its own limit, and the pool serves on behind it',
    async (_name, { run }) => {
      await using proxy = await faultProxy(server)
      await using pool = await warm(proxy)
      stall(proxy)
      const failures = await Promise.all(Array.from({ length: 2 * MAX }, (_, n) => failure(run(pool, n, LIMIT_MS))))
      for (const error of failures) expect(GIVEN_UP, error.message).toContain(error.name)
      proxy.resume()
      expect(await pool.fetchValue('select 1')).toBe(1)
      await expect.poll(() => pool.stats).toMatchObject({ busy: 0, waiting: 0 })
      // What was never sent is not there.
      const there = await inLedger()
      for (const [n, { outcome }] of failures.entries()) if (outcome === 'not-sent') expect(there).not.toContain(n)
    },
  )

  test('whoever waits for a connection is told when the time is over, and served when it is', async () => {
    await using proxy = await faultProxy(server)
    await using pool = await warm(proxy, { acquireTimeoutMs: 200, min: MAX })
    stall(proxy)
    const stuck = Array.from({ length: MAX }, () => pool.fetchValue('select pg_backend_pid()'))
    const waiting = await Promise.all(Array.from({ length: 100 }, () => failure(pool.acquire())))
    for (const error of waiting) expect(error).toMatchObject({ code: 'PGWIRE_POOL_TIMEOUT', outcome: 'not-sent' })
    expect(pool.stats).toMatchObject({ busy: MAX, waiting: 0 })
    proxy.resume()
    for (const processId of await Promise.all(stuck)) expect(processId).toBeGreaterThan(0)
    expect(pool.stats).toMatchObject({ busy: 0, size: MAX })
    expect(pool.totals.opened).toBe(MAX)
  })
})

describe('a stall in the middle of a message', () => {
  const HALF = 1_000_000
  const slowly = { bytesPerSecond: 10_000_000 }

  test.each([
    [
      'of the server',
      'toClient',
      (pool: Pool, options: { timeoutMs?: number }) =>
        pool.fetchValue('select repeat($1, 3000000)', ['x'], options).then((text) => String(text).length),
    ],
    [
      'of the client',
      'toServer',
      (pool: Pool, options: { timeoutMs?: number }) =>
        pool.fetchValue('select length($1)', ['x'.repeat(3_000_000)], options),
    ],
  ] as const)(
    '%s: the call is given up by its limit, and what arrives late harms nobody',
    async (_whose, lane, run) => {
      await using proxy = await faultProxy(server)
      await using pool = open(proxy, { max: 1 })
      await pool.query('select 1')
      const [connection] = proxy.connections
      proxy.setFaults({ [lane]: slowly })
      const given = failure(run(pool, { timeoutMs: 3_000 }))
      await expect.poll(() => connection![lane].bytes, { interval: 5 }).toBeGreaterThan(HALF)
      connection![lane].stall()
      expect(await given).toMatchObject({ name: 'QueryTimeoutError', outcome: 'unknown' })
      expect(connection![lane].bytes).toBeLessThan(3_000_000)
      proxy.setFaults({})
      proxy.resume()
      expect(await pool.fetchValue('select 2')).toBe(2)
      expect(await run(pool, {})).toBe(3_000_000)
    },
  )

  test.each(['toClient', 'toServer'] as const)(
    '%s: without a limit, the result is the same, only later',
    async (lane) => {
      await using proxy = await faultProxy(server)
      await using pool = open(proxy, { max: 1 })
      await pool.query('select 1')
      const [connection] = proxy.connections
      proxy.setFaults({ [lane]: slowly })
      const text = 'aé'.repeat(700_000)
      const value = pool.fetchValue('select $1::text', [text])
      await expect.poll(() => connection![lane].bytes, { interval: 5 }).toBeGreaterThan(HALF)
      connection![lane].stall()
      proxy.setFaults({})
      proxy.resume()
      expect(await value).toBe(text)
    },
  )
})

describe('latency', () => {
  test('changes no result', async () => {
    const random = seededRandom()
    await using proxy = await faultProxy(server)
    await using pool = open(proxy)
    const jitter = setInterval(() => {
      const delayMs = () => random.between(0, 30)
      proxy.setFaults({ toServer: { delayMs: delayMs() }, toClient: { delayMs: delayMs() } })
    }, 5)
    try {
      const rows = Array.from({ length: 300 }, async (_, n) => {
        if (n % 3 === 0) await pool.query('insert into ledger values ($1)', [n])
        const text = 'é'.repeat(n)
        expect(await pool.fetchRow('select $1::int4 as n, $2::text as text', [n, text], { timeoutMs: 15_000 })).toEqual(
          {
            n,
            text,
          },
        )
      })
      await Promise.all(rows)
    } finally {
      clearInterval(jitter)
    }
    expect(await inLedger(), `seed ${random.seed}`).toEqual(Array.from({ length: 100 }, (_, n) => 3 * n))
  })

  test('that is above all limits fails all calls, and below them none', async () => {
    await using proxy = await faultProxy(server)
    await using pool = await warm(proxy)
    const late = { delayMs: 3 * LIMIT_MS }
    proxy.setFaults({ toServer: late, toClient: late })
    const failures = await Promise.all(Object.values(calls).map(({ run }, n) => failure(run(pool, n, LIMIT_MS))))
    for (const error of failures) expect(GIVEN_UP, error.message).toContain(error.name)
    const slight = { delayMs: 10 }
    proxy.setFaults({ toServer: slight, toClient: slight })
    await expect.poll(() => pool.stats).toMatchObject({ busy: 0, waiting: 0 })
    await Promise.all(Object.values(calls).map(({ run }, n) => run(pool, 100 + n, 20_000)))
    expect(pool.stats).toMatchObject({ busy: 0, waiting: 0 })
  })
})
