import { expect, test, vi } from 'vitest'

import { eventLoopTurn } from '../support/event-loop-turn.ts'
import { slowly, stopTime } from '../support/stopped-time.ts'
import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()
const ONE = { rows: [{ one: 1 }] }
const inTransaction = () =>
  fixture.query(
    `select 1 from pg_stat_activity
      where xact_start is not null and pid <> pg_backend_pid() and datname = current_database()
        and backend_type = 'client backend'`,
  )

test.each([
  ['begin', []],
  ['begin', ['select 1']],
  ['begin', ['create table gone (id int)', 'savepoint s']],
  ['start transaction isolation level serializable', ['select 1']],
])('a transaction that is left open is rolled back: %s %j', async (begin, statements) => {
  await using pool = fixture.open({ max: 1 })
  await pool.query('select 1')
  const before = await fixture.backends()
  {
    await using lease = await pool.acquire()
    await lease.connection.query(begin)
    for (const statement of statements) await lease.connection.query(statement)
  }
  await using next = await pool.acquire()
  expect(next.connection.transactionStatus).toBe('I')
  await expect(next.connection.query(`select to_regclass('gone') as gone, 1 as one`)).resolves.toMatchObject({
    rows: [{ gone: null, one: 1 }],
  })
  await expect(inTransaction()).resolves.toEqual([])
  await expect(fixture.backends()).resolves.toEqual(before)
})

test('a failed transaction that is left open is rolled back', async () => {
  await using pool = fixture.open({ max: 1 })
  {
    await using lease = await pool.acquire()
    await lease.connection.query('begin')
    await lease.connection.query('select 1 / 0').catch(() => {})
    expect(lease.connection.transactionStatus).toBe('E')
  }
  await expect(pool.query('select 1 as one')).resolves.toMatchObject(ONE)
  expect(pool.stats.size).toBe(1)
})

test('a transaction that is begun behind the release is rolled back too', async () => {
  await using pool = fixture.open({ max: 1 })
  const lease = await pool.acquire()
  const begun = lease.connection.query('begin')
  lease.release()
  await begun
  await expect(pool.query('select 1 as one')).resolves.toMatchObject(ONE)
  await expect(inTransaction()).resolves.toEqual([])
})

test('queries that still run at the release are answered before the connection is used again', async () => {
  await using pool = fixture.open({ max: 1 })
  const lease = await pool.acquire()
  const order: string[] = []
  const late = [1, 2, 3].map((n) =>
    lease.connection.query('select pg_sleep(0.02), $1::int4 as n', [n]).then(() => order.push(`late ${n}`)),
  )
  lease.release()
  await using next = await pool.acquire()
  order.push('next')
  expect(next.connection.idle).toBe(true)
  await Promise.all(late)
  expect(order).toEqual(['late 1', 'late 2', 'late 3', 'next'])
})

test('a stream that was left without its end does not disturb the next one', async () => {
  await using pool = fixture.open({ max: 1 })
  for (let round = 0; round < 20; round++) {
    await using lease = await pool.acquire()
    for await (const _ of lease.connection.stream('select * from generate_series(1, 10000)', [], { batchRows: 10 }))
      break
  }
  await expect(pool.query('select 1 as one')).resolves.toMatchObject(ONE)
  expect(pool.stats.size).toBe(1)
})

test('a connection that was closed or killed while borrowed is replaced', async () => {
  await using pool = fixture.open({ max: 1 })
  for (const end of ['close', 'terminate', 'kill'] as const) {
    await using lease = await pool.acquire()
    if (end === 'close') await lease.connection.close()
    else if (end === 'terminate') lease.connection.terminate()
    else await fixture.server.terminate(lease.connection.processId)
    await expect.poll(() => lease.connection.closed).toBe(true)
    lease.release()
    await expect(pool.query('select 1 as one')).resolves.toMatchObject(ONE)
    expect(pool.stats).toMatchObject({ size: 1, busy: 0 })
  }
})

test('a query that goes on and on after the release is cancelled, and its connection replaced', async () => {
  await using pool = fixture.open({ max: 1, acquireTimeoutMs: 0 })
  const lease = await pool.acquire()
  const { processId } = lease.connection
  const endless = expect(lease.connection.query('select pg_sleep(60) /* left behind */')).rejects.toMatchObject({
    code: '57014',
  })
  await expect.poll(() => fixture.running('left behind')).toHaveLength(1)
  // A second for the cancel can be too short.
  stopTime()
  lease.release()
  await eventLoopTurn()
  vi.advanceTimersByTime(5_000)
  await slowly(endless)
  await expect(pool.query('select 1 as one')).resolves.toMatchObject(ONE)
  await endless
  await expect.poll(() => fixture.backends()).not.toContain(processId)
})
