import { connect, type Connection, type CursorOptions, type Pool, UsageError } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { errorFrom } from './error-from.ts'
import { ledger } from './ledger.ts'

const facts = ledger()
let connection: Connection
let pool: Pool

beforeAll(async () => {
  connection = await connect(facts.url)
  pool = facts.pool({ max: 1 })
})
afterAll(async () => {
  await connection.close()
  await pool.close()
})

const SERIES = 'select n from generate_series(1, $1::int4) n'
const numbers = (rows: readonly unknown[]) => rows.map((row) => (row as { n: number }).n)
const upTo = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index)

describe.each([
  ['a connection', () => connection],
  ['a pool', () => pool],
])('a cursor of %s', (_, subject) => {
  const open = (count: number, options?: CursorOptions) => subject().cursor<{ n: number }>(SERIES, [count], options)
  const idle = async () => {
    expect(await subject().fetchValue('select 1')).toBe(1)
    expect(pool.stats).toMatchObject({ busy: 0 })
  }

  test.each(upTo(1, 24))('that prefetches %i of 21 rows gives them all, in order', async (prefetch) => {
    const rows: unknown[] = []
    for await (const row of open(21, { prefetch })) rows.push(row)
    expect(numbers(rows)).toEqual(upTo(1, 21))
    await idle()
  })

  test.each([0, -1, 1.5, 2 ** 31])('cannot prefetch %d rows', (prefetch) => {
    expect(() => open(1, { prefetch })).toThrow(UsageError)
  })

  test.each([1, 2, 50])(
    'fetches and skips as many as it is told to, whatever travels at a time (%i)',
    async (prefetch) => {
      const cursor = open(21, { prefetch })
      expect(numbers(await cursor.fetch(2))).toEqual([1, 2])
      expect((await cursor.next()).value).toEqual({ n: 3 })
      expect(await cursor.forward(5)).toBe(5)
      expect(numbers(await cursor.fetch(100))).toEqual(upTo(9, 21))
      expect(await cursor.fetch(1)).toEqual([])
      expect(await cursor.forward(42)).toBe(0)
      expect(await cursor.next()).toEqual({ done: true, value: undefined })
      await idle()
    },
  )

  test('serves calls in the order in which they were made', async () => {
    const cursor = open(10, { prefetch: 3 })
    const [first, skipped, rest] = await Promise.all([cursor.fetch(4), cursor.forward(2), cursor.fetch(10)])
    expect([numbers(first), skipped, numbers(rest)]).toEqual([[1, 2, 3, 4], 2, [7, 8, 9, 10]])
    await idle()
  })

  test.each([0, -1, 0.5])('refuses to fetch %d rows, and goes on', async (count) => {
    await using cursor = open(2)
    await expect(cursor.fetch(count)).rejects.toThrow(UsageError)
    await expect(cursor.forward(count)).rejects.toThrow(UsageError)
    expect(numbers(await cursor.fetch(2))).toEqual([1, 2])
  })

  test('that is left early leaves nothing behind', async () => {
    for await (const row of open(1_000_000)) if (row.n === 7) break
    await idle()
    const cursor = open(1_000_000)
    await cursor.fetch(3)
    await cursor.close()
    await cursor.close()
    expect(await cursor.fetch(1)).toEqual([])
    await idle()
  })

  test('whose loop throws leaves nothing behind', async () => {
    const reason = new Error('no')
    const failed = (async () => {
      for await (const row of open(1_000_000)) if (row.n === 1) throw reason
    })()
    await expect(failed).rejects.toBe(reason)
    await idle()
  })

  test('that is closed while it fetches gives what there was', async () => {
    await facts.query('create sequence made')
    const made = async () => Number((await facts.query('select last_value from made'))[0]?.['last_value'])
    const slow = `select nextval('made') as n, pg_sleep(0.02) from generate_series(1, 10000)`
    const cursor = subject().cursor(slow, [], { prefetch: 1 })
    await cursor.fetch(1)
    const fetched = cursor.fetch(10_000)
    // The server makes a row when the one before it was taken.
    await expect.poll(made).toBeGreaterThan(3)
    await cursor.close()
    const { length } = await fetched
    expect(length).toBeGreaterThan(0)
    expect(length).toBeLessThan(10_000)
    await cursor.close()
    await idle()
    await facts.query('drop sequence made')
  })

  test('that is closed before it is open leaves nothing behind', async () => {
    const cursor = open(10)
    const fetched = cursor.fetch(10)
    await cursor.close()
    expect(await fetched).toEqual([])
    await idle()
  })

  test('sends nothing before its first row is asked for', async () => {
    const cursor = subject().cursor('insert into ledger values (1) returning n')
    await cursor.close()
    expect(await facts.all()).toEqual([])
    await idle()
  })

  test('tells the error of its statement once, behind the rows before it', async () => {
    const cursor = subject().cursor('select 10 / (3 - n) as n from generate_series(1, 5) n', [], { prefetch: 1 })
    expect(numbers(await cursor.fetch(2))).toEqual([5, 10])
    expect(await errorFrom(() => cursor.fetch(1))).toMatchObject({ code: '22012' })
    expect(await cursor.fetch(1)).toEqual([])
    await idle()
  })

  test('ends with its signal', async () => {
    const controller = new AbortController()
    const reason = new Error('stop')
    const cursor = subject().cursor('select n, pg_sleep(10) from generate_series(1, 5) n', [], {
      signal: controller.signal,
    })
    const fetched = cursor.fetch(1)
    setTimeout(() => controller.abort(reason), 30)
    await expect(fetched).rejects.toBe(reason)
    await idle()
  })
})

test('the cursor of a transaction sees what the transaction has done, and ends with it', async () => {
  await pool.transaction(async (transaction) => {
    await transaction.query('insert into ledger select generate_series(1, 500)')
    const cursor = transaction.cursor('select n from ledger order by n', [], { prefetch: 10 })
    expect(numbers(await cursor.fetch(3))).toEqual([1, 2, 3])
  })
  expect(await facts.all()).toHaveLength(500)
  await facts.empty()
  expect(pool.stats).toMatchObject({ size: 1, idle: 1 })
})

test('what is asked of its connection meanwhile waits for its end', async () => {
  const cursor = connection.cursor<{ n: number }>(SERIES, [10], { prefetch: 1 })
  const order: string[] = []
  await cursor.fetch(1)
  const other = connection.query('select 1').then(() => order.push('query'))
  await cursor.fetch(1)
  order.push('cursor')
  await cursor.close()
  await other
  expect(order).toEqual(['cursor', 'query'])
})

test('a cursor whose connection is lost rejects, and the pool replaces the connection', async () => {
  const cursor = pool.cursor('select pg_backend_pid() as pid, n from generate_series(1, 100000) n', [], { prefetch: 1 })
  const [row] = (await cursor.fetch(1)) as [{ pid: number }]
  await facts.query(`select pg_terminate_backend(${row.pid})`)
  expect(await errorFrom(() => cursor.fetch(100_000))).toBeInstanceOf(Error)
  expect(await pool.fetchValue('select 1')).toBe(1)
  expect(pool.stats).toMatchObject({ size: 1, idle: 1 })
})

test('a cursor of a pool that is closed while it waits for a connection gives that back', async () => {
  const lease = await pool.acquire()
  const cursor = pool.cursor(SERIES, [10])
  const fetched = cursor.fetch(10)
  await new Promise((resolve) => setImmediate(resolve))
  await cursor.close()
  lease.release()
  expect(await fetched).toEqual([])
  expect(await pool.fetchValue('select 1')).toBe(1)
  expect(pool.stats).toMatchObject({ size: 1, idle: 1, waiting: 0 })
})
