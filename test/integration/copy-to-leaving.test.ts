/** COPY TO that does not go to its end, or not alone: who is told what, and what becomes of the connection. */
import { connect, type Connection, ConnectionError, type CopyStream, createPool, UsageError } from 'kysely-pgwire'
import { describe, expect, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'
import { stopTime } from '../support/stopped-time.ts'

const server = sharedServer()

/** Takes minutes to copy. */
const ENDLESS = { query: 'select generate_series(1, 1000000000) as n' }
const SLOW = { query: 'select pg_sleep(60)' }
const LONG = { query: `select n, repeat('x', 1000) from generate_series(1, 20000) n` }
const ROWS = { format: 'rows' } as const
const done = { done: true, value: undefined }

/** Resolves when the server runs, or waits with, a COPY or its description on this connection. */
async function atWork(connection: Connection, wait: string | null = null): Promise<void> {
  const sql = `select from pg_stat_activity where pid = $1 and state = 'active' and ($2::text is null or wait_event_type = $2)`
  while ((await server.query(sql, [connection.processId, wait])).length === 0);
}

async function backends(applicationName: string): Promise<number> {
  return (await server.query('select from pg_stat_activity where application_name = $1', [applicationName])).length
}

async function expectUsable(connection: Connection): Promise<void> {
  await expect(connection.query('select 1 as one')).resolves.toMatchObject({ rows: [{ one: 1 }] })
}

async function count(stream: CopyStream<unknown[]>): Promise<number> {
  let rows = 0
  for await (const batch of stream) rows += batch.length
  return rows
}

describe('a loop that is left', () => {
  test.each(['break', 'throw', 'return'])('by %s cancels the COPY, and the connection is idle', async (how) => {
    await using connection = await connect(server.url)
    const read = async (): Promise<void> => {
      for await (const _ of connection.copyTo(ENDLESS)) {
        if (how === 'break') break
        if (how === 'throw') throw new Error('enough')
        return
      }
    }
    if (how === 'throw') await expect(read()).rejects.toThrow('enough')
    else await read()
    expect(connection.idle).toBe(true)
    await expectUsable(connection)
  })

  test('lets what its query has written be rolled back', async () => {
    await using connection = await connect(server.url)
    await connection.execute('create temp table t (n int)')
    for await (const _ of connection.copyTo({ query: `insert into t ${ENDLESS.query} returning n` })) break
    await expect(connection.query('select from t')).resolves.toMatchObject({ rowCount: 0 })
  })

  test('cancels nothing that is as good as here', async () => {
    await using connection = await connect(server.url)
    await connection.execute('create temp table t (n int)')
    const insert = 'insert into t select generate_series(1, 1000) returning n'
    // What takes long to come is not as good as here.
    stopTime()
    for await (const _ of connection.copyTo({ query: insert })) break
    await expect(connection.query('select from t')).resolves.toMatchObject({ rowCount: 1000 })
  })

  test('before its first piece has come cancels the COPY too', async () => {
    await using connection = await connect(server.url)
    const stream = connection.copyTo(SLOW, ROWS)
    const first = stream.next()
    await atWork(connection, 'Timeout')
    await expect(stream.return()).resolves.toEqual(done)
    await expect(first).resolves.toEqual(done)
    await expectUsable(connection)
  })

  test('in a transaction drops the rest, and the transaction goes on', async () => {
    await using connection = await connect(server.url)
    await connection.execute('create temp table t (n int)')
    await connection.transaction(async (transaction) => {
      await transaction.execute('insert into t values (1)')
      for await (const _ of transaction.copyTo(LONG)) break
      const broken = transaction.copyTo(LONG, ROWS)
      await broken.next()
      await broken.return()
      expect(broken.rowCount).toBe(20_000)
      await transaction.execute('insert into t values (2)')
    })
    await expect(connection.query('select from t')).resolves.toMatchObject({ rowCount: 2 })
  })

  test('in a transaction rejects when the query fails behind it', async () => {
    await using connection = await connect(server.url)
    const failing = { query: 'select 1 / (20000 - n) from generate_series(1, 30000) n' }
    const leaving = connection.transaction(async (transaction) => {
      for await (const _ of transaction.copyTo(failing)) break
    })
    await expect(leaving).rejects.toMatchObject({ code: '22012' })
    expect(connection.transactionStatus).toBe('I')
  })

  test('with a constraint that fails in the commit rejects', async () => {
    await using connection = await connect(server.url)
    await connection.execute('create temp table t (n int unique deferrable initially deferred)')
    const stream = connection.copyTo({ query: 'insert into t values (1), (1) returning n' })
    await stream.next()
    await expect(stream.return()).rejects.toMatchObject({ code: '23505', outcome: 'rolled-back' })
    await expect(stream.return()).resolves.toEqual(done)
    await expectUsable(connection)
  })
})

describe('an abort', () => {
  test('releases the caller at once, with the reason, and cancels the COPY', async () => {
    await using connection = await connect(server.url)
    const abort = new AbortController()
    const pending = connection.copyTo(SLOW, { signal: abort.signal }).next()
    await atWork(connection, 'Timeout')
    const reason = new Error('enough')
    abort.abort(reason)
    await expect(pending).rejects.toBe(reason)
    await expectUsable(connection)
  })

  test('between two pieces rejects the next, and what had come is dropped', async () => {
    await using connection = await connect(server.url)
    const abort = new AbortController()
    const stream = connection.copyTo(ENDLESS, { ...ROWS, signal: abort.signal })
    await stream.next()
    abort.abort()
    await expect(stream.next()).rejects.toBe(abort.signal.reason)
    await expect(stream.next()).resolves.toEqual(done)
    await expectUsable(connection)
  })

  test('of a query that waits for a lock before it is even described does not wait', async () => {
    await using locker = await connect(server.url)
    await using connection = await connect(server.url)
    await locker.execute('create table if not exists copy_to_locked (n int)')
    await locker.execute('begin; lock table copy_to_locked')
    const abort = new AbortController()
    const pending = connection.copyTo('copy_to_locked', { ...ROWS, signal: abort.signal }).next()
    await atWork(connection, 'Lock')
    abort.abort()
    await expect(pending).rejects.toBe(abort.signal.reason)
    await expectUsable(connection)
    const stream = connection.copyTo('copy_to_locked', ROWS)
    const left = stream.next()
    await atWork(connection, 'Lock')
    await expect(stream.return()).resolves.toEqual(done)
    await expect(left).resolves.toEqual(done)
    await expectUsable(connection)
    await locker.execute('rollback; drop table copy_to_locked')
  })

  test('before it is begun sends nothing, and before a pool has a connection does not wait for one', async () => {
    await using pool = createPool({ connection: server.url, max: 1 })
    await expect(pool.copyTo(SLOW, { signal: AbortSignal.abort('never') }).next()).rejects.toBe('never')
    const lease = await pool.acquire()
    const abort = new AbortController()
    const waiting = pool.copyTo(SLOW, { signal: abort.signal })
    const pending = waiting.next()
    abort.abort('too late')
    await expect(pending).rejects.toBe('too late')
    await expect(waiting.next()).resolves.toEqual(done)
    await expect(waiting.return()).resolves.toEqual(done)
    lease.release()
    expect(pool.stats).toMatchObject({ busy: 0, idle: 1, waiting: 0 })
  })

  test('in a transaction fails it', async () => {
    await using connection = await connect(server.url)
    const abort = new AbortController()
    const reading = connection.transaction(async (transaction) => {
      const stream = transaction.copyTo(ENDLESS, { signal: abort.signal })
      await stream.next()
      abort.abort('enough')
      await stream.next()
    })
    await expect(reading).rejects.toBe('enough')
    expect(connection.transactionStatus).toBe('I')
    await expectUsable(connection)
  })
})

describe('an error', () => {
  const FAILING = { query: 'select n, 10 / (5000 - n) from generate_series(1, 100000) n' }

  test('in the middle comes behind the rows in front of it', async () => {
    await using connection = await connect(server.url)
    const stream = connection.copyTo(FAILING, ROWS)
    let rows = 0
    const reading = (async () => {
      for await (const batch of stream) rows += batch.length
    })()
    await expect(reading).rejects.toMatchObject({ code: '22012', outcome: 'rolled-back' })
    expect(rows).toBe(4999)
    expect(stream.rowCount).toBe(null)
    await expect(stream.next()).resolves.toEqual(done)
    await expectUsable(connection)
  })

  test('has the stack of whoever reads', async () => {
    await using connection = await connect(server.url)
    const readHere = async (): Promise<void> => {
      for await (const _ of connection.copyTo(FAILING));
    }
    await expect(readHere()).rejects.toMatchObject({ stack: expect.stringContaining('readHere') })
  })

  test('of the connection in the middle rejects, and a slow reader too', async () => {
    for (const slow of [false, true]) {
      await using connection = await connect(server.url)
      const stream = connection.copyTo(ENDLESS, ROWS)
      await stream.next()
      if (slow) await atWork(connection, 'Client')
      await server.query('select pg_terminate_backend($1)', [connection.processId])
      const error = await count(stream).then(
        () => expect.unreachable('it ended'),
        (reason: unknown) => reason as Error,
      )
      // The server's farewell may have come, or not.
      if (!(error instanceof ConnectionError)) expect(error).toMatchObject({ code: '57P01', outcome: 'rolled-back' })
      await expect(stream.next()).resolves.toEqual(done)
      await expect(stream.return()).resolves.toEqual(done)
      expect(connection.closed).toBe(true)
      await expect(connection.copyTo(SLOW).next().catch(String)).resolves.toContain('Error')
    }
  })

  test('of the statement itself is told by the first next, and by no other', async () => {
    await using connection = await connect(server.url)
    for (const options of [{}, ROWS]) {
      const stream = connection.copyTo({ query: 'select nothing' }, options as typeof ROWS)
      await expect(stream.next()).rejects.toMatchObject({ code: '42703' })
      await expect(stream.next()).resolves.toEqual(done)
      await expect(stream.return()).resolves.toEqual(done)
    }
    await expectUsable(connection)
  })
})

describe('on one connection', () => {
  test('a second COPY, and queries behind it, wait for the end of the first', async () => {
    await using connection = await connect(server.url)
    const first = connection.copyTo(LONG, ROWS)
    await first.next()
    const second = connection.copyTo(LONG, ROWS)
    const rows = count(second)
    const queries = [1, 2, 3].map((n) => connection.query('select $1::int4 as n', [n]))
    let answered = false
    void queries[0]!.then(() => (answered = true))
    await count(first)
    expect(answered).toBe(false)
    await expect(rows).resolves.toBe(20_000)
    for (const [index, query] of queries.entries())
      await expect(query).resolves.toMatchObject({ rows: [{ n: index + 1 }] })
  })

  test('it waits for what was asked before it', async () => {
    await using connection = await connect(server.url)
    const order: string[] = []
    const asked = connection.query('select pg_sleep(0.05)').then(() => order.push('query'))
    const rows = count(connection.copyTo(LONG, ROWS)).then(() => order.push('copy'))
    await Promise.all([asked, rows])
    expect(order).toEqual(['query', 'copy'])
  })

  test('a stream that was never begun is in nobody’s way', async () => {
    await using connection = await connect(server.url)
    const stream = connection.copyTo(ENDLESS)
    await expectUsable(connection)
    await expect(stream.return()).resolves.toEqual(done)
    await expect(stream.next()).resolves.toEqual(done)
  })

  test('that is closed nothing is begun', async () => {
    const connection = await connect(server.url)
    const stream = connection.copyTo(ENDLESS)
    await connection.close()
    await expect(stream.next()).rejects.toThrow(UsageError)
    await expect(stream.return()).resolves.toEqual(done)
    expect(() => connection.copyTo(ENDLESS)).toThrow(UsageError)
  })

  test('several may ask for the next piece at once', async () => {
    await using connection = await connect(server.url)
    const stream = connection.copyTo(LONG, ROWS)
    let rows = 0
    for (let ended = false; !ended;) {
      for (const result of await Promise.all([stream.next(), stream.next(), stream.next()])) {
        if (result.done === true) ended = true
        else rows += result.value.length
      }
    }
    expect(rows).toBe(20_000)
  })
})

test('a slow reader makes the server wait', async () => {
  await using connection = await connect(server.url)
  const stream = connection.copyTo({ query: `select repeat('x', 1000) from (select generate_series(1, 1000000000)) n` })
  await stream.next()
  // The server says so itself: it waits to write to its client.
  await atWork(connection, 'Client')
  await stream.next()
  await stream.return()
  await expectUsable(connection)
})

describe('a pool', () => {
  test('lends its connection from the first next to the end, and gets it back once', async () => {
    await using pool = createPool({ connection: server.url, max: 2 })
    const streams = [pool.copyTo(LONG), pool.copyTo(ENDLESS)] as const
    expect(pool.stats.busy).toBe(0)
    await streams[0].next()
    await streams[1].next()
    expect(pool.stats).toMatchObject({ busy: 2, idle: 0 })
    for await (const _ of streams[0]);
    expect(pool.stats).toMatchObject({ busy: 1, idle: 1 })
    await streams[0].return()
    expect(pool.stats).toMatchObject({ busy: 1, idle: 1 })
    await Promise.all([streams[1].return(), streams[1].return()])
    await streams[1].return()
    expect(pool.stats).toMatchObject({ busy: 0, idle: 2, size: 2 })
    await expect(pool.query('select 1')).resolves.toMatchObject({ rowCount: 1 })
  })

  test('gets it back after every way out, a hundred times, and has lost none', async () => {
    const name = `copy-out-${process.pid}`
    await using pool = createPool({
      connection: `${server.url}${server.url.includes('?') ? '&' : '?'}application_name=${name}`,
      max: 2,
    })
    const ways: (() => Promise<unknown>)[] = [
      () => count(pool.copyTo(LONG, ROWS)),
      async () => {
        for await (const _ of pool.copyTo(ENDLESS)) break
      },
      () => count(pool.copyTo({ query: 'select 1 / 0' }, ROWS)).catch(() => {}),
      () => count(pool.copyTo({ query: 'select nothing' }, ROWS)).catch(() => {}),
      async () => {
        const abort = new AbortController()
        const stream = pool.copyTo(ENDLESS, { signal: abort.signal })
        await stream.next()
        abort.abort()
        await stream.next().catch(() => {})
      },
      async () => {
        const stream = pool.copyTo(SLOW)
        const pending = stream.next()
        await stream.return()
        await pending
      },
    ]
    for (let round = 0; round < 17; round++) await Promise.all(ways.map((way) => way()))
    await expect(pool.query('select 1')).resolves.toMatchObject({ rowCount: 1 })
    expect(pool.stats.size).toBeLessThanOrEqual(2)
    expect(pool.stats).toMatchObject({ waiting: 0 })
    // One that was given up may still be on its way out.
    await expect.poll(() => backends(name)).toBe(pool.stats.size)
  })
})
