import type { Lease, Pool } from 'kysely-pgwire'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { faultProxy } from '../support/fault-proxy.ts'
import { poolFixture } from './pool-fixture.ts'
import { runScript } from './run-script.ts'

const fixture = poolFixture()
const leaks: Error[] = []
const keepLeak = (warning: Error): void => {
  if (warning.name === 'PoolLeakWarning') leaks.push(warning)
}

beforeEach(() => {
  process.on('warning', keepLeak)
})

afterEach(() => {
  process.off('warning', keepLeak)
  leaks.length = 0
})

test('a connection that is held for too long leads to a warning that says where it was acquired', async () => {
  async function forgetful(pool: Pool): Promise<Lease> {
    return pool.acquire()
  }
  async function careful(pool: Pool): Promise<void> {
    const lease = await pool.acquire()
    lease.release()
  }
  await using pool = fixture.open({ max: 2, leakDetectionMs: 50 })
  await careful(pool)
  const lease = await forgetful(pool)
  await expect.poll(() => leaks.length).toBe(1)
  lease.release()
  expect(leaks[0]?.message).toBe('A connection of the pool was acquired here, and not released for 50 ms')
  expect(leaks[0]?.stack).toContain('forgetful')
  // The one that was released in time would have been due earlier.
  expect(leaks).toHaveLength(1)
})

describe('acquire that runs out of time', () => {
  test('within a transaction says that a call may wait for itself', async () => {
    await using pool = fixture.open({ max: 1, acquireTimeoutMs: 50 })
    await pool.warmUp()
    const nested = pool.transaction(() => pool.query('select 1'))
    await expect(nested).rejects.toMatchObject({
      code: 'PGWIRE_POOL_TIMEOUT',
      message: expect.stringContaining('1 of those in use are in a transaction in which nothing runs'),
    })
    expect(pool.totals.timedOut).toBe(1)
  })

  test.each(['select 1', 'select pg_sleep(0.2)'])('behind %s says nothing of the kind', async (sql) => {
    await using pool = fixture.open({ max: 1, acquireTimeoutMs: 50 })
    await pool.warmUp()
    await using lease = await pool.acquire()
    const busy = lease.connection.query(sql)
    await expect(pool.query('select 1')).rejects.toMatchObject({ message: expect.not.stringContaining('transaction') })
    await busy
  })
})

test('totals say what a pool has done so far', async () => {
  const pool = fixture.open({ max: 1 })
  const value = <T>(sql: string): Promise<T | null> => pool.fetchValue<T>(sql)
  await Promise.all([value('select 1'), value('select pg_sleep(0.2)'), value('select 3')])
  await pool.query('select 4')
  await pool.close()
  const { acquireMs, queryMs, ...counts } = pool.totals
  expect(counts).toEqual({
    opened: 1,
    openedFor: { waiting: 1, kept: 0, shared: 0 },
    failed: 0,
    timedOut: 0,
    refused: 0,
    closed: {
      idle: 0,
      lifetime: 0,
      uses: 0,
      expired: 0,
      lost: 0,
      unanswered: 0,
      unclean: 0,
      demoted: 0,
      hook: 0,
      closed: 1,
    },
  })
  expect([acquireMs.count, queryMs.count]).toEqual([4, 4])
  // Of the time for which a process was busy, a tenth counts at least. The last one found the connection idle, and the third one had to wait for the second.
  expect(acquireMs.buckets[0]).toEqual({ upToMs: 0.001, count: 1 })
  expect(acquireMs.maxMs).toBeGreaterThanOrEqual(15)
  expect(queryMs.maxMs).toBeGreaterThanOrEqual(15)
})

test.each([
  ['a query', ''],
  ['a call that waits', `pool.query('select 1').catch(() => {})`],
])('with unref, %s does not keep the process alive', async (_, more) => {
  const script = `
    import { createPool } from 'kysely-pgwire'
    const pool = createPool({ connection: process.env['DATABASE_URL'], max: 1, unref: true })
    const alive = setInterval(() => {}, 1_000)
    console.log(await pool.fetchValue('select 1'))
    pool.query('select pg_sleep(60)').catch(() => {})
    ${more}
    clearInterval(alive)`
  await expect(runScript(script, fixture.url, [])).resolves.toEqual({ code: 0, stdout: '1\n', stderr: '' })
})

test.each([
  ['came back in the middle of a query', `lease.connection.query('select pg_sleep(60)').catch(() => {})`, ''],
  ['is asked whether it answers', '', `pool.query('select 1').catch(() => {})`],
])('with unref, a connection that %s does not keep the process alive', async (_, before, behind) => {
  await using proxy = await faultProxy(fixture.server)
  const script = `
    import { createPool } from 'kysely-pgwire'
    const pool = createPool({ connection: process.env['DATABASE_URL'], max: 1, unref: true, checkAfterIdleMs: 1 })
    const alive = setInterval(() => {}, 1_000)
    const lease = await pool.acquire()
    console.log(await lease.connection.fetchValue('select 1'))
    ${before}
    lease.release()
    await new Promise((resolve) => setTimeout(resolve, 50))
    ${behind}
    clearInterval(alive)
    setTimeout(() => console.log('still there'), 500).unref()`
  void proxy.after('Z', 3, () => proxy.stall())
  await expect(runScript(script, proxy.through(fixture.url), [])).resolves.toEqual({
    code: 0,
    stdout: '1\n',
    stderr: '',
  })
})
