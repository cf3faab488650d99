/** The other channels, subscribing, and what happens without subscribers. */
import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel'

import { connect, createPool, queryLogger, subscribeTelemetry, telemetryChannels, type TraceEnd } from 'kysely-pgwire'
import { expect, onTestFinished, test, vi } from 'vitest'

import { poolFixture } from './pool-fixture.ts'
import { hearEvents, hearTraces } from './telemetry-fixture.ts'

const fixture = poolFixture()
const open = () => connect(fixture.url)
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error,
  )

test('a connect is traced, with the connection once it is there', async () => {
  using heard = hearTraces('pgwire:connect')
  await using connection = await open()
  const { hostname, port, pathname, username } = new URL(fixture.url)
  const host = decodeURIComponent(hostname)
  const place = { host, port: Number(port) }
  const account = { database: pathname.slice(1), user: username }
  expect(heard.steps).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
  expect(heard.traces).toEqual([
    {
      hosts: [place],
      ...account,
      connection: { processId: connection.processId, ...place, ...account },
      durationMs: expect.any(Number),
      error: undefined,
    },
  ])
})

test('a connect that fails is traced with its error, and without a password', async () => {
  using heard = hearTraces('pgwire:connect')
  const url = new URL(fixture.url)
  url.pathname = '/no_such_database'
  url.password = 'hunter2'
  const error = await failure(connect(url.href))
  expect(heard.traces).toMatchObject([{ database: 'no_such_database', connection: undefined, error }])
  expect(JSON.stringify(heard.traces)).not.toContain('hunter2')
})

test('a COPY into a table is traced with its statement, its rows and its bytes', async () => {
  await using connection = await open()
  await connection.execute('create temporary table copied (n int4, t text)')
  using heard = hearTraces('pgwire:copy')
  const rows = Array.from({ length: 1000 }, (_, n) => ({ n, t: 'x'.repeat(100) }))
  await connection.copyFrom('copied', rows)
  expect(heard.steps).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
  expect(heard.traces).toMatchObject([
    { direction: 'from', sql: expect.stringMatching(/^copy "copied" \("n", "t"\) from stdin/), rowCount: 1000 },
  ])
  expect(heard.traces[0]?.bytesSent).toBeGreaterThan(100_000)
  expect(JSON.stringify(heard.traces)).not.toContain('xxx')
  const error = await failure(connection.copyFrom('copied', [{ n: 'not a number' }]))
  expect(heard.traces[1]).toMatchObject({ error, rowCount: undefined })
})

test('a COPY out of a table is traced from its first step to its end, or where it is left', async () => {
  await using connection = await open()
  using heard = hearTraces('pgwire:copy')
  const stream = connection.copyTo({ query: 'select * from generate_series(1, 1000)' })
  expect(heard.steps).toEqual([])
  for await (const chunk of stream) void chunk
  expect(heard.steps).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
  expect(heard.traces).toMatchObject([
    { direction: 'to', sql: expect.stringContaining('generate_series'), rowCount: 1000 },
  ])
  expect(heard.traces[0]?.bytesReceived).toBeGreaterThan(3000)
  const error = await failure(connection.copyTo('no_such_table').next())
  expect(heard.traces[1]).toMatchObject({ error })
  const parameters = ['hidden here']
  for (const format of ['text', 'rows'] as const) {
    const copied = connection.copyTo({ query: 'select $1::text', parameters }, { format: format as 'text' })
    for await (const item of copied) void item
  }
  expect(heard.traces.slice(2).map(({ sql }) => sql)).toEqual(Array(2).fill('copy (select $1::text) to stdout'))
  const left = connection.copyTo({ query: 'select * from generate_series(1, 10)' })
  await left.next()
  await left.return()
  expect(heard.traces[4]).toMatchObject({ durationMs: expect.any(Number), error: undefined })
})

test('a transaction is traced with its end: committed, rolled back, and those nested in it', async () => {
  await using connection = await open()
  using heard = hearTraces('pgwire:transaction')
  const own = new Error('no more')
  await connection.transaction(async (tx) => {
    await tx.query('select 1')
    await tx.transaction(async (nested) => void (await nested.query('select 2')))
    await failure(tx.transaction(() => Promise.reject(own)))
  })
  const refused = await failure(connection.transaction((tx) => tx.query('select 1 / 0')))
  expect(heard.traces).toMatchObject([
    { nested: false, outcome: 'committed', error: undefined, connection: { processId: connection.processId } },
    { nested: true, outcome: 'committed' },
    { nested: true, outcome: 'rolled-back', error: own },
    { nested: false, outcome: 'rolled-back', error: refused },
  ])
  for (const { durationMs } of heard.traces) expect(durationMs).toBeGreaterThan(0)
  expect(heard.steps.filter((step) => step === 'start')).toHaveLength(4)
  expect(heard.steps.filter((step) => step === 'asyncEnd')).toHaveLength(4)
})

test('a notice is published with the connection that it came on', async () => {
  using heard = hearEvents('pgwire:notice')
  await using connection = await open()
  await connection.execute(`do $$ begin raise warning using message = 'look here', errcode = '01ABC'; end $$`)
  expect(heard.events).toEqual([
    {
      connection: expect.objectContaining({ processId: connection.processId }),
      severity: 'WARNING',
      code: '01ABC',
      message: 'look here',
    },
  ])
})

test('the list of channels names those that there are, and no name is taken twice', async () => {
  const { 'pgwire:connect': connecting, 'pgwire:notice': notice } = telemetryChannels
  expect(connecting.kind).toBe('trace')
  expect(notice.kind).toBe('event')
  for (const [name, { doc }] of Object.entries(telemetryChannels)) {
    expect(name).toMatch(/^pgwire:[a-z:]+$/)
    expect(doc).toMatch(/\.$/)
  }
})

test('without a subscriber no trace is made', async () => {
  await using connection = await open()
  const now = vi.spyOn(performance, 'now')
  onTestFinished(() => void now.mockRestore())
  await connection.query('select 1')
  now.mockClear()
  await connection.query('select 1')
  await connection.execute('select 1')
  await connection.transaction((tx) => tx.query('select 1'))
  // A trace begins by looking at the clock.
  expect(now).not.toHaveBeenCalled()
  using heard = hearTraces('pgwire:query')
  await connection.query('select 1')
  expect(now).toHaveBeenCalledTimes(2)
  expect(heard.traces).toHaveLength(1)
})

test('a subscriber that comes while a query runs hears of the next one, and one that has left of none', async () => {
  await using connection = await open()
  const running = connection.query('select pg_sleep(0.05)')
  const heard: string[] = []
  const end = subscribeTelemetry('pgwire:query', { asyncEnd: ({ sql }) => void heard.push(sql) })
  await running
  expect(heard).toEqual([])
  await connection.query('select 1')
  end()
  end()
  await connection.query('select 2')
  expect(heard).toEqual(['select 1'])
  expect(tracingChannel('pgwire:query').hasSubscribers).toBe(false)
})

test('any one of the five steps is enough', async () => {
  await using connection = await open()
  for (const step of ['start', 'end', 'error', 'asyncStart', 'asyncEnd'] as const) {
    const heard: string[] = []
    const end = subscribeTelemetry('pgwire:query', { [step]: ({ sql }: { sql: string }) => void heard.push(sql) })
    await failure(connection.query('select 1 / 0'))
    end()
    expect(heard).toEqual(['select 1 / 0'])
  }
})

test('a handler that throws breaks no query, and is a warning of the process', async () => {
  await using connection = await open()
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
  const end = subscribeTelemetry('pgwire:query', {
    start: () => {
      throw new Error('a broken subscriber')
    },
  })
  using heard = hearTraces('pgwire:query')
  await expect(connection.fetchValue('select 1')).resolves.toBe(1)
  end()
  const warning = await warned
  expect(warning.name).toBe('PgwireTelemetryWarning')
  expect(warning.message).toContain('a broken subscriber')
  expect(heard.steps).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
})

test('a subscriber of Node’s own that throws breaks no query either', async () => {
  await using connection = await open()
  const name = 'tracing:pgwire:query:asyncEnd'
  const broken = (): void => {
    throw new Error('a broken subscriber of Node')
  }
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  onTestFinished(() => {
    process.removeAllListeners('uncaughtException')
    for (const listener of others) process.on('uncaughtException', listener)
  })
  const uncaught = new Promise<Error>((resolve) => process.once('uncaughtException', resolve))
  subscribe(name, broken)
  await expect(connection.fetchValue('select 1')).resolves.toBe(1)
  unsubscribe(name, broken)
  expect((await uncaught).message).toBe('a broken subscriber of Node')
  await expect(connection.fetchValue('select 2')).resolves.toBe(2)
})

test('a query that a handler asks for is traced as any other', async () => {
  await using pool = createPool({ connection: fixture.url, max: 2 })
  const asked: Promise<unknown>[] = []
  const end = subscribeTelemetry('pgwire:query', {
    asyncEnd: ({ sql }) => {
      if (sql === 'select 1') asked.push(pool.fetchValue('select 2'))
    },
  })
  using heard = hearTraces('pgwire:query')
  await pool.query('select 1')
  expect(await Promise.all(asked)).toEqual([2])
  end()
  expect(heard.traces.map(({ sql }) => sql)).toEqual(['select 1', 'select 2'])
})

test('every trace ends exactly once, whatever happens to it', async () => {
  await using pool = createPool({ connection: fixture.url, max: 3 })
  const ends = new Map<TraceEnd, number>()
  const begun = new Set<TraceEnd>()
  const handlers = {
    start: (trace: TraceEnd) => void begun.add(trace),
    asyncEnd: (trace: TraceEnd) => void ends.set(trace, (ends.get(trace) ?? 0) + 1),
  }
  const stops = [
    subscribeTelemetry('pgwire:query', handlers),
    subscribeTelemetry('pgwire:copy', handlers),
    subscribeTelemetry('pgwire:transaction', handlers),
    subscribeTelemetry('pgwire:prepare', handlers),
  ]
  const stopped = new AbortController()
  const calls = [
    pool.query('select 1'),
    pool.query('select 1 / 0'),
    pool.query('select $1::int4', [1.5]),
    pool.query('select pg_sleep(600)', [], { signal: stopped.signal }),
    pool.transaction((tx) => tx.query('select pg_sleep(600)'), { signal: stopped.signal }),
    pool.batch([{ sql: 'select 1' }, { sql: 'selec' }]),
    pool.executeMany('select $1::int4', [[1], ['x']]),
    pool.copyTo({ query: 'select 1 / 0' }).next(),
    pool.copyFrom('no_such_table', [{ a: 1 }]),
    pool.cursor('select 1 / 0').next(),
  ]
  const settled = Promise.allSettled(calls)
  await expect.poll(() => fixture.running('pg_sleep(600)')).toHaveLength(2)
  stopped.abort()
  await settled
  await pool.close()
  for (const stop of stops) stop()
  expect(begun.size).toBeGreaterThan(8)
  expect([...ends.values()]).toEqual(Array.from({ length: begun.size }, () => 1))
})

test('the logger hears queries and copies until it is ended', async () => {
  await using connection = await open()
  const entries: object[] = []
  const end = queryLogger({ write: (entry) => void entries.push(entry) })
  await connection.query('select $1::int4 as n', [1], { tag: 'one' })
  await connection.copyTo({ query: 'select 2' }).next()
  end()
  await connection.query('select 3')
  expect(entries).toMatchObject([
    { verb: 'query', sql: 'select $1::int4 as n', tag: 'one', rowCount: 1, slow: false, error: undefined },
    { verb: 'copy', sql: expect.stringContaining('select 2'), connection: { processId: connection.processId } },
  ])
  expect(entries[0]).not.toHaveProperty('parameters')
})

test('taking a connection of a pool is traced, whether it has to be waited for or not, and giving it back is told', async () => {
  await using pool = createPool({ connection: fixture.url, max: 1, acquireTimeoutMs: 2_000 })
  using acquired = hearTraces('pgwire:pool:acquire')
  using released = hearEvents('pgwire:pool:release')
  const first = await pool.acquire()
  const error = await failure(pool.acquire())
  first.release()
  const again = await pool.acquire()
  again.release()
  again.release()
  const connection = { processId: expect.any(Number), database: new URL(fixture.url).pathname.slice(1) }
  expect(acquired.traces).toMatchObject([
    { waited: true, connection, error: undefined, pool: { max: 1, min: 0 } },
    { waited: true, connection: undefined, error },
    { waited: false, connection, durationMs: expect.any(Number) },
  ])
  expect(released.events).toMatchObject([{ connection }, { connection }])
  expect(released.events[0]?.heldMs).toBeGreaterThan(released.events[1]!.heldMs!)
  expect(acquired.traces[0]?.pool.stats).toMatchObject({ idle: 1, busy: 0, connecting: 0, waiting: 0 })
  expect(acquired.steps.filter((step) => step === 'asyncEnd')).toHaveLength(3)
})

test('the verbs of a pool give back what they take', async () => {
  await using pool = createPool({ connection: fixture.url, max: 2 })
  using acquired = hearTraces('pgwire:pool:acquire')
  using released = hearEvents('pgwire:pool:release')
  await pool.query('select set_config($1, $2, false)', ['app.user', 'ada'])
  await pool.transaction((tx) => tx.query('select 1'))
  await pool.batch([{ sql: 'select 1' }])
  await failure(pool.executeMany('select 1 / $1::int4', [[0]]))
  expect(acquired.traces).toHaveLength(4)
  expect(released.events).toHaveLength(4)
})

test('of a connection that was borrowed before anybody has subscribed, nobody knows for how long it was held', async () => {
  await using pool = createPool({ connection: fixture.url, max: 1 })
  const lease = await pool.acquire()
  using released = hearEvents('pgwire:pool:release')
  lease.release()
  expect(released.events).toMatchObject([{ heldMs: undefined }])
})
