/** Leaving a stream early: `return` waits for the end of the statement, but not for rows that nobody wants. */
import { Kysely, sql } from 'kysely'
import { connect, type Connection, createPool, PgwireDialect } from 'kysely-pgwire'
import { describe, expect, test } from 'vitest'

import { eventLoopTurn } from '../support/event-loop-turn.ts'
import { faultProxy } from '../support/fault-proxy.ts'
import { sharedServer } from '../support/shared-server.ts'
import { stopTime } from '../support/stopped-time.ts'

const SOON_MS = 20_000

/** The second batch of ten takes half a minute. */
const SLOW_SECOND_BATCH = 'select i, case when i > 10 then pg_sleep(30) end from generate_series(1, 20) i'

const TEN = { batchRows: 10 }
const done = { done: true, value: undefined }

/** Runs `use`, and says whether it took less time than what it must not wait for. */
async function soon(use: () => Promise<void>): Promise<boolean> {
  const startedAt = performance.now()
  await use()
  return performance.now() - startedAt < SOON_MS
}

async function leaveAfterOneBatch(connection: Connection, sql: string): Promise<void> {
  for await (const _ of connection.stream(sql, [], TEN)) break
}

describe('when the loop is left,', () => {
  test('the statement has ended, and the connection is idle', async () => {
    await using connection = await connect(sharedServer().url)
    await leaveAfterOneBatch(connection, 'select * from generate_series(1, 1000)')
    expect(connection.idle).toBe(true)
  })

  test('no second connection is opened for a batch that is as good as here', async () => {
    const server = sharedServer()
    await using proxy = await faultProxy(server)
    await using connection = await connect(proxy.through(server.url))
    // A batch that takes long to come is not as good as here.
    stopTime()
    for (let round = 0; round < 20; round++) {
      await leaveAfterOneBatch(connection, 'select * from generate_series(1, 1000)')
    }
    expect(proxy.connections.length).toBe(1)
  })

  test('a constraint that fails in the commit rejects, and the connection lives', async () => {
    await using connection = await connect(sharedServer().url)
    await connection.execute('create temp table t (i int unique deferrable initially deferred)')
    const leaving = leaveAfterOneBatch(
      connection,
      'insert into t select i % 30 from generate_series(1, 100) i returning i',
    )
    await expect(leaving).rejects.toMatchObject({ code: '23505', outcome: 'rolled-back' })
    await expect(connection.query('select i from t')).resolves.toMatchObject({ rows: [] })
  })

  test('a constraint that has failed with the batch fetched ahead rejects once', async () => {
    await using connection = await connect(sharedServer().url)
    await connection.execute('create temp table t (i int unique deferrable initially deferred)')
    const stream = connection.stream('insert into t select 1 from generate_series(1, 15) returning i', [], TEN)
    await stream.next()
    await connection.settled()
    await expect(stream.return()).rejects.toMatchObject({ code: '23505' })
    await expect(stream.return()).resolves.toEqual(done)
    await expect(stream.next()).resolves.toEqual(done)
  })

  test('through Kysely such a constraint rejects too', async () => {
    await using db = new Kysely<{ t: { i: number } }>({
      dialect: new PgwireDialect({ connection: sharedServer().url, pool: { max: 1, reset: 'none' } }),
    })
    await sql`create temp table t (i int unique deferrable initially deferred)`.execute(db)
    const values = Array.from({ length: 100 }, (_, i) => ({ i: i % 30 }))
    const leaving = (async () => {
      for await (const _ of db.insertInto('t').values(values).returning('i').stream(10)) break
    })()
    await expect(leaving).rejects.toMatchObject({ code: '23505', outcome: 'rolled-back' })
    await expect(db.selectFrom('t').select('i').execute()).resolves.toEqual([])
  })

  test('a commit that takes its time is waited for and not cancelled', async () => {
    const server = sharedServer()
    await using proxy = await faultProxy(server)
    await using connection = await connect(proxy.through(server.url))
    await connection.execute(`
      create temp table t (i int);
      create function pg_temp.slowly() returns trigger language plpgsql as 'begin perform pg_sleep(0.2); return null; end';
      create constraint trigger slowly after insert on t deferrable initially deferred
        for each row when (new.i = 1) execute function pg_temp.slowly()`)
    const fetchedAhead = proxy.after('s', 2)
    const stream = connection.stream('insert into t select generate_series(1, 25) returning i', [], TEN)
    await stream.next()
    await fetchedAhead
    await eventLoopTurn()
    await stream.return()
    expect(connection.idle).toBe(true)
    await expect(connection.query('select count(*)::int as rows from t')).resolves.toMatchObject({
      rows: [{ rows: 25 }],
    })
  })
})

describe('a batch that is still being computed', () => {
  test('is cancelled without an error, and the connection serves on', async () => {
    await using connection = await connect(sharedServer().url)
    expect(await soon(() => leaveAfterOneBatch(connection, SLOW_SECOND_BATCH))).toBe(true)
    expect(connection.idle).toBe(true)
    await expect(connection.query('select 1 as one')).resolves.toMatchObject({ rows: [{ one: 1 }] })
  })

  test('is cancelled too when it is the first, and its next says that it is done', async () => {
    await using connection = await connect(sharedServer().url)
    const stream = connection.stream('select pg_sleep(30)')
    const first = stream.next()
    expect(await soon(async () => expect(await stream.return()).toEqual(done))).toBe(true)
    await expect(first).resolves.toEqual(done)
    expect(connection.idle).toBe(true)
  })

  test('does not cost a pool its connection', async () => {
    await using pool = createPool({ connection: sharedServer().url, max: 1 })
    const pid = await pool.query<{ pid: number }>('select pg_backend_pid() as pid')
    const lease = await pool.acquire()
    expect(
      await soon(async () => {
        await leaveAfterOneBatch(lease.connection, SLOW_SECOND_BATCH)
        lease.release()
        await expect(pool.query('select pg_backend_pid() as pid')).resolves.toEqual(pid)
      }),
    ).toBe(true)
  })

  test('is not cancelled in a transaction, which goes on', async () => {
    await using connection = await connect(sharedServer().url)
    await using holder = await connect(sharedServer().url)
    const lock = `(20, ${connection.processId})`
    await holder.execute(`select pg_advisory_lock${lock}`)
    await connection.execute('create temp table t (i int); begin; insert into t values (1)')
    const slow = `select i, case when i = 11 then pg_advisory_xact_lock${lock} end from generate_series(1, 20) i`
    await leaveAfterOneBatch(connection, slow)
    expect(connection.idle).toBe(false)
    await holder.execute(`select pg_advisory_unlock${lock}`)
    await expect(connection.query('commit')).resolves.toMatchObject({ command: 'COMMIT' })
    await expect(connection.query('select i from t')).resolves.toMatchObject({ rows: [{ i: 1 }] })
  })
})
