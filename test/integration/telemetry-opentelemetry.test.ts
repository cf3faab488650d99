/** Spans and metrics as an application gets them from its OpenTelemetry SDK. */
import { context, type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { connect, createPool } from 'kysely-pgwire'
import { PgwireInstrumentation, type PgwireInstrumentationOptions } from 'kysely-pgwire/opentelemetry'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()
const open = () => connect(fixture.url)

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()))
afterAll(() => context.disable())

interface Telemetry extends AsyncDisposable {
  readonly instrumentation: PgwireInstrumentation
  readonly provider: BasicTracerProvider
  spans(): ReadableSpan[]
  /** The data points of a metric, by its name. */
  points(name: string): Promise<{ readonly unit: string; readonly points: DataPoint<unknown>[] }>
}

function telemetry(options: PgwireInstrumentationOptions = {}, sampler: Sampler = new AlwaysOnSampler()): Telemetry {
  const spans = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ sampler, spanProcessors: [new SimpleSpanProcessor(spans)] })
  const exported = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  // Collects when it is told to; the interval is longer than any test.
  const reader = new PeriodicExportingMetricReader({ exporter: exported, exportIntervalMillis: 3_600_000 })
  const meters = new MeterProvider({ readers: [reader] })
  const instrumentation = new PgwireInstrumentation({ ...options, enabled: false })
  instrumentation.setTracerProvider(provider)
  instrumentation.setMeterProvider(meters)
  instrumentation.enable()
  return {
    instrumentation,
    provider,
    spans: () => spans.getFinishedSpans(),
    points: async (name) => {
      await meters.forceFlush()
      const all =
        exported
          .getMetrics()
          .at(-1)
          ?.scopeMetrics.flatMap(({ metrics }) => metrics) ?? []
      const found = all.find(({ descriptor }) => descriptor.name === name)
      return { unit: found?.descriptor.unit ?? '', points: found?.dataPoints ?? [] }
    },
    [Symbol.asyncDispose]: async () => {
      instrumentation.disable()
      await meters.shutdown()
      await provider.shutdown()
    },
  }
}

test('a query is a client span with the attributes of the conventions', async () => {
  await using connection = await open()
  await using observed = telemetry()
  await connection.query('select typname from pg_type where oid = $1', [23])
  const { hostname, port, pathname } = new URL(fixture.url)
  const [span] = observed.spans()
  expect(span?.name).toBe('SELECT pg_type')
  expect(span?.kind).toBe(SpanKind.CLIENT)
  expect(span?.status.code).toBe(SpanStatusCode.UNSET)
  expect(span?.instrumentationScope.name).toBe('kysely-pgwire')
  expect(span?.attributes).toEqual({
    'db.system.name': 'postgresql',
    'db.namespace': pathname.slice(1),
    'db.query.text': 'select typname from pg_type where oid = $1',
    'db.query.summary': 'SELECT pg_type',
    'db.operation.name': 'SELECT',
    'server.address': decodeURIComponent(hostname),
    'server.port': Number(port),
  })
})

test('what a sampler decides by is there when the span begins', async () => {
  await using connection = await open()
  const seen: unknown[] = []
  const sampler: Sampler = {
    shouldSample: (_parent: Context, _traceId, name, _kind, attributes) => {
      seen.push([name, attributes])
      return new AlwaysOnSampler().shouldSample()
    },
    toString: () => 'noting',
  }
  await using observed = telemetry({}, sampler)
  await connection.query('select oid from pg_type limit $1', [1])
  expect(observed.spans()).toHaveLength(1)
  expect(seen).toEqual([
    [
      'SELECT pg_type',
      expect.objectContaining({
        'db.system.name': 'postgresql',
        'db.query.text': 'select oid from pg_type limit $1',
        'db.query.summary': 'SELECT pg_type',
      }),
    ],
  ])
})

test('the span of a query is a child of the span in which it was asked for', async () => {
  await using connection = await open()
  await using observed = telemetry({ requireParentSpan: true })
  const tracer = observed.provider.getTracer('application')
  const parents = ['first', 'second'].map((name) => tracer.startSpan(name, {}, ROOT_CONTEXT))
  await Promise.all(
    parents.map((parent) =>
      context.with(trace.setSpan(ROOT_CONTEXT, parent), () => connection.query('select 1 as one', [])),
    ),
  )
  await connection.query('select 2')
  const ids = observed.spans().map((span) => span.parentSpanContext?.spanId)
  expect(ids).toEqual(parents.map((parent) => parent.spanContext().spanId))
})

test('a failure sets the status, the type of the error and the SQLSTATE, and quotes no value', async () => {
  await using connection = await open()
  await using observed = telemetry()
  await connection.query('select $1::int4', ['secret']).catch(() => {})
  await connection.query('select * from no_such_table').catch(() => {})
  await connection.query('select $1::int4', [1.5]).catch(() => {})
  await connection.query('select pg_sleep(600)', [], { timeoutMs: 20 }).catch(() => {})
  const spans = observed.spans()
  expect(spans.map(({ status }) => status)).toEqual([
    { code: SpanStatusCode.ERROR },
    { code: SpanStatusCode.ERROR, message: 'relation "no_such_table" does not exist' },
    { code: SpanStatusCode.ERROR, message: expect.stringContaining('$1 as int4') },
    { code: SpanStatusCode.ERROR, message: expect.stringContaining('20 ms') },
  ])
  expect(spans.map(({ attributes }) => [attributes['error.type'], attributes['db.response.status_code']])).toEqual([
    ['22P02', '22P02'],
    ['42P01', '42P01'],
    ['PGWIRE_ENCODE', undefined],
    ['PGWIRE_QUERY_TIMEOUT', undefined],
  ])
  expect(JSON.stringify(spans.map(({ attributes, status, events }) => [attributes, status, events]))).not.toContain(
    'secret',
  )
})

test('literals of a statement without parameters are not on the span', async () => {
  await using connection = await open()
  await using observed = telemetry()
  await connection.query("select 'my secret' as word, 42 as answer")
  await connection.execute("select 'my secret'; select 7")
  expect(observed.spans().map(({ attributes }) => attributes['db.query.text'])).toEqual([
    'select ? as word, ? as answer',
    'select ?; select ?',
  ])
})

test('values are on the span only if they are asked for', async () => {
  await using connection = await open()
  await using observed = telemetry({ values: true })
  await connection.query('select $1::text, $2::jsonb, $3::int8', ['text', { a: 1 }, 5n])
  observed.instrumentation.setConfig({})
  await connection.query('select $1::text', ['hidden'])
  const [shown, hidden] = observed.spans().map(({ attributes }) => attributes)
  expect(shown).toMatchObject({
    'db.query.parameter.0': 'text',
    'db.query.parameter.1': '{"a":1}',
    'db.query.parameter.2': '5',
  })
  expect(JSON.stringify(hidden)).not.toContain('hidden')
})

test('a batch is one span, with its size', async () => {
  await using connection = await open()
  await using observed = telemetry()
  await connection.batch([{ sql: 'select oid from pg_type limit 1' }, { sql: 'select oid from pg_class limit 1' }])
  expect(observed.spans()[0]).toMatchObject({
    name: 'BATCH SELECT pg_type SELECT pg_class',
    attributes: {
      'db.operation.name': 'BATCH',
      'db.operation.batch.size': 2,
      'db.query.text': 'select oid from pg_type limit ?; select oid from pg_class limit ?',
    },
  })
})

test('a COPY is a span', async () => {
  await using connection = await open()
  await connection.execute('create temporary table spanned (n int4)')
  await using observed = telemetry()
  await connection.copyFrom('spanned', [{ n: 1 }])
  expect(observed.spans()[0]).toMatchObject({
    name: 'COPY FROM',
    attributes: { 'db.operation.name': 'COPY', 'db.query.text': expect.stringContaining('copy "spanned"') },
  })
})

test('the duration of each operation is measured, in seconds, with the bounds of the conventions', async () => {
  await using connection = await open()
  await using observed = telemetry()
  for (let round = 0; round < 3; round++) await connection.query('select oid from pg_type limit $1', [1])
  await connection.query('select 1 / $1::int4', [0]).catch(() => {})
  const { unit, points } = await observed.points('db.client.operation.duration')
  expect(unit).toBe('s')
  const found = points.map(({ attributes, value }) => ({ attributes, value: value as Histogram }))
  expect(found.map(({ attributes }) => attributes)).toMatchObject([
    { 'db.system.name': 'postgresql', 'db.query.summary': 'SELECT pg_type', 'db.operation.name': 'SELECT' },
    { 'db.query.summary': 'SELECT', 'error.type': '22012', 'db.response.status_code': '22012' },
  ])
  expect(found.map(({ attributes }) => attributes)).not.toMatchObject([{ 'db.query.text': expect.anything() }])
  expect(found[0]?.value.count).toBe(3)
  expect(found[0]?.value.buckets.boundaries).toEqual([0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10])
  expect(found[0]?.value.sum).toBeLessThan(10)
})

test('traceparent goes with statements that are not prepared, and with no other', async () => {
  await using connection = await open()
  await using observed = telemetry({ sqlComments: true })
  const current = 'select current_query() as sql'
  const shown = await connection.fetchValue<string>(current, [], { prepare: false })
  const [first] = observed.spans()
  const { traceId, spanId } = first!.spanContext()
  expect(shown).toBe(`${current} /*traceparent='00-${traceId}-${spanId}-01'*/`)
  expect(first?.attributes['db.query.text']).toBe(current)
  expect(await connection.fetchValue(current)).toBe(current)
  const [result] = await connection.execute('select current_query()')
  expect(result?.rows[0]?.[0]).toMatch(/^select current_query\(\) \/\*traceparent='00-[\da-f]{32}-[\da-f]{16}-01'\*\/$/)
  for await (const rows of connection.stream<{ sql: string }>(current, [], { prepare: false })) {
    expect(rows[0]?.sql).toContain('/*traceparent=')
  }
})

test('a trace that is not recorded is in no comment', async () => {
  await using connection = await open()
  await using observed = telemetry({ sqlComments: true }, new AlwaysOffSampler())
  const current = 'select current_query() as sql'
  expect(await connection.fetchValue(current, [], { prepare: false })).toBe(current)
  expect(observed.spans()).toEqual([])
})

test('once it is disabled, nothing more is told', async () => {
  await using connection = await open()
  await using observed = telemetry()
  await connection.query('select 1')
  observed.instrumentation.disable()
  await connection.query('select 2')
  observed.instrumentation.enable()
  await connection.query('select 3')
  expect(observed.spans()).toHaveLength(2)
})

test('opening a connection is measured, and the failure to open one', async () => {
  await using observed = telemetry()
  const connection = await open()
  await connection.close()
  const url = new URL(fixture.url)
  url.pathname = '/no_such_database'
  await connect(url.href).catch(() => {})
  const { unit, points } = await observed.points('db.client.connection.create_time')
  expect(unit).toBe('s')
  expect(points.map(({ attributes }) => attributes['error.type'])).toEqual([undefined, '3D000'])
})

test('the opening of a pool’s connection is measured with the name of the pool, and that of another one without', async () => {
  await using observed = telemetry()
  await using pool = createPool({ connection: fixture.url, max: 1 })
  await pool.query('select 1')
  await using connection = await open()
  await connection.query('select 1')
  const { points } = await observed.points('db.client.connection.create_time')
  const { hostname, port, pathname } = new URL(fixture.url)
  expect(points.map(({ attributes }) => attributes['db.client.connection.pool.name'])).toEqual([
    `${decodeURIComponent(hostname)}:${port}${pathname}`,
    undefined,
  ])
  expect(points).toMatchObject([{ value: { count: 1 } }, { value: { count: 1 } }])
})

test('a pool is measured: its connections, who waits for them, how long, and how long they are held', async () => {
  await using pool = createPool({ connection: fixture.url, max: 2, acquireTimeoutMs: 2_000 })
  await using observed = telemetry()
  const first = await pool.acquire()
  const second = await pool.acquire()
  const refused = await pool.acquire().catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 'PGWIRE_POOL_TIMEOUT' })
  second.release()
  const { hostname, port, pathname } = new URL(fixture.url)
  const name = { 'db.client.connection.pool.name': `${decodeURIComponent(hostname)}:${port}${pathname}` }
  const count = await observed.points('db.client.connection.count')
  expect(count.points.map(({ attributes, value }) => [attributes['db.client.connection.state'], value])).toEqual([
    ['idle', 1],
    ['used', 1],
  ])
  expect(count.points[0]?.attributes).toMatchObject(name)
  expect(await observed.points('db.client.connection.max')).toMatchObject({ points: [{ value: 2, attributes: name }] })
  expect(await observed.points('db.client.connection.pending_requests')).toMatchObject({ points: [{ value: 0 }] })
  expect(await observed.points('db.client.connection.timeouts')).toMatchObject({ points: [{ value: 1 }] })
  first.release()
  expect(await observed.points('db.client.connection.wait_time')).toMatchObject({ points: [{ value: { count: 2 } }] })
  expect(await observed.points('db.client.connection.use_time')).toMatchObject({ points: [{ value: { count: 2 } }] })
})

test('pools that lead to the same place are measured as one', async () => {
  await using observed = telemetry()
  await using first = createPool({ connection: fixture.url, max: 2 })
  await using second = createPool({ connection: fixture.url, max: 3 })
  const held = [await first.acquire(), await second.acquire(), await second.acquire()]
  const { points } = await observed.points('db.client.connection.count')
  expect(points.map(({ value }) => value)).toEqual([0, 3])
  expect(await observed.points('db.client.connection.max')).toMatchObject({ points: [{ value: 5 }] })
  for (const lease of held) lease.release()
})
