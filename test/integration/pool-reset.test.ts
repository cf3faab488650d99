import type { Connection, Pool, Reset } from 'kysely-pgwire'
import { describe, expect, test } from 'vitest'

import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()

/** What somebody does to a session, and how the next one would notice. */
const traces: Record<string, [does: string, notices: string]> = {
  'a setting': [`set work_mem = '1234kB'`, `select current_setting('work_mem') = '1234kB'`],
  'a setting by a function': [
    `select set_config('work_mem', '1234kB', false)`,
    `select current_setting('work_mem') = '1234kB'`,
  ],
  'a setting of its own': [
    `set app.tenant = 'eve'`,
    `select coalesce(current_setting('app.tenant', true), '') = 'eve'`,
  ],
  'a time zone': [`set time zone 'Asia/Kathmandu'`, `select current_setting('TimeZone') = 'Asia/Kathmandu'`],
  'a search path': ['set search_path = elsewhere', `select current_setting('search_path') = 'elsewhere'`],
  'a role': ['set role pg_read_all_data', `select current_user = 'pg_read_all_data'`],
  'a time limit': ['set statement_timeout = 54321', `select current_setting('statement_timeout') = '54321ms'`],
  'a read-only session': [
    'set session characteristics as transaction read only',
    `select current_setting('transaction_read_only') = 'on'`,
  ],
  'a temporary table': [
    'create temp table left_behind (id int)',
    `select to_regclass('pg_temp.left_behind') is not null`,
  ],
  'an advisory lock': [
    'select pg_advisory_lock(4711)',
    `select exists (select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid())`,
  ],
  'a held cursor': [
    'declare left_behind cursor with hold for select 1',
    `select exists (select from pg_cursors where name = 'left_behind')`,
  ],
  LISTEN: ['listen left_behind', `select exists (select from pg_listening_channels())`],
}

async function leave(pool: Pool, does: (connection: Connection) => Promise<unknown>): Promise<number> {
  await using lease = await pool.acquire()
  await does(lease.connection)
  return lease.connection.processId
}

async function notices(pool: Pool, question: string): Promise<[boolean | null, number]> {
  await using lease = await pool.acquire()
  const seen = await lease.connection.fetchValue<boolean>(question)
  return [seen, lease.connection.processId]
}

describe.each(['smart', 'discard-all'] satisfies Reset[])('with reset %s, the next one does not notice', (reset) => {
  test.each(Object.entries(traces))('%s', async (_, [does, question]) => {
    await using pool = fixture.open({ max: 1, reset })
    const pid = await leave(pool, async (connection) => {
      await connection.query(does)
      expect(await connection.fetchValue(question)).toBe(true)
    })
    await expect(notices(pool, question)).resolves.toEqual([false, pid])
  })

  test.each(Object.entries(traces))('%s, left by a script', async (_, [does, question]) => {
    await using pool = fixture.open({ max: 1, reset })
    const pid = await leave(pool, (connection) => connection.execute(`select 1; ${does}`))
    await expect(notices(pool, question)).resolves.toEqual([false, pid])
  })

  test('statements that are prepared are run as before', async () => {
    await using pool = fixture.open({ max: 1, reset })
    for (let round = 0; round < 3; round++) {
      await pool.query('set work_mem = 1000')
      await expect(pool.fetchValue('select $1::int4', [round])).resolves.toBe(round)
      // Where nothing could be sent again.
      const inTransaction = pool.transaction((transaction) => transaction.fetchValue('select $1::int4', [round]))
      await expect(inTransaction).resolves.toBe(round)
    }
    expect(pool.totals.opened).toBe(1)
  })
})

test.each(Object.entries(traces).filter(([name]) => name !== 'LISTEN'))(
  'with reset none, the next one has %s',
  async (_, [does, question]) => {
    await using pool = fixture.open({ max: 1, reset: 'none' })
    const pid = await leave(pool, (connection) => connection.query(does))
    await expect(notices(pool, question)).resolves.toEqual([true, pid])
  },
)

/** How many statements the server has begun on the pool's connection; it reports the last one. */
async function lastStatement(): Promise<unknown> {
  const [row] = await fixture.query(
    `select query from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
  )
  return row?.['query']
}

test.each([
  ['a query', 'select 1 /* last */'],
  ['a setting that is over with its transaction', `select set_config('work_mem', '1234kB', true) /* last */`],
  ['a table', 'create table if not exists last (id int) /* last */'],
])('nothing is sent behind %s', async (_, sql) => {
  await using pool = fixture.open({ max: 1 })
  await leave(pool, (connection) => connection.query(sql))
  expect(pool.stats.idle).toBe(1)
  await expect(lastStatement()).resolves.toBe(sql)
})

test('nothing is sent behind a transaction', async () => {
  await using pool = fixture.open({ max: 1 })
  await pool.transaction(async (transaction) => {
    await transaction.query(`set local time zone 'Asia/Tokyo'`)
    await transaction.query('select 1')
  })
  expect(pool.stats.idle).toBe(1)
  await expect(lastStatement()).resolves.toBe('commit')
})

test('a setting that a function changes in secret is noticed where the server reports it', async () => {
  await fixture.query(
    `create function move() returns void language sql as $$ select set_config('TimeZone', 'Asia/Tokyo', false) $$`,
  )
  await using pool = fixture.open({ max: 1 })
  await pool.query('select move()')
  await expect(pool.fetchValue(`select current_setting('TimeZone') = 'Asia/Tokyo'`)).resolves.toBe(false)
})

test('a connection that cannot be reset is replaced', async () => {
  await using pool = fixture.open({ max: 1 })
  const lease = await pool.acquire()
  const { processId } = lease.connection
  await lease.connection.query('set work_mem = 1000')
  await fixture.server.terminate(processId)
  lease.release()
  await expect(pool.fetchValue('select pg_backend_pid()')).resolves.not.toBe(processId)
})
