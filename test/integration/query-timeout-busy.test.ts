/** A process that is busy while the answer arrives: when it comes to look, the limit is over, and the answer is here. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { connect, type Connection, type Pool } from 'kysely-pgwire'
import { describe, expect, test } from 'vitest'

import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()
const LIMIT_MS = 100
const SQL = 'select $1::int4 as n /* answered */'

/** Ends when the server has read a certain statement of ours, and waits for more. */
const WATCH = `
  import { connect } from 'kysely-pgwire'
  await using connection = await connect(process.env.DATABASE_URL)
  const sql = "select 1 from pg_stat_activity where pid = $1 and query like $2 and wait_event = 'ClientRead'"
  while ((await connection.fetch(sql, [Number(process.env.PROCESS_ID), process.env.QUERY])).length === 0);`

/** Returns when the statement has been answered. Until then this process does nothing else, and so reads nothing. */
function busyUntilAnswered({ processId }: Connection, query: string): void {
  execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '--eval', WATCH], {
    cwd: join(import.meta.dirname, '..'),
    env: { ...process.env, DATABASE_URL: fixture.url, PROCESS_ID: String(processId), QUERY: query },
    timeout: 50_000,
  })
}

/** What comes of a call whose limit is over when its answer is here, and was not read. */
async function unread<Result>(
  connection: Connection,
  call: () => Promise<Result>,
  { limitMs, query } = { limitMs: LIMIT_MS, query: '%answered%' },
): Promise<Result> {
  // Described beforehand, it takes one answer.
  await connection.query(SQL, [1])
  await connection.query('select 1')
  const given = call()
  const over = performance.now() + limitMs
  // It is sent at the end of a tick. The event loop does not turn: nothing is read, and no limit noticed.
  for (let tick = 0; tick < 20; tick++) await new Promise<void>((resolve) => process.nextTick(resolve))
  busyUntilAnswered(connection, query)
  while (performance.now() <= over + 1);
  return given
}

describe('a call gets the answer that came in time:', () => {
  const options = { timeoutMs: LIMIT_MS }
  const verbs: Record<string, (connection: Connection) => Promise<unknown>> = {
    query: async (connection) => (await connection.query(SQL, [7], options)).rows,
    fetch: (connection) => connection.fetch(SQL, [7], options),
    batch: async (connection) => (await connection.batch([{ sql: SQL, parameters: [7] }], options))[0]?.rows,
    stream: async (connection) => (await connection.stream(SQL, [7], options).next()).value,
  }

  test.each(Object.entries(verbs))('%s', async (_verb, call) => {
    await using connection = await connect(fixture.url)
    expect(await unread(connection, () => call(connection))).toEqual([{ n: 7 }])
    expect((await connection.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  test('a statement of a pool', async () => {
    await using pool = fixture.open({ max: 1 })
    const connection = await only(pool)
    expect((await unread(connection, () => pool.query(SQL, [7], options))).rows).toEqual([{ n: 7 }])
  })
})

test('who waits for a connection gets the one that is free by then', async () => {
  await using pool = fixture.open({ max: 1, acquireTimeoutMs: LIMIT_MS })
  await pool.warmUp()
  const connection = await only(pool)
  const borrowed = await unread(connection, async () => {
    const held = await pool.acquire()
    void held.connection.query(SQL, [2]).finally(() => held.release())
    return pool.acquire()
  })
  expect(borrowed.connection).toBe(connection)
  borrowed.release()
  expect(pool.totals.timedOut).toBe(0)
})

test('a connection that has answered the question whether it still does is kept', async () => {
  await using pool = fixture.open({ max: 1, checkAfterIdleMs: 1 })
  const connection = await only(pool)
  await pause(5)
  const borrowed = await unread(connection, () => pool.acquire(), { limitMs: 1_000, query: '' })
  expect(borrowed.connection).toBe(connection)
  borrowed.release()
  expect(pool.totals.closed).toMatchObject({ unanswered: 0 })
})

/** The connection of a pool that has one. */
async function only(pool: Pool): Promise<Connection> {
  await using lease = await pool.acquire()
  return lease.connection
}
