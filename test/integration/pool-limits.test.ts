import { expect, test } from 'vitest'

import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()

test('max is never exceeded under 2,000 parallel acquires of which many fail', async () => {
  const max = 7
  await using pool = fixture.open({ max, acquireTimeoutMs: 0 })
  let most = 0
  const work = { over: false }
  const counting = (async () => {
    while (!work.over) {
      most = Math.max(most, (await fixture.backends()).length)
      expect(pool.stats.size + pool.stats.connecting).toBeLessThanOrEqual(max)
    }
  })()
  const uses = Array.from({ length: 2_000 }, async (_, index) => {
    const controller = new AbortController()
    if (index % 11 === 0) setImmediate(() => controller.abort())
    await using lease = await pool.acquire({ signal: controller.signal })
    const { connection } = lease
    expect(pool.stats.busy).toBeLessThanOrEqual(max)
    if (index % 5 === 0) await connection.query('select 1 / 0')
    if (index % 7 === 0) throw new Error('the borrower failed')
    if (index % 97 === 0) await connection.close()
    else await connection.query('select pg_sleep(0.001)')
  })
  const results = await Promise.allSettled(uses)
  work.over = true
  await counting
  const failed = results.filter((result) => result.status === 'rejected').length
  expect(failed).toBeGreaterThan(500)
  expect(failed).toBeLessThan(1_500)
  expect(most).toBeGreaterThan(1)
  expect(most).toBeLessThanOrEqual(max)
  await expect.poll(() => pool.stats).toMatchObject({ busy: 0, connecting: 0, waiting: 0 })
})

test('connections are opened only as they are needed', async () => {
  await using pool = fixture.open({ max: 10 })
  for (let round = 0; round < 5; round++) await pool.query('select 1')
  expect(pool.stats).toEqual({ size: 1, idle: 1, busy: 0, connecting: 0, waiting: 0 })
  await using one = await pool.acquire()
  await using two = await pool.acquire()
  expect(one.connection).not.toBe(two.connection)
  expect(pool.stats).toEqual({ size: 2, idle: 0, busy: 2, connecting: 0, waiting: 0 })
})

test('1,000 queries at once on a pool of 10 are all answered, by at most 10 backends', async () => {
  await using pool = fixture.open({ max: 10, acquireTimeoutMs: 0 })
  const pids = new Set<number>()
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, async (_, index) => {
      const { rows } = await pool.query<{ n: number; pid: number }>('select $1::int4 as n, pg_backend_pid() as pid', [
        index,
      ])
      pids.add(rows[0]!.pid)
      return rows[0]!.n
    }),
  )
  expect(answers).toEqual(Array.from({ length: 1_000 }, (_, index) => index))
  expect(pids.size).toBeLessThanOrEqual(10)
})

test('a statement described on one connection is known on the next', async () => {
  await using pool = fixture.open({ max: 2 })
  await using one = await pool.acquire()
  await using two = await pool.acquire()
  await fixture.query(`create type mood as enum ('sad', 'ok')`)
  const text = `select 'ok'::mood as mood`
  await expect(one.connection.query(text)).resolves.toMatchObject({ rows: [{ mood: 'ok' }] })
  await expect(two.connection.query(text)).resolves.toMatchObject({ rows: [{ mood: 'ok' }] })
  // The second connection did not have to ask for the type.
  const asked = await two.connection.query(
    `select 1 from pg_prepared_statements where statement like '%pg_type%' and statement not like '%prepared%'`,
  )
  expect(asked.rows).toEqual([])
})
