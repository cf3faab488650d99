/** The server goes away: what each call is told, what becomes of the connection, and that it works again afterwards. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { connect, createPool, type Pool } from 'kysely-pgwire'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { type PrivateServer, startPrivateServer, type StopMode } from '../support/test-server.ts'

let server: PrivateServer

beforeAll(async () => {
  server = await startPrivateServer()
  await server.query('create table written (id int primary key)')
})

afterAll(() => server.remove())

beforeEach(() => server.query('truncate written'))

/** Resolves once a statement with that text sleeps: `active` it is already while it is only parsed, and not executed yet. */
async function sleeping(mark: string): Promise<void> {
  const asked = 'select count(*)::int as count from pg_stat_activity where wait_event = $1 and query like $2'
  await expect.poll(() => server.query(asked, ['PgSleep', `%${mark}%`])).toEqual([{ count: 1 }])
}

/** What the system says of a process; `T`: it is stopped. */
async function processState(processId: number): Promise<string> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'state=', '-p', String(processId)])
  return stdout.trim()
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error as Error & { code?: string; outcome?: string },
  )

async function usableAgain(pool: Pool): Promise<void> {
  const { rows } = await pool.query('select 1 as one')
  expect(rows).toEqual([{ one: 1 }])
}

describe.each<StopMode>(['immediate', 'fast', 'crash'])('the server is stopped (%s)', (mode) => {
  async function stopped(act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } finally {
      if (server.postmasterPid === undefined) await server.start()
    }
  }

  test('in the middle of a query: it rejects, and the next one after the restart succeeds', () =>
    stopped(async () => {
      await using pool = createPool({ connection: server.url, max: 1 })
      const query = failure(pool.query('select pg_sleep(60) /* death in a query */'))
      await sleeping('death in a query')
      await server.stop(mode)
      const error = await query
      expect(['57P01', '57P02', 'PGWIRE_CONNECTION_LOST']).toContain(error.code)
      expect(['rolled-back', 'unknown']).toContain(error.outcome)
      const refused = await failure(pool.query('select 1'))
      expect(refused).toMatchObject({ code: 'PGWIRE_CONNECT_FAILED', phase: 'connecting', outcome: 'not-sent' })
      expect(refused.message).toContain(`127.0.0.1:${server.port}`)
      await server.start()
      await usableAgain(pool)
    }))

  test('in the middle of a transaction: nothing of it is there afterwards', () =>
    stopped(async () => {
      await using pool = createPool({ connection: server.url, max: 1 })
      {
        await using lease = await pool.acquire()
        const { connection } = lease
        await connection.query('begin')
        await connection.query('insert into written values (1)')
        await server.stop(mode)
        await expect.poll(() => connection.closed).toBe(true)
        expect(await failure(connection.query('insert into written values (2)'))).toMatchObject({
          code: 'PGWIRE_CONNECTION_LOST',
          host: '127.0.0.1',
          port: server.port,
          phase: 'ready',
        })
        expect(await failure(connection.query('commit'))).toMatchObject({ outcome: 'not-sent' })
      }
      await server.start()
      await usableAgain(pool)
      expect(await server.query('select * from written')).toEqual([])
    }))

  test('in the middle of a stream: the rows that came are kept, and then it rejects', () =>
    stopped(async () => {
      await using pool = createPool({ connection: server.url, max: 1 })
      let rows = 0
      const read = async () => {
        await using lease = await pool.acquire()
        for await (const batch of lease.connection.stream('select * from generate_series(1, 10000000)', [], {
          batchRows: 100,
        })) {
          rows += batch.length
          if (rows === 300) await server.stop(mode)
        }
      }
      const error = await failure(read())
      expect(['57P01', '57P02', 'PGWIRE_CONNECTION_LOST']).toContain(error.code)
      expect(rows % 100).toBe(0)
      expect(rows).toBeGreaterThanOrEqual(300)
      await server.start()
      await usableAgain(pool)
    }))

  test('under the load of sixteen workers: every query settles, and none is told a lie', () =>
    stopped(async () => {
      await using pool = createPool({ connection: server.url, max: 16 })
      const acknowledged: number[] = []
      let failures = 0
      let id = 0
      const worker = async () => {
        for (;;) {
          const mine = ++id
          try {
            await pool.query('insert into written values ($1)', [mine])
            acknowledged.push(mine)
          } catch {
            failures++
            return
          }
        }
      }
      const workers = Array.from({ length: 16 }, worker)
      await expect.poll(() => acknowledged.length).toBeGreaterThan(100)
      await server.stop(mode)
      await Promise.all(workers)
      expect(failures).toBe(16)
      await server.start()
      const present = new Set((await server.query('select id from written')).map((row) => Number(row['id'])))
      // A crash may lose what was not flushed, as this server does not wait for its disk; a stop may not.
      if (mode === 'fast') expect(acknowledged.filter((one) => !present.has(one))).toEqual([])
      await usableAgain(pool)
    }))
})

describe('one backend is terminated', () => {
  test('while idle in a pool: nobody notices', async () => {
    await using pool = createPool({ connection: server.url, max: 1 })
    await usableAgain(pool)
    await server.terminate(...(await server.backends()))
    await expect.poll(() => pool.stats.size).toBe(0)
    await usableAgain(pool)
  })

  test('while checked out and idle: the next query says so, with the cause, and was not sent', async () => {
    await using pool = createPool({ connection: server.url, max: 1 })
    {
      await using lease = await pool.acquire()
      await lease.connection.query('begin')
      await server.terminate(lease.connection.processId)
      await expect.poll(() => lease.connection.closed).toBe(true)
      expect(await failure(lease.connection.query('select 1'))).toMatchObject({
        code: 'PGWIRE_CONNECTION_LOST',
        outcome: 'not-sent',
        cause: { code: '57P01' },
      })
    }
    await usableAgain(pool)
  })

  test('while its query runs: it rejects with 57P01, rolled back', async () => {
    const connection = await connect(server.url)
    const query = failure(connection.query('insert into written select 1 from pg_sleep(60)'))
    const behind = failure(connection.query('select 2'))
    await sleeping('pg_sleep(60)')
    await server.terminate(connection.processId)
    expect(await query).toMatchObject({ name: 'AdminShutdownError', code: '57P01', outcome: 'rolled-back' })
    expect(await behind).toMatchObject({ code: 'PGWIRE_CONNECTION_LOST' })
    expect(connection.closed).toBe(true)
    expect(await server.query('select * from written')).toEqual([])
  })

  test('while a procedure runs that may have committed: the outcome is unknown', async () => {
    const connection = await connect(server.url)
    const block = `do $$ begin insert into written values (1); commit; perform pg_sleep(60); end $$`
    const query = failure(connection.query(block))
    await sleeping('perform pg_sleep')
    await server.terminate(connection.processId)
    expect(await query).toMatchObject({ code: '57P01', outcome: 'unknown' })
    expect(await server.query('select * from written')).toEqual([{ id: 1 }])
  })

  test('by a timeout of the server for idle transactions: the next query says so', async () => {
    const connection = await connect(server.url)
    await connection.execute('set idle_in_transaction_session_timeout = 50; begin')
    await expect.poll(() => connection.closed).toBe(true)
    expect(await failure(connection.query('select 1'))).toMatchObject({ outcome: 'not-sent', cause: { code: '25P03' } })
  })
})

test('a frozen backend is no dead one: the result comes when it goes on', async () => {
  const connection = await connect(server.url)
  const other = await connect(server.url)
  const { processId } = connection
  // Its statement is known, so that all there is to send leaves at once.
  await connection.query('select 1 as one')
  server.signalBackend(processId, 'SIGSTOP')
  await expect.poll(() => processState(processId)).toMatch(/^T/)
  let answered = false
  const query = connection.query('select 1 as one').finally(() => (answered = true))
  // It is sent before the other's queries, and answered only after them.
  for (let number = 0; number < 20; number++) await other.query('select $1::int4', [number])
  expect(answered).toBe(false)
  expect(connection.closed).toBe(false)
  expect(await processState(processId)).toMatch(/^T/)
  server.signalBackend(processId, 'SIGCONT')
  expect((await query).rows).toEqual([{ one: 1 }])
  await Promise.all([connection.close(), other.close()])
})
