import { connect } from 'kysely-pgwire'
import { beforeAll, expect, test } from 'vitest'

import { LOOKUP, prove } from './lanes-fixture.ts'
import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()

beforeAll(async () => {
  await fixture.query('create table item (id int4 primary key, n int4 not null)')
  await fixture.query('insert into item select i, 0 from generate_series(1, 100) i')
})

test('20 lookups that are known to be short share the only connection, and each gets its own answer', async () => {
  await using pool = fixture.open({ max: 1 })
  await prove(pool, 1)
  const lookups = Array.from({ length: 20 }, (_, n) => pool.fetchValue<number>(LOOKUP, [n]))
  expect(pool.stats).toEqual({ size: 1, idle: 0, busy: 1, connecting: 0, waiting: 0 })
  await expect(Promise.all(lookups)).resolves.toEqual(Array.from({ length: 20 }, (_, n) => n))
  await expect(fixture.backends()).resolves.toHaveLength(1)
  expect(pool.stats).toMatchObject({ idle: 1, waiting: 0 })
})

test("with pipelining 'off', 19 of 20 wait", async () => {
  await using pool = fixture.open({ max: 1, pipelining: 'off' })
  for (let run = 0; run < 10; run++) await pool.query(LOOKUP, [run])
  const lookups = Array.from({ length: 20 }, (_, n) => pool.fetchValue<number>(LOOKUP, [n]))
  expect(pool.stats).toMatchObject({ busy: 1, waiting: 19 })
  await expect(Promise.all(lookups)).resolves.toEqual(Array.from({ length: 20 }, (_, n) => n))
})

test('a statement that has never been run has its connection to itself', async () => {
  await using pool = fixture.open({ max: 1 })
  await prove(pool, 1)
  const first = pool.query('select 1 as never_run')
  const others = [pool.query('select 1 as never_run'), pool.query(LOOKUP, [1])]
  expect(pool.stats.waiting).toBe(2)
  await Promise.all([first, ...others])
})

test('one that is never shared has its connection to itself however often it was run', async () => {
  await using pool = fixture.open({ max: 1 })
  await prove(pool, 1)
  const alone = "select current_setting('TimeZone')"
  for (let run = 0; run < 10; run++) await pool.query(alone)
  const queries = [pool.query(LOOKUP, [1]), pool.query(alone), pool.query(alone)]
  expect(pool.stats.waiting).toBe(2)
  await Promise.all(queries)
})

test('64 share a connection, and those behind them wait', async () => {
  await using pool = fixture.open({ max: 1 })
  await prove(pool, 1)
  const lookups = Array.from({ length: 200 }, (_, n) => pool.fetchValue<number>(LOOKUP, [n]))
  expect(pool.stats.waiting).toBe(136)
  await expect(Promise.all(lookups)).resolves.toEqual(Array.from({ length: 200 }, (_, n) => n))
})

test('idle connections are used before any is shared, and the load is spread over all', async () => {
  await using pool = fixture.open({ max: 3 })
  await prove(pool, 3)
  const lookups = Array.from({ length: 3 }, (_, n) => pool.query(LOOKUP, [n]))
  expect(pool.stats).toMatchObject({ busy: 3, idle: 0, waiting: 0 })
  const more = Array.from({ length: 189 }, (_, n) => pool.query(LOOKUP, [n]))
  expect(pool.stats.waiting).toBe(0)
  const waits = pool.query(LOOKUP, [0])
  expect(pool.stats.waiting).toBe(1)
  await Promise.all([...lookups, ...more, waits])
})

test('a write may be behind reads, and has nobody behind it', async () => {
  await using pool = fixture.open({ max: 1 })
  const write = (signal?: AbortSignal) => pool.query('update item set n = n + 1 where id = $1', [1], { signal })
  await prove(pool, 1, write)
  const queries = [pool.query(LOOKUP, [1]), pool.query(LOOKUP, [2]), write()]
  expect(pool.stats.waiting).toBe(0)
  queries.push(pool.query(LOOKUP, [3]), write())
  expect(pool.stats.waiting).toBe(2)
  await Promise.all(queries)
  const first = write()
  const second = pool.query(LOOKUP, [1])
  expect(pool.stats.waiting).toBe(1)
  await Promise.all([first, second])
})

test('who locks rows has nobody behind it', async () => {
  await using pool = fixture.open({ max: 1 })
  const lock = (signal?: AbortSignal) => pool.query('select n from item where id = $1 for key share', [1], { signal })
  await prove(pool, 1, lock)
  const queries = [lock(), pool.query(LOOKUP, [1])]
  expect(pool.stats.waiting).toBe(1)
  await Promise.all(queries)
})

test('a statement that was slow shares no more until it has been quick for a while', async () => {
  await using pool = fixture.open({ max: 1 })
  const count = (rows: number, signal?: AbortSignal) =>
    pool.fetchValue('select count(*) from generate_series(1, $1::int4)', [rows], { signal })
  await prove(pool, 1, (signal) => count(1, signal))
  await count(3_000_000)
  const queries = [pool.query(LOOKUP, [1]), count(1)]
  expect(pool.stats.waiting).toBe(1)
  await Promise.all(queries)
  await prove(pool, 1, (signal) => count(1, signal))
  const again = [pool.query(LOOKUP, [1]), count(1), count(1)]
  expect(pool.stats.waiting).toBe(0)
  await Promise.all(again)
})

test('an error is that of its own statement, and no neighbour notices', async () => {
  await using pool = fixture.open({ max: 1 })
  const divide = (by: number, signal?: AbortSignal) =>
    pool.fetchValue<number>('select 120 / $1::int4', [by], { signal })
  await prove(pool, 1, (signal) => divide(1, signal))
  const results = Promise.allSettled([1, 0, 2, 0, 0, 3].map((by) => divide(by)))
  const refused = expect(pool.query(LOOKUP, ['no number'])).rejects.toMatchObject({ outcome: expect.anything() })
  const wrong = expect(pool.query(LOOKUP, [2 ** 40])).rejects.toMatchObject({ outcome: 'not-sent' })
  expect(pool.stats.waiting).toBe(0)
  const settled = (await results).map((result) => (result.status === 'fulfilled' ? result.value : result.reason.code))
  expect(settled).toEqual([120, '22012', 60, '22012', '22012', 40])
  await Promise.all([refused, wrong])
  expect(pool.stats).toMatchObject({ size: 1, idle: 1 })
})

test('a write that fails when it commits fails alone', async () => {
  await fixture.query('create table child (id int4 references item deferrable initially deferred)')
  await using pool = fixture.open({ max: 1 })
  const insert = (id: number, signal?: AbortSignal) => pool.query('insert into child values ($1)', [id], { signal })
  await prove(pool, 1, (signal) => insert(1, signal))
  const before = pool.query(LOOKUP, [1])
  const failing = expect(insert(1_000)).rejects.toMatchObject({ code: '23503', outcome: 'rolled-back' })
  const behind = pool.query(LOOKUP, [2])
  await Promise.all([before, failing, behind])
})

test('answers come in the order in which the statements left', async () => {
  await using pool = fixture.open({ max: 1 })
  await prove(pool, 1)
  const order: number[] = []
  await Promise.all(
    Array.from({ length: 150 }, async (_, n) => {
      await pool.query(LOOKUP, [n])
      order.push(n)
    }),
  )
  expect(order).toEqual(Array.from({ length: 150 }, (_, n) => n))
})

test('closing the pool waits for those who share and for those who wait', async () => {
  const pool = fixture.open({ max: 1 })
  await prove(pool, 1)
  const lookups = Array.from({ length: 150 }, (_, n) => pool.fetchValue<number>(LOOKUP, [n]))
  await pool.close()
  await expect(Promise.all(lookups)).resolves.toEqual(Array.from({ length: 150 }, (_, n) => n))
  await expect(pool.query(LOOKUP, [1])).rejects.toMatchObject({ name: 'PoolClosedError' })
  await expect.poll(() => fixture.backends()).toEqual([])
})

test('the state of a session belongs to whoever has the connection alone, and the statements that share it see none of it', async () => {
  await fixture.query(`create table motto (text text); insert into motto values ('public')`)
  await using pool = fixture.open({ max: 2, acquireTimeoutMs: 0 })
  const motto = (signal?: AbortSignal) => pool.fetchValue<string>('select text from motto', [], { signal })
  await prove(pool, 2, motto)
  const seen = new Set<string | null>()
  const work = { over: false }
  const riders = Array.from({ length: 30 }, async () => {
    while (!work.over) seen.add(await motto())
  })
  for (let turn = 0; turn < 40; turn++) {
    await using lease = await pool.acquire()
    const { connection } = lease
    await connection.execute(
      `create temp table motto as select 'mine ${turn}'::text as text; set work_mem = '${turn + 100}kB'`,
    )
    await connection.query('select pg_advisory_lock($1)', [turn])
    await connection.query(LOOKUP, [turn])
    // Not the text of those who share: a plan goes on reading the table that it was made for.
    expect(await connection.fetchValue('select text from motto limit 1')).toBe(`mine ${turn}`)
    expect(await connection.fetchValue('show work_mem')).toBe(`${turn + 100}kB`)
    expect(await connection.fetchValue('select pg_advisory_unlock($1)', [turn])).toBe(true)
    await connection.execute('drop table pg_temp.motto; reset work_mem')
  }
  work.over = true
  await Promise.all(riders)
  expect([...seen]).toEqual(['public'])
})

test('a statement that nobody has described is not held up by those who share', async () => {
  await using pool = fixture.open({ max: 1, acquireTimeoutMs: 0 })
  await prove(pool, 1)
  const work = { over: false }
  const riders = Array.from({ length: 100 }, async (_, n) => {
    while (!work.over) await pool.query(LOOKUP, [n])
  })
  for (let n = 0; n < 30; n++) await pool.query(`select ${n} as new`)
  work.over = true
  await Promise.all(riders)
  expect(pool.stats).toMatchObject({ size: 1, idle: 1, waiting: 0 })
})

test('a table that changes under statements that share is looked at again by each of them', async () => {
  await fixture.query('create table changing (a int4); insert into changing values (1)')
  await using pool = fixture.open({ max: 2 })
  const all = (signal?: AbortSignal) => pool.fetch('select * from changing', [], { signal })
  await prove(pool, 2, all)
  const before = Array.from({ length: 40 }, () => all())
  await Promise.all(before)
  await using admin = await connect(fixture.url)
  await admin.execute('alter table changing add column b int4 default 2')
  const after = await Promise.all(Array.from({ length: 40 }, () => all()))
  for (const rows of after) expect(rows).toEqual([{ a: 1, b: 2 }])
})
