import { connect, PoolTimeoutError } from 'kysely-pgwire'
import { beforeAll, expect, test } from 'vitest'

import { LOOKUP, prove } from './lanes-fixture.ts'
import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()

beforeAll(async () => {
  await fixture.query('create table account (id int4 primary key, balance int4 not null)')
  await fixture.query('insert into account select i, 0 from generate_series(1, 10) i')
  await fixture.query('create table locked (n int4); insert into locked values (1)')
})

/** Passes the time that makes a statement old, whatever the process does meanwhile: at least a tenth of it counts. */
const growOld = () => fixture.query('select pg_sleep(0.2)')

const waitingForLocks = async (): Promise<number> => {
  const sql = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
  return (await fixture.query(sql)).length
}

test('a read that waits for a lock takes nobody with it once it is old', async () => {
  await using pool = fixture.open({ max: 2, acquireTimeoutMs: 0 })
  const read = (signal?: AbortSignal) => pool.fetchValue('select n from locked', [], { signal })
  await prove(pool, 2, read)
  await using admin = await connect(fixture.url)
  await admin.execute('begin; lock table locked in access exclusive mode')
  const done = { stuck: false }
  const stuck = read().then(() => (done.stuck = true))
  await expect.poll(waitingForLocks).toBe(1)
  await growOld()
  await Promise.all(Array.from({ length: 300 }, (_, n) => pool.query(LOOKUP, [n])))
  expect(done.stuck).toBe(false)
  expect(pool.stats).toMatchObject({ busy: 1, idle: 1 })
  await admin.execute('commit')
  await stuck
})

test('where a read is stuck and somebody who is behind it gives up, nobody else gets on', async () => {
  await using pool = fixture.open({ max: 2, acquireTimeoutMs: 0 })
  const read = (signal?: AbortSignal) => pool.fetchValue('select n from locked', [], { signal })
  await prove(pool, 2, read)
  await using admin = await connect(fixture.url)
  await admin.execute('begin; lock table locked in access exclusive mode')
  const held = await pool.acquire()
  const stuck = read()
  const controllers = Array.from({ length: 20 }, () => new AbortController())
  const behind = controllers.map(({ signal }) => pool.query(LOOKUP, [1], { signal }))
  const bystander = pool.query(LOOKUP, [2])
  expect(pool.stats.waiting).toBe(0)
  await expect.poll(waitingForLocks).toBe(1)
  await growOld()
  for (const [index, controller] of controllers.entries()) {
    controller.abort()
    await expect(behind[index]).rejects.toBe(controller.signal.reason)
    // It has no chance before the connection that is held is free: it waits, and does not get on.
    const waits = pool.query(LOOKUP, [3])
    expect(pool.stats.waiting).toBe(index + 1)
    void waits
  }
  held.release()
  await expect.poll(() => pool.stats.waiting).toBe(0)
  await admin.execute('commit')
  await Promise.all([stuck, bystander])
})

test('a transaction can await other statements of the pool while a write waits for its row, with connections free', async () => {
  await using pool = fixture.open({ max: 4, acquireTimeoutMs: 0 })
  const deposit = (signal?: AbortSignal) =>
    pool.query('update account set balance = balance + 1 where id = $1', [1], { signal })
  await prove(pool, 4, deposit)
  const balance = async () =>
    (await fixture.query('select balance from account where id = 1'))[0]?.['balance'] as number
  const before = await balance()
  for (let turn = 0; turn < 20; turn++) {
    const work: Promise<unknown>[] = []
    await pool.transaction(async (transaction) => {
      await transaction.query('update account set balance = balance + 10 where id = $1', [1])
      // Behind reads, before reads, and in the middle of them.
      work.push(...Array.from({ length: turn * 5 }, (_, n) => pool.query(LOOKUP, [n])))
      work.push(deposit())
      await Promise.all(Array.from({ length: 100 }, (_, n) => pool.query(LOOKUP, [n])))
      work.push(deposit())
      await Promise.all(Array.from({ length: 100 }, (_, n) => pool.query(LOOKUP, [n])))
    })
    await Promise.all(work)
  }
  expect(await balance()).toBe(before + 20 * 12)
})

test('who wants a connection alone gets it under a load that never ends', async () => {
  await using pool = fixture.open({ max: 2, acquireTimeoutMs: 0 })
  await prove(pool, 2)
  const work = { over: false, count: 0 }
  const riders = Array.from({ length: 300 }, async (_, n) => {
    for (; !work.over; work.count++) await pool.query(LOOKUP, [n])
  })
  for (let turn = 0; turn < 30; turn++) {
    await using one = await pool.acquire()
    await using other = await pool.acquire()
    await Promise.all([one.connection.query('select 1'), other.connection.query('select 2')])
  }
  const before = work.count
  await Promise.all(Array.from({ length: 30 }, () => pool.transaction((transaction) => transaction.query('select 3'))))
  expect(work.count).toBeGreaterThan(before)
  work.over = true
  await Promise.all(riders)
  expect(pool.stats).toMatchObject({ size: 2, idle: 2, waiting: 0 })
})

test('statements that share get on under a load of transactions that never ends', async () => {
  await using pool = fixture.open({ max: 2, acquireTimeoutMs: 0 })
  await prove(pool, 2)
  const work = { over: false, count: 0 }
  const holders = Array.from({ length: 20 }, async () => {
    for (; !work.over; work.count++) await pool.transaction((transaction) => transaction.query('select 3'))
  })
  for (let turn = 0; turn < 30; turn++) await pool.query(LOOKUP, [turn])
  await Promise.all(Array.from({ length: 300 }, (_, n) => pool.query(LOOKUP, [n])))
  work.over = true
  await Promise.all(holders)
  expect(pool.stats).toMatchObject({ size: 2, idle: 2, waiting: 0 })
})

test('of two lines, the one with the earlier comer is served first', async () => {
  await using pool = fixture.open({ max: 1, acquireTimeoutMs: 0 })
  await prove(pool, 1)
  const order: string[] = []
  const note = (name: string) => () => void order.push(name)
  const held = await pool.acquire()
  const alone = async (name: string) => {
    await using _ = await pool.acquire()
    order.push(name)
  }
  const all = [
    pool.query(LOOKUP, [1]).then(note('rider 1')),
    alone('holder 2'),
    pool.query(LOOKUP, [3]).then(note('rider 3')),
    alone('holder 4'),
    alone('holder 5'),
  ]
  expect(pool.stats.waiting).toBe(5)
  held.release()
  await Promise.all(all)
  // Who waits to share gets on with the first of them: that holds nobody up for long.
  expect(order.filter((name) => name.startsWith('rider'))).toEqual(['rider 1', 'rider 3'])
  expect(order.filter((name) => name.startsWith('holder'))).toEqual(['holder 2', 'holder 4', 'holder 5'])
  expect(order[0]).toBe('rider 1')
  expect(order.indexOf('rider 3')).toBeLessThan(order.indexOf('holder 4'))
})

test('a statement that waits too long to share is a PoolTimeoutError, and was not sent', async () => {
  await using pool = fixture.open({ max: 1, acquireTimeoutMs: 2_000 })
  await pool.warmUp()
  await prove(pool, 1)
  const held = await pool.acquire()
  const waits = pool.query(LOOKUP, [1])
  await expect(waits).rejects.toThrow(PoolTimeoutError)
  await expect(waits).rejects.toMatchObject({ outcome: 'not-sent' })
  expect(pool.stats).toMatchObject({ busy: 1, waiting: 0 })
  held.release()
  await expect(pool.fetchValue(LOOKUP, [2])).resolves.toBe(2)
})

test('one that is given up while it waits is never sent, and its neighbours are served', async () => {
  await using pool = fixture.open({ max: 1, acquireTimeoutMs: 0 })
  const deposit = (by: number, signal?: AbortSignal) =>
    pool.query('update account set balance = balance + $1 where id = 2', [by], { signal })
  await prove(pool, 1, (signal) => deposit(0, signal))
  const held = await pool.acquire()
  const controller = new AbortController()
  const given = [deposit(1, controller.signal), deposit(10), deposit(100, controller.signal), deposit(1_000)]
  const late = pool.query('update account set balance = balance + 5 where id = 2', [], { timeoutMs: 1 })
  expect(pool.stats.waiting).toBe(5)
  controller.abort()
  await Promise.all([
    expect(given[0]).rejects.toBe(controller.signal.reason),
    expect(given[2]).rejects.toBe(controller.signal.reason),
    expect(late).rejects.toMatchObject({ name: 'QueryTimeoutError', outcome: 'not-sent' }),
  ])
  expect(pool.stats.waiting).toBe(2)
  held.release()
  await Promise.all([given[1], given[3]])
  await expect(fixture.query('select balance from account where id = 2')).resolves.toEqual([{ balance: 1_010 }])
})
