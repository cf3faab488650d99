/** The channel `pgwire:query`, and `pgwire:prepare` beside it. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { tracingChannel } from 'node:diagnostics_channel'
import { inspect } from 'node:util'

import { connect, parametersOf, type QueryTrace, subscribeTelemetry } from 'kysely-pgwire'
import { expect, test } from 'vitest'

import { poolFixture } from './pool-fixture.ts'
import { hearTraces } from './telemetry-fixture.ts'

const fixture = poolFixture()
const open = () => connect(fixture.url)
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error,
  )

test('a query is traced with its SQL, its tag, its connection and what came of it', async () => {
  await using connection = await open()
  using heard = hearTraces('pgwire:query')
  await connection.query('select n from generate_series(1, $1::int4) n', [3], { tag: 'numbers' })
  const { hostname, port, pathname, username } = new URL(fixture.url)
  expect(heard.steps).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
  expect(heard.traces).toEqual([
    {
      verb: 'query',
      sql: 'select n from generate_series(1, $1::int4) n',
      tag: 'numbers',
      batchSize: undefined,
      parameterCount: 1,
      connection: {
        processId: connection.processId,
        host: decodeURIComponent(hostname),
        port: Number(port),
        database: pathname.slice(1),
        user: username,
      },
      comment: undefined,
      durationMs: expect.any(Number),
      command: 'SELECT',
      rowCount: 3,
      bytesSent: expect.any(Number),
      bytesReceived: expect.any(Number),
      roundTrips: 2,
      statementCacheHit: false,
      error: undefined,
    },
  ])
})

test('before it is over a trace says nothing of its end', async () => {
  await using connection = await open()
  const seen: QueryTrace[] = []
  using heard = hearTraces('pgwire:query', (trace) => seen.push({ ...trace }) > 0)
  await connection.query('select 1')
  expect(heard.traces).toHaveLength(1)
  expect(seen[0]).toMatchObject({
    durationMs: undefined,
    rowCount: undefined,
    bytesSent: undefined,
    command: undefined,
  })
})

test('the second execution takes one round trip and finds the statement prepared', async () => {
  await using connection = await open()
  await connection.query('select 1 as one')
  using heard = hearTraces('pgwire:query')
  await connection.query('select 1 as one')
  await connection.query('select 1 as one', [], { prepare: false })
  expect(heard.traces).toMatchObject([
    { roundTrips: 1, statementCacheHit: true },
    { roundTrips: 2, statementCacheHit: false },
  ])
})

test('bytes are those of the messages: Bind, Execute and Sync, and all that answers them', async () => {
  await using connection = await open()
  await connection.query('select repeat($1, 1000) as long', ['x'])
  using heard = hearTraces('pgwire:query')
  const [hit] = await Promise.all([
    connection.query('select repeat($1, 1000) as long', ['x']),
    connection.query('select repeat($1, 1000) as long', ['xy']),
    connection.query('select repeat($1, 1000) as long', ['xyz']),
  ])
  expect(hit.rowCount).toBe(1)
  const [one, two, three] = heard.traces
  // BindComplete 5, DataRow 7 + 4 + n, CommandComplete 14, ReadyForQuery 6.
  expect(one?.bytesReceived).toBe(5 + 11 + 1000 + 14 + 6)
  expect(two?.bytesReceived).toBe(one!.bytesReceived! + 1000)
  expect(three?.bytesReceived).toBe(one!.bytesReceived! + 2000)
  expect(two?.bytesSent).toBe(one!.bytesSent! + 1)
  expect(three?.bytesSent).toBe(one!.bytesSent! + 2)
})

test('what the server says unasked between two queries is not counted', async () => {
  await using connection = await open()
  await connection.query('select 1 as one')
  using heard = hearTraces('pgwire:query')
  await connection.query('select 1 as one')
  const arrived = Promise.withResolvers<void>()
  await connection.listen('telemetry_noise', () => arrived.resolve())
  await using other = await open()
  await other.notify('telemetry_noise', 'x'.repeat(5000))
  await arrived.promise
  await connection.query('select 1 as one')
  const ours = heard.traces.filter(({ sql }) => sql === 'select 1 as one')
  expect(ours).toHaveLength(2)
  expect(ours[1]?.bytesReceived).toBe(ours[0]?.bytesReceived)
})

test('a failure is traced with the error that the caller gets, and what it has cost', async () => {
  await using connection = await open()
  using heard = hearTraces('pgwire:query')
  const error = await failure(connection.query('select 1 / $1::int4', [0]))
  expect(heard.steps).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd'])
  expect(heard.traces[0]?.error).toBe(error)
  expect(heard.traces[0]).toMatchObject({ rowCount: undefined, roundTrips: 2, durationMs: expect.any(Number) })
  expect(heard.traces[0]?.bytesReceived).toBeGreaterThan(0)
})

test('a connection that dies ends the traces of what ran on it', async () => {
  await using connection = await open()
  using heard = hearTraces('pgwire:query')
  const lost = [connection.query('select pg_sleep(600)'), connection.query('select 2')].map(failure)
  connection.terminate()
  const errors = await Promise.all(lost)
  expect(heard.traces.map(({ error }) => error)).toEqual(errors)
  expect(heard.steps.filter((step) => step === 'asyncEnd')).toHaveLength(2)
})

test('a query that is given up ends its trace at once, and once', async () => {
  await using connection = await open()
  using heard = hearTraces('pgwire:query')
  const error = await failure(connection.query('select pg_sleep(600)', [], { timeoutMs: 20 }))
  expect(heard.traces).toMatchObject([{ error }])
  await connection.query('select 1')
  expect(heard.steps.filter((step) => step === 'asyncEnd')).toHaveLength(2)
})

test('each verb is traced as what it is', async () => {
  await using connection = await open()
  await connection.execute('create temporary table numbers (n int4)')
  using heard = hearTraces('pgwire:query')
  await connection.fetchValue('select 1')
  await connection.execute('select 1; select 2')
  await connection.batch([
    { sql: 'select 3' },
    { sql: 'select n from generate_series(1, $1::int4) n', parameters: [2] },
  ])
  await connection.executeMany('insert into numbers values ($1)', [[1], [2], [3]])
  for await (const rows of connection.stream('select * from generate_series(1, 5)', [], { batchRows: 2 })) void rows
  for await (const row of connection.cursor('select 7')) void row
  expect(
    heard.traces.map(({ verb, sql, rowCount, command, batchSize }) => ({ verb, sql, rowCount, command, batchSize })),
  ).toEqual([
    { verb: 'query', sql: 'select 1', rowCount: 1, command: 'SELECT', batchSize: undefined },
    { verb: 'execute', sql: 'select 1; select 2', rowCount: 1, command: 'SELECT', batchSize: undefined },
    {
      verb: 'batch',
      sql: 'select 3; select n from generate_series(1, $1::int4) n',
      rowCount: 3,
      command: 'SELECT',
      batchSize: 2,
    },
    {
      verb: 'executeMany',
      sql: 'insert into numbers values ($1)',
      rowCount: 3,
      command: 'INSERT',
      batchSize: undefined,
    },
    {
      verb: 'stream',
      sql: 'select * from generate_series(1, 5)',
      rowCount: 5,
      command: undefined,
      batchSize: undefined,
    },
    { verb: 'stream', sql: 'select 7', rowCount: 1, command: undefined, batchSize: undefined },
  ])
  for (const trace of heard.traces) expect(trace.bytesReceived).toBeGreaterThan(0)
})

test('the trace of a stream begins with its first step and ends with its last, or where it is left', async () => {
  await using connection = await open()
  using heard = hearTraces('pgwire:query')
  const stream = connection.stream('select * from generate_series(1, 6)', [], { batchRows: 2 })
  expect(heard.steps).toEqual([])
  await stream.next()
  expect(heard.steps).toEqual(['start', 'end'])
  await stream.return()
  expect(heard.steps).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
  const failed = await failure(connection.stream('select 1 / 0').next())
  expect(heard.traces[1]).toMatchObject({ error: failed, rowCount: undefined })
})

test('the trace of a stream that is given up ends at once, and what comes behind that changes nothing', async () => {
  await using connection = await open()
  using heard = hearTraces('pgwire:query')
  const slow = 'select n, pg_sleep(600 * (n - 1)) from generate_series(1, 2) n'
  const stream = connection.stream(slow, [], { batchRows: 1, timeoutMs: 2_000 })
  await stream.next()
  const error = await failure(stream.next())
  const [trace] = heard.traces
  const told = { ...trace }
  expect(told).toMatchObject({ error, durationMs: expect.any(Number), bytesReceived: expect.any(Number) })
  await connection.query('select 1')
  expect({ ...trace }).toEqual(told)
  expect(heard.steps.filter((step) => step === 'asyncEnd')).toHaveLength(2)
})

test('no value is on a trace: neither parameters nor rows', async () => {
  await using connection = await open()
  const secret = 'tell nobody'
  using heard = hearTraces('pgwire:query')
  using described = hearTraces('pgwire:prepare')
  await connection.query('select $1::text as echo', [secret])
  await connection.batch([{ sql: 'select $1::text as echo', parameters: [secret] }])
  await connection.executeMany('select $1::text as echo', [[secret]], { returning: true })
  for await (const rows of connection.stream('select $1::text as echo', [secret])) void rows
  expect(heard.traces).toHaveLength(4)
  const dump = inspect([heard.traces, described.traces], { depth: Infinity, showHidden: true, getters: true })
  expect(dump).not.toContain(secret)
  expect(JSON.stringify(heard.traces)).not.toContain(secret)
})

test('whoever asks for the parameters of a query gets them as they were when it was asked', async () => {
  await using connection = await open()
  using heard = hearTraces('pgwire:query')
  const parameters = ['given', 7]
  const running = connection.query('select $1::text, $2::int4', parameters)
  parameters[0] = 'changed'
  await running
  expect(parametersOf(heard.traces[0]!)).toEqual(['given', 7])
  await connection.execute('select 1')
  expect(parametersOf(heard.traces[1]!)).toBeUndefined()
})

test('a store that is bound to the start has its value while the call begins, and behind it that of its caller', async () => {
  await using connection = await open()
  const storage = new AsyncLocalStorage<string>()
  const { start, end, asyncStart } = tracingChannel<string, QueryTrace>('pgwire:query')
  const seen: (string | undefined)[] = []
  const note = (): void => void seen.push(storage.getStore())
  start.bindStore(storage, (trace) => `running ${trace.sql}`)
  end.subscribe(note)
  asyncStart.subscribe(note)
  try {
    await storage.run('the caller', async () => {
      await connection.query('select 1')
      note()
    })
  } finally {
    start.unbindStore(storage)
    end.unsubscribe(note)
    asyncStart.unsubscribe(note)
  }
  expect(seen).toEqual(['running select 1', 'the caller', 'the caller'])
})

test('a subscriber can put a comment behind what is not prepared, and behind nothing else', async () => {
  await using connection = await open()
  const end = subscribeTelemetry('pgwire:query', {
    start: (trace) => {
      trace.comment = { route: '/users', bad: 7 as unknown as string }
    },
  })
  const sql = 'select current_query()'
  const loose = await connection.fetchValue(sql, [], { prepare: false })
  const prepared = [await connection.fetchValue(sql), await connection.fetchValue(sql)]
  end()
  expect(loose).toBe(`${sql} /*route='%2Fusers'*/`)
  expect(prepared).toEqual([sql, sql])
})

test('a comment that is none does no harm', async () => {
  await using connection = await open()
  for (const comment of [null, 7, 'text']) {
    const end = subscribeTelemetry('pgwire:query', {
      start: (trace) => void Object.assign(trace, { comment }),
    })
    await expect(connection.fetchValue('select 1', [], { prepare: false })).resolves.toBe(1)
    end()
  }
})

test('the server is asked once to describe a statement, and that is traced by itself', async () => {
  await using connection = await open()
  using heard = hearTraces('pgwire:prepare')
  await connection.query('select $1::int8 as big, $2::text as text', [1, 'a'])
  await connection.query('select $1::int8 as big, $2::text as text', [1, 'a'])
  expect(heard.steps).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
  expect(heard.traces).toMatchObject([
    {
      sql: 'select $1::int8 as big, $2::text as text',
      statement: expect.stringMatching(/^_p/),
      connection: { processId: connection.processId },
      parameterOids: [20, 25],
      columns: 2,
    },
  ])
  const error = await failure(connection.prepare('selec'))
  expect(heard.traces[1]).toMatchObject({ sql: 'selec', error, columns: undefined })
})
