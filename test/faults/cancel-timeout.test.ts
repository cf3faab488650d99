/** Statements that were given up and do not stop: for how long they have their connection, and what is sent meanwhile. */
import { connect, type Connection, createPool, type Pool } from 'kysely-pgwire'
import { describe, expect, test, vi } from 'vitest'

import { poolFixture } from '../integration/pool-fixture.ts'
import { eventLoopTurn } from '../support/event-loop-turn.ts'
import { type FaultProxy, faultProxy } from '../support/fault-proxy.ts'
import { stopTime } from '../support/stopped-time.ts'

const fixture = poolFixture()
const reads = 'select count(*) from stalled'

/** The URL of the proxy. */
function through(proxy: FaultProxy, cancelTimeoutMs: number): string {
  return `${proxy.through(fixture.url)}?cancel_timeout_ms=${cancelTimeoutMs}`
}

/** A pool with one connection, which is there and has met the statement that shares it. */
async function warm(connection: string): Promise<Pool> {
  await fixture.query('create table if not exists stalled (n int4)')
  const pool = createPool({ connection, max: 1 })
  for (let runs = 0; runs < 4; runs++) await pool.query(reads)
  return pool
}

/** Keeps everybody waiting who reads the table, until the returned function is called. */
async function lockTable(): Promise<() => Promise<void>> {
  const holder = await connect(fixture.url)
  await holder.execute('begin; lock table stalled in access exclusive mode')
  return () => holder.close()
}

const limit = { timeoutMs: 50 }

/** Ways to ask for something with a limit, when the network is stalled. */
const calls: readonly [string, (pool: Pool, stall: () => void) => Promise<unknown>][] = [
  ['a statement that shares its connection', (pool, stall) => (stall(), pool.query(reads, [], limit))],
  ['a statement alone', (pool, stall) => (stall(), pool.fetchValue('select pg_backend_pid()', [], limit))],
  [
    'a statement in a transaction',
    (pool, stall) =>
      pool.transaction(async (transaction) => {
        await transaction.query(reads)
        stall()
        await transaction.query(reads, [], limit)
      }),
  ],
  ['executeMany', (pool, stall) => (stall(), pool.executeMany('insert into stalled values ($1)', [[1]], limit))],
]

/** The ways in which nothing arrives on the connections that there are, while others can be made. */
const stalls: readonly [string, (proxy: FaultProxy) => void][] = [
  ['in either direction', ({ connections }) => connections.forEach((connection) => connection.stall())],
  ['at the server', ({ connections }) => connections.forEach(({ toServer }) => toServer.stall())],
  ['at the client', ({ connections }) => connections.forEach(({ toClient }) => toClient.stall())],
]

describe.each(stalls)('nothing arrives %s', (_where, stall) => {
  test.each(calls)('%s is asked to stop a few times, and another connection takes the place', async (_call, run) => {
    await using proxy = await faultProxy(fixture.server)
    await using pool = await warm(through(proxy, 200))
    await expect(run(pool, () => stall(proxy))).rejects.toMatchObject({ name: 'QueryTimeoutError' })
    // The stall lasts.
    expect(await pool.fetchValue('select 1')).toBe(1)
    expect(pool.totals.opened).toBe(2)
    // At once, after 20 ms, 80 ms and 260 ms, if the timers are in time: beside that, the first connection and the second.
    expect(proxy.connections.length).toBeLessThanOrEqual(2 + 4)
  })
})

test('by default a place is free again before those who wait for it have waited for too long', async () => {
  const served = calls.map(async ([, run]) => {
    await using proxy = await faultProxy(fixture.server)
    await using pool = await warm(proxy.through(fixture.url))
    const stall = (): void => proxy.connections[0]!.stall()
    await expect(run(pool, stall)).rejects.toMatchObject({ name: 'QueryTimeoutError' })
    return await pool.fetchValue('select 1')
  })
  expect(await Promise.all(served)).toEqual(calls.map(() => 1))
})

test('while no cancel arrives either, the place is free all the same, and served when the network is back', async () => {
  await using proxy = await faultProxy(fixture.server)
  await using pool = await warm(through(proxy, 200))
  proxy.stall()
  await expect(pool.query(reads, [], limit)).rejects.toMatchObject({ name: 'QueryTimeoutError' })
  await expect.poll(() => pool.stats).toMatchObject({ size: 0, busy: 0 })
  // One request was on its way, and no other was made beside it.
  expect(proxy.connections).toHaveLength(2)
  proxy.resume()
  expect(await pool.fetchValue('select 1')).toBe(1)
})

test('where a cancel is refused, the connection is given up at once', async () => {
  await using proxy = await faultProxy(fixture.server)
  await using pool = await warm(through(proxy, 1_000_000))
  proxy.connections[0]!.stall()
  proxy.refuse()
  await expect(pool.query(reads, [], limit)).rejects.toMatchObject({ name: 'QueryTimeoutError' })
  await expect.poll(() => pool.stats).toMatchObject({ size: 0, busy: 0 })
  await proxy.accept()
  expect(await pool.fetchValue('select 1')).toBe(1)
})

test('a server that is far away stops a statement late, and the connection is kept', async () => {
  await using proxy = await faultProxy(fixture.server)
  await using pool = await warm(through(proxy, 60_000))
  const processId = await pool.fetchValue('select pg_backend_pid()')
  await pool.query('select pg_sleep($1)', [0])
  const far = { delayMs: 150 }
  proxy.setFaults({ toServer: far, toClient: far })
  for (let rounds = 0; rounds < 2; rounds++) {
    const slept = pool.query('select pg_sleep($1)', [60], { timeoutMs: 20 + 400 * rounds })
    await expect(slept).rejects.toMatchObject({ outcome: 'unknown' })
    // Whatever is still on its way does not hit it.
    expect(await pool.fetchValue('select pg_backend_pid() from pg_sleep(0.1)')).toBe(processId)
  }
})

test('a cancel that arrives when its statement is long over hits nobody', async () => {
  await using proxy = await faultProxy(fixture.server)
  await using pool = await warm(through(proxy, 200))
  const processId = await pool.fetchValue('select pg_backend_pid()')
  // To be described takes a while that does not count.
  await pool.query('select pg_sleep($1)', [0])
  proxy.stall()
  proxy.connections[0]!.resume()
  await expect(pool.query('select pg_sleep($1)', [0.1], limit)).rejects.toMatchObject({ name: 'QueryTimeoutError' })
  await expect.poll(() => proxy.connections.length).toBe(2)
  const [, cancel] = proxy.connections
  proxy.resume()
  cancel!.stall()
  // The statement has ended by itself. But with a cancel on its way, its connection can serve nobody.
  expect(await pool.fetchValue('select pg_backend_pid()')).not.toBe(processId)
  const unlock = await lockTable()
  const next = pool.fetchValue('select 1 from (select count(*) from stalled) as behind')
  await expect.poll(() => fixture.running('as behind')).toHaveLength(1)
  cancel!.resume()
  await cancel!.closed
  await unlock()
  expect(await next).toBe(1)
})

/** Ways to copy one row, each of which keeps the server busy for a while. */
const copies: readonly [string, (connection: Connection) => Promise<number>][] = [
  [
    'COPY TO',
    async (connection) => {
      let lines = 0
      for await (const text of connection.copyTo({ query: 'select 1 from pg_sleep(0.5)' })) lines += text.length / 2
      return lines
    },
  ],
  ['COPY FROM', async (connection) => (await connection.copyFrom('slowly', '1\n')).rowCount],
]

test.each(copies)('%s behind a statement is not hit by its cancel', async (_way, copy) => {
  await using proxy = await faultProxy(fixture.server)
  await using connection = await connect(through(proxy, 60_000))
  await fixture.query('create table if not exists stalled (n int4)')
  await connection.execute('create temp table slowly (n int4 check (pg_sleep(0.5) is not null))')
  await connection.query(reads)
  const unlock = await lockTable()
  const abort = new AbortController()
  const given = expect(connection.query(reads, [], { signal: abort.signal })).rejects.toThrow('aborted')
  await expect.poll(() => fixture.running(reads)).toHaveLength(1)
  const copied = copy(connection)
  await eventLoopTurn()
  proxy.stall()
  proxy.connections[0]!.resume()
  abort.abort()
  await given
  await expect.poll(() => proxy.connections.length).toBe(2)
  // Now the statement ends by itself, before its cancel arrives.
  await unlock()
  await expect.poll(() => fixture.running(reads)).toHaveLength(0)
  await fixture.running('copy')
  proxy.resume()
  expect(await copied).toBe(1)
})

test('a statement that has shared its connection is asked to stop once', async () => {
  await using proxy = await faultProxy(fixture.server)
  await using pool = await warm(through(proxy, 60_000))
  const unlock = await lockTable()
  // A server that took longer would be asked again.
  stopTime()
  const given = expect(pool.query(reads, [], limit)).rejects.toMatchObject({ name: 'QueryTimeoutError' })
  await expect.poll(() => fixture.running(reads), { interval: 0 }).toHaveLength(1)
  vi.advanceTimersByTime(limit.timeoutMs)
  await given
  await expect.poll(() => pool.stats, { interval: 0 }).toMatchObject({ idle: 1, size: 1 })
  expect(proxy.connections).toHaveLength(2)
  await unlock()
})

test('of many that are given up together, each has that time to stop', async () => {
  await using proxy = await faultProxy(fixture.server)
  await using pool = await warm(through(proxy, 2_000))
  const processId = await pool.fetchValue('select pg_backend_pid()')
  const unlock = await lockTable()
  proxy.setFaults({ toServer: { delayMs: 110 } })
  // One is stopped after the other: that takes more than four seconds.
  const given = Array.from({ length: 40 }, () => expect(pool.query(reads, [], limit)).rejects.toThrow('given up'))
  await Promise.all(given)
  await expect.poll(() => pool.stats).toMatchObject({ idle: 1, size: 1 })
  proxy.setFaults({})
  expect(await pool.fetchValue('select pg_backend_pid()')).toBe(processId)
  await unlock()
})

test('each has that time from when it is the next, also while no request is made', async () => {
  await fixture.query(`create or replace function insist(seconds float8) returns int4 language plpgsql as $$
    declare until timestamptz := clock_timestamp() + make_interval(secs => seconds);
    begin
      loop
        begin
          perform pg_sleep(extract(epoch from until - clock_timestamp()));
        exception when query_canceled then null;
        end;
        exit when clock_timestamp() >= until;
      end loop;
      return 1;
    end $$`)
  await using connection = await connect(`${fixture.url}?cancel_timeout_ms=4000`)
  await connection.query('select insist($1)', [0])
  // Asked after 800 ms, the first is over before it would be asked again; and the limit before the second is.
  const insisting = [2.2, 2.2].map((seconds) => connection.fetchValue('select insist($1)', [seconds]))
  // Before that it does not insist.
  const event = 'select wait_event from pg_stat_activity where pid = $1'
  await expect.poll(() => fixture.query(event, [connection.processId])).toEqual([{ wait_event: 'PgSleep' }])
  const [answers] = await Promise.all([Promise.all(insisting), connection.cancelAbandoned()])
  expect(answers).toEqual([1, 1])
  expect(await connection.fetchValue('select 1')).toBe(1)
})

test('no limit of the pool ends that time sooner', async () => {
  await using proxy = await faultProxy(fixture.server)
  await using pool = await warm(through(proxy, 60_000))
  const processId = await pool.fetchValue('select pg_backend_pid()')
  proxy.connections[0]!.toClient.stall()
  stopTime()
  const given = expect(pool.fetchValue('select pg_backend_pid()', [], limit)).rejects.toThrow('given up')
  // Twenty seconds.
  for (let turns = 0; turns < 200; turns++) {
    await eventLoopTurn()
    vi.advanceTimersByTime(100)
  }
  await given
  vi.useRealTimers()
  expect(pool.stats).toMatchObject({ size: 1, busy: 1 })
  proxy.connections[0]!.toClient.resume()
  expect(await pool.fetchValue('select pg_backend_pid()')).toBe(processId)
})

test('a connection of its own is lost when its statement does not stop, and says so', async () => {
  await using proxy = await faultProxy(fixture.server)
  await using connection = await connect(through(proxy, 200))
  await connection.query('select 1')
  proxy.connections[0]!.stall()
  await expect(connection.query('select 1', [], limit)).rejects.toMatchObject({ name: 'QueryTimeoutError' })
  await expect(connection.query('select 2')).rejects.toMatchObject({
    code: 'PGWIRE_CONNECTION_LOST',
    outcome: 'not-sent',
    message: expect.stringContaining('did not stop a statement within 200 ms'),
  })
})
