/** Why a pool opens and closes connections, and while it cannot open any: what its channels say of that. */
import { type CloseReason, createPool, type Pool, subscribeTelemetry } from 'kysely-pgwire'
import { describe, expect, test, vi } from 'vitest'

import { faultProxy } from '../support/fault-proxy.ts'
import { poolFixture } from './pool-fixture.ts'
import { hearEvents, hearTraces } from './telemetry-fixture.ts'

const fixture = poolFixture()

describe('an opening', () => {
  test('is traced from its beginning to the end of onConnect, with the connection', async () => {
    using heard = hearTraces('pgwire:pool:open')
    await using pool = fixture.open({
      max: 1,
      onConnect: (connection) => {
        expect(heard.steps).toEqual(['start', 'end'])
        expect(heard.traces).toMatchObject([{ connection: undefined, durationMs: undefined }])
        return connection.query('select 1')
      },
    })
    const processId = await pool.fetchValue<number>('select pg_backend_pid()')
    expect(heard.steps).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
    expect(heard.traces).toMatchObject([{ reason: 'waiting', connection: { processId }, error: undefined }])
    expect(heard.traces[0]?.durationMs).toBeGreaterThan(0)
    expect(heard.traces[0]?.pool).toMatchObject({ max: 1, min: 0 })
    expect(pool.totals).toMatchObject({ opened: 1, openedFor: { waiting: 1, kept: 0, shared: 0 } })
  })

  test('has its connect inside of it', async () => {
    const order: string[] = []
    const note = (text: string) => () => void order.push(text)
    const ends = [
      subscribeTelemetry('pgwire:pool:open', { start: note('opens'), end: note('has begun'), asyncEnd: note('open') }),
      subscribeTelemetry('pgwire:connect', { start: note('connects'), asyncEnd: note('connected') }),
    ]
    await using pool = fixture.open({ max: 1 })
    await pool.query('select 1')
    for (const end of ends) end()
    expect(order).toEqual(['opens', 'connects', 'has begun', 'connected', 'open'])
  })

  test('of one that is kept says so, and of one for which others are shared', async () => {
    using heard = hearTraces('pgwire:pool:open')
    await using pool = fixture.open({ min: 1, max: 2 })
    await pool.warmUp()
    // A statement that is given up before gets on a connection all the same if it is known to be short, and waits for none.
    const shares = async (): Promise<boolean> => {
      const given = pool.query('select 1', [], { signal: AbortSignal.abort() })
      const { busy } = pool.stats
      await given.catch(() => {})
      return busy === 1
    }
    while (!(await shares())) await pool.query('select 1')
    await Promise.all([pool.query('select 1'), pool.query('select 1')])
    await expect.poll(() => pool.totals.openedFor).toEqual({ waiting: 0, kept: 1, shared: 1 })
    expect(heard.traces.map(({ reason }) => reason)).toEqual(['kept', 'shared'])
  })

  test('that fails has its error', async () => {
    using heard = hearTraces('pgwire:pool:open')
    await using pool = createPool({ connection: fixture.server.urlOf({ database: 'no_such_database' }) })
    await expect(pool.query('select 1')).rejects.toMatchObject({ code: '3D000' })
    expect(heard.steps).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd'])
    expect(heard.traces).toMatchObject([{ connection: undefined, error: { code: '3D000' } }])
  })

  test('whose hook throws has its error, and its connection is closed for that', async () => {
    using opened = hearTraces('pgwire:pool:open')
    using closed = hearEvents('pgwire:pool:close')
    using outages = hearTraces('pgwire:pool:outage')
    const refused = new Error('not this one')
    await using pool = fixture.open({ max: 1, onConnect: () => Promise.reject(refused) })
    await expect(pool.acquire()).rejects.toBe(refused)
    expect(opened.traces).toMatchObject([{ error: refused, connection: undefined }])
    expect(closed.events).toMatchObject([{ reason: 'hook', uses: 0, error: undefined }])
    expect(outages.traces).toEqual([])
  })
})

describe('a close', () => {
  /** How to have a connection closed for a reason, in a pool with one that was used once. */
  const ways: readonly (readonly [CloseReason, Parameters<typeof createPool>[0], (pool: Pool) => unknown])[] = [
    ['idle', { idleTimeoutMs: 20 }, () => {}],
    ['lifetime', { maxLifetimeMs: 100 }, () => {}],
    ['uses', { maxUses: 1 }, () => {}],
    ['expired', {}, (pool) => pool.expireConnections()],
    ['lost', {}, async () => fixture.server.terminate(...(await fixture.backends()))],
    ['unclean', { onRelease: () => Promise.reject(new Error('cannot let go')) }, () => {}],
    ['closed', {}, (pool) => pool.close()],
  ]

  test.each(ways)('is told once with its reason: %s', async (reason, options, act) => {
    using heard = hearEvents('pgwire:pool:close')
    await using pool = fixture.open({ max: 1, ...options })
    await using lease = await pool.acquire()
    const { processId } = lease.connection
    lease.release()
    await act(pool)
    await expect.poll(() => heard.events).toHaveLength(1)
    const [event] = heard.events
    expect(event).toMatchObject({ reason, connection: { processId }, pool: { max: 1 } })
    expect(event?.uses).toBeGreaterThan(0)
    expect(event?.ageMs).toBeGreaterThan(0)
    if (reason !== 'lost') expect(event?.error).toBeUndefined()
    else expect(event?.error).toMatchObject({ code: 'PGWIRE_CONNECTION_LOST', serverError: { code: '57P01' } })
    expect(pool.totals.closed[reason]).toBe(1)
    await pool.close()
    expect(heard.events).toHaveLength(1)
  })

  test('of one that does not answer any more is told as unanswered', async () => {
    await using proxy = await faultProxy(fixture.server)
    using heard = hearEvents('pgwire:pool:close')
    await using pool = createPool({ connection: proxy.through(fixture.url), max: 1, checkAfterIdleMs: 1 })
    const lease = await pool.acquire()
    lease.release()
    for (const connection of proxy.connections) connection.stall()
    const released = performance.now()
    await expect.poll(() => performance.now() - released).toBeGreaterThan(1)
    await expect(pool.fetchValue('select 1')).resolves.toBe(1)
    expect(heard.events).toMatchObject([{ reason: 'unanswered', error: undefined }])
  })

  test('of one that its borrower has cut has no error', async () => {
    using heard = hearEvents('pgwire:pool:close')
    await using pool = fixture.open({ max: 1 })
    const lease = await pool.acquire()
    lease.connection.terminate()
    lease.release()
    expect(heard.events).toMatchObject([{ reason: 'lost', error: undefined, uses: 1 }])
  })

  test('names as many connections as were opened', async () => {
    using opened = hearTraces('pgwire:pool:open')
    using closed = hearEvents('pgwire:pool:close')
    const pool = fixture.open({ max: 4, maxUses: 3, pipelining: 'off' })
    await Promise.all(Array.from({ length: 60 }, (_, n) => pool.fetchValue('select $1::int4', [n])))
    await pool.close()
    const came = opened.traces.map(({ connection }) => connection?.processId)
    const went = closed.events.map(({ connection }) => connection.processId)
    expect(came.length).toBeGreaterThanOrEqual(20)
    expect(went).toHaveLength(came.length)
    expect(new Set(went)).toEqual(new Set(came))
    expect(closed.events.filter(({ reason }) => reason === 'uses')).toHaveLength(pool.totals.closed.uses)
  })
})

describe('an outage', () => {
  test('is one trace from the first attempt that fails to the next that succeeds', async () => {
    await using proxy = await faultProxy(fixture.server)
    using heard = hearTraces('pgwire:pool:outage')
    await using pool = createPool({ connection: proxy.through(fixture.url), max: 2 })
    await pool.query('select 1')
    expect(heard.steps).toEqual([])
    proxy.refuse()
    proxy.cut()
    await expect.poll(() => pool.stats.size).toBe(0)
    for (let failures = 1; failures <= 3; failures++) {
      await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'PGWIRE_CONNECT_FAILED' })
      expect(heard.traces).toMatchObject([{ failures, failure: { code: 'PGWIRE_CONNECT_FAILED' } }])
      expect(heard.steps).toEqual(['start', 'end'])
    }
    await proxy.accept()
    await pool.query('select 1')
    expect(heard.steps).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
    expect(heard.traces).toMatchObject([{ failures: 3, error: undefined }])
    expect(heard.traces[0]?.durationMs).toBeGreaterThan(0)
  })

  test('ends with the pool', async () => {
    using heard = hearTraces('pgwire:pool:outage')
    const pool = createPool({ connection: fixture.server.urlOf({ database: 'no_such_database' }), min: 1 })
    await expect(pool.warmUp()).rejects.toMatchObject({ code: '3D000' })
    expect(heard.steps).toEqual(['start', 'end'])
    await pool.close()
    expect(heard.steps).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
  })
})

test('without a subscriber nothing is made, and one that throws breaks nothing', async () => {
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
  await using pool = fixture.open({ max: 1 })
  await pool.query('select 1')
  const end = subscribeTelemetry('pgwire:pool:close', () => {
    throw new Error('a broken subscriber')
  })
  const now = vi.spyOn(performance, 'now')
  pool.expireConnections()
  now.mockRestore()
  await expect(pool.fetchValue('select 1')).resolves.toBe(1)
  end()
  expect((await warned).message).toContain('a broken subscriber')
})
