import { type PgwireConnection, PgwireDialect } from 'kysely-pgwire'
import { expect, test } from 'vitest'

import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()

test('a connection that is given back twice is there once', async () => {
  await using pool = fixture.open({ max: 2 })
  const connection = await pool.take()
  pool.giveBack(connection)
  pool.giveBack(connection)
  expect(pool.stats).toMatchObject({ size: 1, idle: 1, busy: 0 })
  await using one = await pool.acquire()
  await using two = await pool.acquire()
  expect(one.connection).not.toBe(two.connection)
})

test('a connection that is given back twice in a transaction is there once after it was cleaned', async () => {
  await using pool = fixture.open({ max: 1 })
  const connection = await pool.take()
  await connection.query('begin')
  pool.giveBack(connection)
  pool.giveBack(connection)
  await expect.poll(() => pool.stats.busy).toBe(0)
  expect(pool.stats).toMatchObject({ size: 1, idle: 1 })
  expect(connection.transactionStatus).toBe('I')
})

test('a connection that is given back twice goes to one of those who wait', async () => {
  await using pool = fixture.open({ max: 1 })
  const connection = await pool.take()
  const first = pool.take()
  const second = pool.take()
  pool.giveBack(connection)
  pool.giveBack(connection)
  expect(await first).toBe(connection)
  expect(pool.stats.waiting).toBe(1)
  pool.giveBack(connection)
  expect(await second).toBe(connection)
  pool.giveBack(connection)
  expect(pool.stats).toMatchObject({ size: 1, idle: 1, busy: 0, waiting: 0 })
})

test('a dead connection that is given back twice is dropped once', async () => {
  await using pool = fixture.open({ max: 1 })
  const connection = await pool.take()
  connection.terminate()
  pool.giveBack(connection)
  pool.giveBack(connection)
  expect(pool.stats).toMatchObject({ size: 0, idle: 0, busy: 0 })
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
})

test('a connection of another pool is not taken', async () => {
  await using pool = fixture.open()
  await using other = fixture.open()
  const connection = await other.take()
  pool.giveBack(connection)
  expect(pool.stats).toMatchObject({ size: 0, idle: 0 })
  other.giveBack(connection)
  expect(other.stats).toMatchObject({ size: 1, idle: 1 })
})

test('a lease that is released twice gives back once', async () => {
  await using pool = fixture.open({ max: 2 })
  const lease = await pool.acquire()
  lease.release()
  lease.release()
  expect(pool.stats).toMatchObject({ size: 1, idle: 1, busy: 0 })
})

test('a connection that is released twice by the Kysely driver is there once', async () => {
  await using pool = fixture.open({ max: 2 })
  const driver = new PgwireDialect({ pool }).createDriver()
  await driver.init()
  const connection = await driver.acquireConnection()
  await (connection as PgwireConnection).bind()
  await driver.releaseConnection(connection)
  await driver.releaseConnection(connection)
  expect(pool.stats).toMatchObject({ size: 1, idle: 1, busy: 0 })
})
