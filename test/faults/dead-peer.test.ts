/** A server that is not there any more while it owes an answer, and one that only takes its time. */
import { connect, type Connection, type ConnectionOptions, createPool, listen } from 'kysely-pgwire'
import { describe, expect, test } from 'vitest'

import { take, told } from '../integration/listen-fixture.ts'
import { poolFixture } from '../integration/pool-fixture.ts'
import { runScript } from '../integration/run-script.ts'
import { type FaultProxy, faultProxy } from '../support/fault-proxy.ts'

const fixture = poolFixture()

/** A probe has as long for its answer: what a machine that has much to do may take. */
const PATIENT_MS = 500
/** Where nothing is to be answered. */
const SHORT_MS = 500

function through(proxy: FaultProxy, probeAfterMs: number): ConnectionOptions {
  return { connectionString: proxy.through(fixture.url), probeAfterMs, connectTimeoutMs: 5_000 }
}

/** Keeps everybody waiting who asks for the same lock, until the returned function is called. */
async function lock(key: number): Promise<() => Promise<void>> {
  const holder = await connect(fixture.url)
  await holder.query('select pg_advisory_lock($1)', [key])
  return () => holder.close()
}

const lockSql = (key: number): string => `select pg_advisory_xact_lock(${key})`

/** Resolves when a connection that waits for a lock elsewhere has been probed so often: a clock that counts probes. */
async function probedElsewhere(count: number, key: number): Promise<void> {
  const unlock = await lock(key)
  await using proxy = await faultProxy(fixture.server)
  await using connection = await connect(through(proxy, PATIENT_MS))
  const waiting = connection.query(lockSql(key))
  await expect.poll(() => proxy.connections.length).toBeGreaterThan(count)
  await unlock()
  await waiting
}

/** Bytes of a COPY that nobody's buffers hold, and whether its reader was left. */
function endlessSource() {
  const state = { left: false, taken: 0 }
  const chunk = Buffer.from(`${'x'.repeat(99)}\n`.repeat(1_000))
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        state.taken++
        yield chunk
      }
    } finally {
      state.left = true
    }
  }
  return { state, source }
}

describe('a server that is gone', () => {
  test.each<[string, (proxy: FaultProxy) => void, (proxy: FaultProxy) => Promise<void>]>([
    ['swallows every packet', (proxy) => proxy.stall(), async (proxy) => proxy.resume()],
    [
      'takes no connection any more',
      (proxy) => {
        proxy.stall()
        proxy.refuse()
      },
      async (proxy) => {
        await proxy.accept()
        proxy.resume()
      },
    ],
  ])(
    'and %s: what is in flight rejects as unknown, and the pool serves when it is back',
    async (_, vanish, comeBack) => {
      await fixture.query('create table if not exists vanishing (n int)')
      await using proxy = await faultProxy(fixture.server)
      await using pool = createPool({ connection: through(proxy, SHORT_MS), max: 2 })
      const unlock = await lock(1)
      const writing = pool.query(`insert into vanishing select 1 from ${lockSql(1).replace('select ', '')}`)
      await expect.poll(() => fixture.running('into vanishing')).toHaveLength(1)
      vanish(proxy)
      const error: unknown = await writing.catch((reason: unknown) => reason)
      expect(error).toMatchObject({ name: 'ConnectionError', code: 'PGWIRE_CONNECTION_LOST', outcome: 'unknown' })
      expect(error).toMatchObject({
        message: expect.stringContaining(
          `has said nothing for ${SHORT_MS} ms and did not answer a new connection either`,
        ),
        cause: { cause: { name: 'ConnectionError' } },
      })
      await unlock()
      await comeBack(proxy)
      await expect.poll(() => pool.query('select 1 as one').then(({ rows }) => rows)).toEqual([{ one: 1 }])
      // Those of the pool live on, and nobody else does.
      const over = new Set<unknown>()
      const left = (): number => {
        for (const connection of proxy.connections) void connection.closed.then(() => over.add(connection))
        return proxy.connections.length - over.size
      }
      await expect.poll(() => left() - pool.stats.size).toBe(0)
    },
  )

  test('fails everything on the connection once, each with what is known of it', async () => {
    await fixture.query('create table pipelined (n int)')
    await using proxy = await faultProxy(fixture.server)
    await using connection = await connect(through(proxy, SHORT_MS))
    await connection.query('select 1')
    const unlock = await lock(2)
    const statements = [lockSql(2), 'select 1', 'insert into pipelined values (1)']
    const running = statements.map((sql) => connection.query(sql))
    const batch = connection.batch([{ sql: 'select 1' }, { sql: 'select 2' }])
    await expect.poll(() => fixture.running(lockSql(2))).toHaveLength(1)
    proxy.stall()
    const failed = await Promise.allSettled([...running, batch])
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected'])
    expect(failed[0]).toMatchObject({ reason: { outcome: 'unknown' } })
    await expect(connection.query('select 1')).rejects.toMatchObject({ outcome: 'not-sent' })
    await unlock()
  })

  test('in the middle of a COPY FROM: nothing is applied, and the source is left', async () => {
    await fixture.query('create table fed (line text)')
    await using proxy = await faultProxy(fixture.server)
    await using connection = await connect(through(proxy, SHORT_MS))
    const { state, source } = endlessSource()
    const copying = connection.copyFrom('fed', source())
    const failed = expect(copying).rejects.toMatchObject({ code: 'PGWIRE_CONNECTION_LOST', outcome: 'rolled-back' })
    await expect.poll(() => state.taken).toBeGreaterThan(10)
    proxy.stall()
    await failed
    expect(state.left).toBe(true)
    proxy.resume()
    expect(await fixture.query('select count(*)::int as n from fed')).toEqual([{ n: 0 }])
  })

  test('in the middle of a COPY TO: what has come is handed over, and then it rejects', async () => {
    await using proxy = await faultProxy(fixture.server)
    await using connection = await connect(through(proxy, SHORT_MS))
    let chunks = 0
    const reading = async (): Promise<void> => {
      for await (const _ of connection.copyTo({ query: 'select generate_series(1, 1000000000)' })) {
        if (++chunks === 3) proxy.stall()
      }
    }
    await expect(reading()).rejects.toMatchObject({ code: 'PGWIRE_CONNECTION_LOST' })
    expect(chunks).toBeGreaterThanOrEqual(3)
  })

  test('under a cursor: the batch that is asked for rejects', async () => {
    await using proxy = await faultProxy(fixture.server)
    await using connection = await connect(through(proxy, SHORT_MS))
    const stream = connection.stream('select generate_series(1, 100) as n', [], { batchRows: 10 })
    expect((await stream.next()).value).toHaveLength(10)
    proxy.stall()
    const rest = async (): Promise<void> => {
      for await (const _ of stream);
    }
    await expect(rest()).rejects.toMatchObject({ code: 'PGWIRE_CONNECTION_LOST' })
  })
})

describe('a server that takes its time', () => {
  test('is asked again and again, and answers in the end; no probe stays open', async () => {
    await using proxy = await faultProxy(fixture.server)
    await using connection = await connect(through(proxy, PATIENT_MS))
    const unlock = await lock(3)
    const waiting = connection.query(`select 1 as one, ${lockSql(3).replace('select ', '')}`)
    const answered = () => proxy.connections.slice(1).filter(({ toClient }) => toClient.bytes > 0)
    await expect.poll(() => answered().length).toBeGreaterThan(2)
    const asked = answered()
    await unlock()
    expect((await waiting).rows).toMatchObject([{ one: 1 }])
    await Promise.all(proxy.connections.slice(1).map((probe) => probe.closed))
    // The question for TLS, and its answer.
    expect(asked.map(({ toServer, toClient }) => [toServer.bytes, toClient.bytes])).toEqual(asked.map(() => [8, 1]))
  })

  test('is not asked with a probeAfterMs of 0', async () => {
    await using proxy = await faultProxy(fixture.server)
    await using connection = await connect(through(proxy, 0))
    const unlock = await lock(4)
    const waiting = connection.query(lockSql(4))
    await probedElsewhere(2, 104)
    expect(proxy.connections).toHaveLength(1)
    await unlock()
    await waiting
  })

  test('is waited for although only the own connection carries nothing: it answers others', async () => {
    await using proxy = await faultProxy(fixture.server)
    await using connection = await connect(through(proxy, PATIENT_MS))
    await connection.query('select 1')
    proxy.connections[0]?.stall()
    const waiting = connection.query('select 1 as one')
    await expect.poll(() => proxy.connections.length).toBeGreaterThan(2)
    proxy.connections[0]?.resume()
    expect((await waiting).rows).toEqual([{ one: 1 }])
  })

  test('does not read the data of a COPY while its table is locked, and goes on when it is not', async () => {
    await fixture.query('create table locked (line text)')
    await using proxy = await faultProxy(fixture.server)
    await using connection = await connect(through(proxy, PATIENT_MS))
    await using holder = await connect(fixture.url)
    await holder.query('begin')
    await holder.query('lock table locked')
    const lines = Array.from({ length: 200 }, () => `${'x'.repeat(99)}\n`.repeat(1_000))
    const copying = connection.copyFrom('locked', lines)
    await expect.poll(() => proxy.connections.length).toBeGreaterThan(2)
    await holder.query('commit')
    expect(await copying).toEqual({ rowCount: 200_000 })
  })
})

/** A source that pauses between two parts, until `goOn`; `waits` resolves when it does. */
function pausingSource<Item>(before: readonly Item[], behind: readonly Item[]) {
  const paused = Promise.withResolvers<void>()
  const going = Promise.withResolvers<void>()
  async function* source(): AsyncGenerator<Item> {
    yield* before
    paused.resolve()
    await going.promise
    yield* behind
  }
  return { source, waits: paused.promise, goOn: going.resolve }
}

/** What is done on a connection, after which it is for us to go on; and how it goes on. */
const oursToGoOn: readonly [string, (connection: Connection) => Promise<() => Promise<unknown>>][] = [
  ['nothing is in flight', async (connection) => () => connection.fetchValue('select 1')],
  [
    'a cursor waits for us',
    async (connection) => {
      const stream = connection.stream('select generate_series(1, 20) as n', [], { batchRows: 10 })
      await stream.next()
      return () => stream.next()
    },
  ],
  [
    'a COPY FROM waits for its source',
    async (connection) => {
      const { source, waits, goOn } = pausingSource(['1\n'], ['2\n'])
      const copying = connection.copyFrom('waiting', source())
      await waits
      return async () => {
        goOn()
        expect(await copying).toEqual({ rowCount: 2 })
      }
    },
  ],
  [
    'an executeMany that has taken rows waits for others',
    async (connection) => {
      const { source, waits, goOn } = pausingSource([[1]], [[2]])
      const executing = connection.executeMany('insert into waiting values ($1)', source(), { chunkRows: 1 })
      await waits
      return async () => {
        goOn()
        expect(await executing).toMatchObject({ rowCount: 2 })
      }
    },
  ],
  [
    'nobody reads a COPY TO',
    async (connection) => {
      const stream = connection.copyTo({ query: 'select generate_series(1, 1000000)' })
      const chunks = [(await stream.next()).value]
      return async () => {
        for await (const chunk of stream) chunks.push(chunk)
        expect(chunks.reduce((total, chunk) => total + (chunk?.length ?? 0), 0)).toBe(6_888_896)
      }
    },
  ],
]

test.each(oursToGoOn)('nobody is asked while %s', async (_what, begin) => {
  await fixture.query('create table if not exists waiting (n int)')
  await using proxy = await faultProxy(fixture.server)
  await using connection = await connect(through(proxy, SHORT_MS))
  const goOn = await begin(connection)
  const made = proxy.connections.length
  await probedElsewhere(2, 105)
  expect(proxy.connections).toHaveLength(made)
  await goOn()
})

test('a COPY TO whose reader was slow notices the dead network as soon as it reads on', async () => {
  await using proxy = await faultProxy(fixture.server)
  await using connection = await connect(through(proxy, SHORT_MS))
  const stream = connection.copyTo({ query: 'select generate_series(1, 1000000000)' })
  await stream.next()
  await probedElsewhere(2, 106)
  proxy.stall()
  const made = proxy.connections.length
  await probedElsewhere(2, 107)
  expect(proxy.connections).toHaveLength(made)
  const rest = async (): Promise<void> => {
    for await (const _ of stream);
  }
  await expect(rest()).rejects.toMatchObject({ code: 'PGWIRE_CONNECTION_LOST' })
})

test('a listener has its heartbeat, and nobody else asks', async () => {
  await using proxy = await faultProxy(fixture.server)
  const { connectionString = '' } = through(proxy, SHORT_MS)
  await using listener = await listen({ connectionString, probeAfterMs: 20 }, 'a', {
    heartbeatMs: 1_500,
    maxReconnectDelayMs: 10,
  })
  proxy.connections[0]?.stall()
  expect(told(await take(listener, 1))).toEqual(['gap: connection-lost'])
  expect(proxy.connections).toHaveLength(2)
})

describe('a process', () => {
  /** Runs a script that has a connection whose query is never answered, nor any probe. */
  async function stalled(script: string, probeAfterMs = 400) {
    await using proxy = await faultProxy(fixture.server)
    // Everything before the query: describing it is one answer more.
    void proxy.after('Z', 2, () => proxy.stall())
    const url = new URL(proxy.through(fixture.url))
    url.searchParams.set('probe_after_ms', String(probeAfterMs))
    return await runScript(
      `import { connect } from 'kysely-pgwire'
      const connection = await connect(process.env['DATABASE_URL'])
      ${script}`,
      url.href,
    )
  }

  test('ends by itself when the connection is lost', async () => {
    const script = `await connection.query('select 1').catch((error) => console.log(error.code, error.outcome))
      // Sockets are closed at the end of a turn.
      for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate)
      console.log(process.getActiveResourcesInfo().filter((name) => name.startsWith('T')).join())`
    expect(await stalled(script)).toEqual({ code: 0, stdout: 'PGWIRE_CONNECTION_LOST unknown\n\n', stderr: '' })
  })

  test('is not kept alive by the watch over a connection that shall not', async () => {
    const script = `import { connect } from 'kysely-pgwire'
      const connection = await connect(process.env['DATABASE_URL'])
      connection.unref()
      connection.query('select pg_sleep(1)').then(() => console.log('waited'))`
    const url = `${fixture.url}?probe_after_ms=3000`
    expect(await runScript(script, url)).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test('is not kept alive by a probe of a connection that shall not', async () => {
    const script = `connection.unref()
      connection.query('select 1').catch(() => console.log('waited'))
      // In the middle of the probe.
      setTimeout(() => console.log('done'), 3_000)`
    expect(await stalled(script, 2_000)).toEqual({ code: 0, stdout: 'done\n', stderr: '' })
  })
})
