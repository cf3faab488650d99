/** COPY FROM that fails on the way: the table is as it was, the connection serves, the source is left. */
import { Readable } from 'node:stream'

import { connect, type Connection } from 'kysely-pgwire'
import { expect, test, vi } from 'vitest'

import { faultProxy } from '../support/fault-proxy.ts'
import { sharedServer } from '../support/shared-server.ts'
import { stopTime } from '../support/stopped-time.ts'

async function connected(url = sharedServer().url): Promise<Connection> {
  const connection = await connect(url)
  await connection.execute('create temp table t (a int4 check (a >= 0), b text)')
  return connection
}

async function untouched(connection: Connection): Promise<void> {
  await expect(connection.query('select * from t')).resolves.toMatchObject({ rows: [] })
}

/** Rows without end; says when it was left. */
function* endless(row: unknown[], left: () => void): Generator<unknown[]> {
  try {
    for (;;) yield row
  } finally {
    left()
  }
}

const boom = new Error('boom')

test.each([0, 1, 50, 200, 100_000])('an error of the source at row %d is what the caller gets', async (at) => {
  await using connection = await connected()
  const rows = function* () {
    for (let a = 0; a < at; a++) yield [a, 'x']
    throw boom
  }
  await expect(connection.copyFrom('t', rows())).rejects.toBe(boom)
  await untouched(connection)
})

test('an error of a stream is what the caller gets', async () => {
  await using connection = await connected()
  const pieces = async function* () {
    yield '1\tx\n'
    throw boom
  }
  await expect(connection.copyFrom('t', pieces())).rejects.toBe(boom)
  await expect(connection.copyFrom('t', Readable.from(pieces()))).rejects.toBe(boom)
  await expect(connection.copyFrom('t', ReadableStream.from(pieces()))).rejects.toBe(boom)
  await untouched(connection)
})

test('an error of onProgress is what the caller gets', async () => {
  await using connection = await connected()
  const onProgress = () => {
    throw boom
  }
  await expect(connection.copyFrom('t', [[1, 'x']], { onProgress })).rejects.toBe(boom)
  await untouched(connection)
})

test('a row that the server refuses ends a source without end, at once', async () => {
  await using connection = await connected()
  const left = vi.fn<() => void>()
  const copying = connection.copyFrom('t', endless([-1, 'x'.repeat(100)], left))
  await expect(copying).rejects.toMatchObject({ code: '23514', outcome: 'rolled-back' })
  expect(left).toHaveBeenCalledTimes(1)
  await untouched(connection)
})

test('a row that the server refuses ends a stream that gives nothing more', async () => {
  await using connection = await connected()
  const stream = new Readable({ read() {} })
  stream.push(`-1\tx\n${'1\tx\n'.repeat(40_000)}`)
  await expect(connection.copyFrom('t', stream)).rejects.toMatchObject({ code: '23514' })
  expect(stream.destroyed).toBe(true)
  const cancel = vi.fn<() => void>()
  const data = Buffer.from(`-1\tx\n${'1\tx\n'.repeat(40_000)}`)
  const web = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(data), cancel })
  await expect(connection.copyFrom('t', web)).rejects.toMatchObject({ code: '23514' })
  expect(cancel).toHaveBeenCalledTimes(1)
  await untouched(connection)
})

test('a table that is not there is told before much is read', async () => {
  await using connection = await connected()
  let read = 0
  const pieces = function* () {
    for (;;) {
      read++
      yield 'x'.repeat(10_000)
    }
  }
  await expect(connection.copyFrom('nowhere', pieces())).rejects.toMatchObject({ code: '42P01' })
  expect(read).toBeLessThan(2_000)
  await expect(connection.copyFrom('nowhere', [{ a: 1 }])).rejects.toMatchObject({ code: '42P01' })
  await expect(connection.copyFrom('t', [{ c: 1 }])).rejects.toMatchObject({ code: '42703' })
  await expect(connection.copyFrom('t', [[1]], { columns: ['c'] })).rejects.toMatchObject({ code: '42703' })
  await untouched(connection)
})

test('a constraint that fails in the commit rejects', async () => {
  await using connection = await connected()
  await connection.execute('create temp table u (a int unique deferrable initially deferred)')
  await expect(connection.copyFrom('u', [[1], [1]])).rejects.toMatchObject({ code: '23505', outcome: 'rolled-back' })
  await untouched(connection)
})

test('a signal that has fired before sends nothing', async () => {
  await using connection = await connected()
  const reason = new Error('no')
  const next = vi.fn<() => IteratorResult<unknown[]>>()
  const source = { [Symbol.iterator]: () => ({ next }) }
  await expect(connection.copyFrom('t', source, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  expect(next).not.toHaveBeenCalled()
})

test('an abort in the middle takes everything back, and rejects with its reason', async () => {
  await using connection = await connected()
  const controller = new AbortController()
  const left = vi.fn<() => void>()
  const onProgress = ({ rows }: { rows: number }) => {
    if (rows > 10_000) controller.abort(boom)
  }
  const { signal } = controller
  await expect(connection.copyFrom('t', endless([1, 'x'], left), { signal, onProgress })).rejects.toBe(boom)
  expect(left).toHaveBeenCalledTimes(1)
  await untouched(connection)
})

test('an abort ends a source that gives nothing', async () => {
  await using connection = await connected()
  const controller = new AbortController()
  const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<string>>(() => {}) }) }
  const copying = connection.copyFrom('t', silent, { signal: controller.signal })
  setTimeout(() => controller.abort(boom), 20)
  await expect(copying).rejects.toBe(boom)
  await untouched(connection)
})

test('an abort ends a COPY that waits for a lock', async () => {
  const server = sharedServer()
  await using holder = await connect(server.url)
  await holder.execute('drop table if exists copy_locked; create table copy_locked (a int4)')
  await holder.execute('begin; lock table copy_locked')
  await using connection = await connect(server.url)
  const controller = new AbortController()
  const copying = connection.copyFrom('copy_locked', '1\n', { signal: controller.signal })
  setTimeout(() => controller.abort(boom), 100)
  await expect(copying).rejects.toBe(boom)
  await expect(connection.query('select 1 as n')).resolves.toMatchObject({ rows: [{ n: 1 }] })
  await holder.execute('rollback; drop table copy_locked')
})

test('an abort ends a COPY that waits for a lock to see its columns', async () => {
  const server = sharedServer()
  await using holder = await connect(server.url)
  await holder.execute('drop table if exists copy_hidden; create table copy_hidden (a int4)')
  await holder.execute('begin; lock table copy_hidden')
  await using connection = await connect(server.url)
  for (const columns of [['a'], undefined]) {
    const controller = new AbortController()
    const left = vi.fn<() => void>()
    const copying = connection.copyFrom('copy_hidden', endless([1], left), { signal: controller.signal, columns })
    setTimeout(() => controller.abort(boom), 100)
    await expect(copying).rejects.toBe(boom)
    expect(left).toHaveBeenCalledTimes(1)
    await expect(connection.query('select 1 as n')).resolves.toMatchObject({ rows: [{ n: 1 }] })
  }
  await holder.execute('rollback; drop table copy_hidden')
})

test('an abort behind the data stops the server, unless others would be hit', async () => {
  await using connection = await connected()
  await connection.execute(`
    create function pg_temp.slowly() returns trigger language plpgsql as $$ begin perform pg_sleep(10); return new; end $$;
    create trigger slowly before insert on t for each row execute function pg_temp.slowly()`)
  const controller = new AbortController()
  const copying = connection.copyFrom('t', '1\tx\n', { signal: controller.signal })
  setTimeout(() => controller.abort(boom), 50)
  await expect(copying).rejects.toBe(boom)
  await untouched(connection)
})

test('an abort in a transaction fails it, and a rollback ends it', async () => {
  await using connection = await connected()
  const controller = new AbortController()
  const left = vi.fn<() => void>()
  const onProgress = () => controller.abort(boom)
  const running = connection.transaction(async (transaction) => {
    const copying = transaction.copyFrom('t', endless([1, 'x'], left), { signal: controller.signal, onProgress })
    await expect(copying).rejects.toBe(boom)
    await expect(transaction.query('select 1')).rejects.toMatchObject({ code: '25P02' })
    throw boom
  })
  await expect(running).rejects.toBe(boom)
  expect(left).toHaveBeenCalledTimes(1)
  await untouched(connection)
})

test('a refused row in a transaction fails it', async () => {
  await using connection = await connected()
  const running = connection.transaction(async (transaction) => {
    await expect(transaction.copyFrom('t', [[-1, 'x']])).rejects.toMatchObject({
      code: '23514',
      outcome: 'rolled-back',
    })
    expect(connection.transactionStatus).toBe('E')
  })
  await expect(running).rejects.toMatchObject({ name: 'AbortedTransactionError' })
  await untouched(connection)
})

test('a cancel ends a COPY whose source gives nothing', async () => {
  await using connection = await connected()
  let waiting: (() => void) | undefined
  const waits = new Promise<void>((resolve) => (waiting = resolve))
  const left = vi.fn<() => Promise<IteratorResult<string>>>(async () => ({ done: true, value: undefined }))
  const first: IteratorResult<string> = { done: false, value: '1\tx\n' }
  const steps = [first]
  const next = () => {
    const step = steps.pop()
    if (step !== undefined) return Promise.resolve(step)
    setTimeout(() => waiting?.(), 20)
    return new Promise<IteratorResult<string>>(() => {})
  }
  const copying = connection.copyFrom('t', { [Symbol.asyncIterator]: () => ({ next, return: left }) })
  copying.catch(() => {})
  await waits
  await connection.cancel()
  await expect(copying).rejects.toMatchObject({ code: '57014', outcome: 'rolled-back' })
  expect(left).toHaveBeenCalledTimes(1)
  await untouched(connection)
})

test('a COPY that is over leaves no timer behind', async () => {
  await using connection = await connected()
  // Those of the product alone: the runner of the tests has its own.
  stopTime()
  await expect(connection.copyFrom('t', [[1, {}]])).rejects.toMatchObject({ code: 'PGWIRE_ENCODE' })
  expect(vi.getTimerCount()).toBe(0)
})

test('a connection that is killed rejects once, and the source is left', async () => {
  await using connection = await connected()
  await using killer = await connect(sharedServer().url)
  const left = vi.fn<() => void>()
  let killing: Promise<unknown> | undefined
  const onProgress = () => {
    killing ??= killer.query('select pg_terminate_backend($1)', [connection.processId])
  }
  const copying = connection.copyFrom('t', endless([1, 'x'], left), { onProgress })
  await expect(copying).rejects.toMatchObject({ outcome: 'rolled-back' })
  await killing
  expect(left).toHaveBeenCalledTimes(1)
  expect(connection.closed).toBe(true)
})

test.each<[string, (connection: Connection) => Promise<unknown>]>([
  [
    'killed',
    async (connection) => {
      await using killer = await connect(sharedServer().url)
      await killer.query('select pg_terminate_backend($1)', [connection.processId])
    },
  ],
  ['terminated', async (connection) => connection.terminate()],
  ['closed', (connection) => connection.close({ timeoutMs: 50 })],
])('a connection that is %s while the source gives nothing rejects, and the source is left', async (_how, end) => {
  await using connection = await connected()
  let waits: (() => void) | undefined
  const waiting = new Promise<void>((resolve) => (waits = resolve))
  const left = vi.fn<() => Promise<IteratorResult<string>>>(async () => ({ done: true, value: undefined }))
  const data = '1\tx\n'.repeat(20_000)
  const steps: IteratorResult<string>[] = [{ done: false, value: data }]
  const next = async (): Promise<IteratorResult<string>> => {
    const step = steps.pop()
    if (step !== undefined) return step
    waits?.()
    return new Promise(() => {})
  }
  const copying = connection.copyFrom('t', { [Symbol.asyncIterator]: () => ({ next, return: left }) })
  copying.catch(() => {})
  await waiting
  await end(connection)
  await expect(copying).rejects.toMatchObject({ outcome: 'rolled-back' })
  expect(left).toHaveBeenCalledTimes(1)
  expect(connection.closed).toBe(true)
})

test('a connection that is cut rejects once, and says that nothing was stored', async () => {
  const server = sharedServer()
  await using proxy = await faultProxy(server)
  await using connection = await connected(proxy.through(server.url))
  const left = vi.fn<() => void>()
  const onProgress = () => void proxy.connections[0]?.cut()
  const copying = connection.copyFrom('t', endless([1, 'x'], left), { onProgress })
  await expect(copying).rejects.toMatchObject({ code: 'PGWIRE_CONNECTION_LOST', outcome: 'rolled-back' })
  expect(left).toHaveBeenCalledTimes(1)
})

test('queries beside a COPY run behind it', async () => {
  await using connection = await connected()
  const before = connection.query('select 1 as n')
  const copying = connection.copyFrom('t', [[1, 'x']])
  const behind = connection.query('select count(*)::int4 as n from t')
  await expect(before).resolves.toMatchObject({ rows: [{ n: 1 }] })
  await expect(copying).resolves.toEqual({ rowCount: 1 })
  await behind
  const copies = Array.from({ length: 20 }, (_, a) => connection.copyFrom('t', [[a, 'y']]))
  await expect(Promise.all(copies)).resolves.toHaveLength(20)
  await expect(connection.query('select count(*)::int4 as n from t')).resolves.toMatchObject({ rows: [{ n: 21 }] })
})

test('progress counts rows and bytes', async () => {
  await using connection = await connected()
  const seen: { rows: number; bytes: number }[] = []
  const rows = Array.from({ length: 10_000 }, (_, a) => [a, 'x'.repeat(20)])
  await connection.copyFrom('t', rows, { onProgress: (progress) => void seen.push(progress) })
  // A header and a trailer, and in each row a count, two lengths and two values.
  expect(seen.at(-1)).toEqual({ rows: 10_000, bytes: 19 + 2 + 10_000 * (2 + 4 + 4 + 4 + 20) })
  expect(seen.length).toBeGreaterThan(3)
})
