/** Replicas that cannot be reached: where reads go meanwhile, who is told what, and what happens when they are back. */
import { connect, isSafeToRetry } from 'kysely-pgwire'
import { describe, expect, test } from 'vitest'

import { errorResponse } from '../support/backend-messages.ts'
import { scriptedServer } from '../support/scripted-server.ts'
import { NOBODY, ON_STANDBY, replicaFixture } from './replica-fixture.ts'

const servers = replicaFixture()

const marked = { replica: true } as const

const standby = (): { port: number } => ({ port: servers.standby.port })

/** How many statements sleep on the standby. */
const sleepers = async (): Promise<number> =>
  (await servers.standby.query(`select 1 from pg_stat_activity where wait_event = 'PgSleep'`)).length

describe('a replica that nobody runs', () => {
  test('is passed over: its reads go to the primary', async () => {
    await using pool = servers.open({ replicas: [NOBODY] })
    for (let round = 0; round < 3; round++) expect(await pool.fetchValue(ON_STANDBY, [], marked)).toBe(false)
    const transaction = pool.transaction((tx) => tx.fetchValue(ON_STANDBY), { accessMode: 'read only' })
    expect(await transaction).toBe(false)
    expect(pool.replicas[0]).toMatchObject({ available: false, stats: { size: 0 }, totals: { opened: 0 } })
  })

  test('is passed over for another', async () => {
    await using pool = servers.open({ replicas: [NOBODY, standby(), NOBODY] })
    const reads = Array.from({ length: 30 }, () => pool.fetchValue(ON_STANDBY, [], marked))
    expect(new Set(await Promise.all(reads))).toEqual(new Set([true]))
    expect(pool.totals.opened).toBe(0)
    expect(pool.replicas.map(({ available }) => available)).toEqual([false, true, false])
  })

  test('is one of whom nobody asks much: no read waits for another attempt', async () => {
    await using pool = servers.open({ replicas: [NOBODY] })
    for (let round = 0; round < 200; round++) await pool.query('select 1', [], marked)
    // One attempt of a read, and then those that the pauses of an outage allow.
    expect(pool.replicas[0]!.totals.failed).toBeLessThan(20)
    expect(pool.replicas[0]!.stats.waiting).toBe(0)
  })

  test('does not keep the pool from warming up, but for one that needs it', async () => {
    await using pool = servers.open({ replicas: [NOBODY, standby()] })
    await pool.warmUp()
    expect(pool.stats.size).toBe(1)
    expect(pool.replicas.map(({ stats }) => stats.size)).toEqual([0, 1])
    await using strict = servers.open({ replicas: [NOBODY], replicaFallback: false })
    await expect(strict.warmUp()).rejects.toMatchObject({ code: 'PGWIRE_CONNECT_FAILED' })
  })

  test('fails its reads where they must not go to the primary', async () => {
    await using pool = servers.open({ replicas: [NOBODY, NOBODY], replicaFallback: false })
    for (let round = 0; round < 3; round++) {
      const error = await pool.query('select 1', [], marked).catch((caught: unknown) => caught)
      expect(error).toMatchObject({ code: 'PGWIRE_CONNECT_FAILED', outcome: 'not-sent', port: 1 })
      expect(isSafeToRetry(error)).toBe(true)
    }
    expect(pool.totals.opened).toBe(0)
    // What cannot run on a standby goes to the primary anyway.
    const settings = { accessMode: 'read only', isolationLevel: 'serializable' } as const
    expect(await pool.transaction((tx) => tx.fetchValue(ON_STANDBY), settings)).toBe(false)
  })
})

test('a replica that is wrong about its password is told of, and never passed over', async () => {
  await using pool = servers.open({ replicas: [{ ...standby(), password: 'wrong' }] })
  for (let round = 0; round < 3; round++) {
    await expect(pool.query('select 1', [], marked)).rejects.toMatchObject({ code: '28P01' })
  }
  await expect(pool.warmUp()).rejects.toMatchObject({ code: '28P01' })
  expect(await pool.fetchValue('select 1')).toBe(1)
})

test.each(['57P03', '53300'])('a replica that answers %s is passed over', async (code) => {
  await using busy = await scriptedServer(async (peer) => {
    await peer.startup()
    peer.send(errorResponse({ S: 'FATAL', V: 'FATAL', C: code, M: 'not now' }))
    peer.close()
  })
  await using pool = servers.open({ replicas: [{ host: busy.host, port: busy.port }] })
  expect(await pool.fetchValue(ON_STANDBY, [], marked)).toBe(false)
  expect(pool.replicas[0]!.totals).toMatchObject({ timedOut: 0, opened: 0 })
})

test('a single replica is waited for while it starts, where reads go nowhere else', async () => {
  await using starting = await scriptedServer(async (peer, index) => {
    if (index > 1) {
      await peer.login()
      return
    }
    await peer.startup()
    peer.send(errorResponse({ S: 'FATAL', V: 'FATAL', C: '57P03', M: 'starting up' }))
    peer.close()
  })
  await using pool = servers.open({ replicas: [{ host: starting.host, port: starting.port }], replicaFallback: false })
  await using lease = await pool.acquire(marked)
  expect(lease.connection.closed).toBe(false)
  expect(starting.peers).toHaveLength(3)
  lease.connection.terminate()
})

test('a replica that never answers a login is left when the wait is over', async () => {
  await using silent = await scriptedServer(() => {})
  await using pool = servers.open({ acquireTimeoutMs: 100, replicas: [{ host: silent.host, port: silent.port }] })
  // A login to the primary may take longer.
  const reached = (): Promise<boolean> =>
    pool.query('select 1').then(
      () => true,
      () => false,
    )
  await expect.poll(reached).toBe(true)
  expect(await pool.fetchValue(ON_STANDBY, [], marked)).toBe(false)
  await pool.close({ timeoutMs: 0 })
})

test('a replica whose connections are all in use is waited for, and no longer than it takes', async () => {
  await using pool = servers.open({ max: 1, acquireTimeoutMs: 50 })
  // A login may take longer.
  await pool.warmUp()
  const held = await pool.acquire(marked)
  await expect(pool.query(ON_STANDBY, [], marked)).rejects.toMatchObject({ code: 'PGWIRE_POOL_TIMEOUT' })
  const waiting = pool.fetchValue(ON_STANDBY, [], marked)
  held.release()
  expect(await waiting).toBe(true)
  expect(pool.totals.acquireMs.count).toBe(0)
})

test('a replica that stops fails what runs there, and nothing after that; once it is back it is used again', async () => {
  await using pool = servers.open()
  const running = pool.query('select pg_sleep(60)', [], marked).catch((error: unknown) => error)
  await expect.poll(sleepers).toBe(1)
  await servers.standby.stop()
  const error = await running
  expect(error).toMatchObject({ code: '57P01', outcome: 'rolled-back' })
  expect(isSafeToRetry(error)).toBe(true)
  for (let round = 0; round < 20; round++) expect(await pool.fetchValue(ON_STANDBY, [], marked)).toBe(false)
  await servers.standby.start()
  await expect.poll(() => pool.fetchValue(ON_STANDBY, [], marked)).toBe(true)
})

test('a read that conflicts with recovery can be repeated', async () => {
  await servers.standby.query(`alter system set max_standby_streaming_delay = 0`)
  await servers.standby.query('select pg_reload_conf()')
  await using pool = servers.open({ replicaFallback: false })
  await using primary = await connect(servers.connection)
  await primary.execute('create table passing as select generate_series(1, 1000) as n')
  await servers.caughtUp()
  // Its snapshot sees rows that the primary is about to remove for good.
  const reading = pool
    .query('select count(n), pg_sleep(60) from passing', [], marked)
    .catch((caught: unknown) => caught)
  await expect.poll(sleepers).toBe(1)
  await primary.execute('delete from passing')
  await primary.execute('vacuum passing')
  const error = await reading
  expect(error).toMatchObject({ code: '40001', outcome: 'rolled-back' })
  expect(isSafeToRetry(error)).toBe(true)
})
