import { AbortedTransactionError, ConnectionError, type Transaction, UsageError } from 'kysely-pgwire'
import { beforeEach, describe, expect, test } from 'vitest'

import { errorFrom } from './error-from.ts'
import { ledger } from './ledger.ts'

const facts = ledger()
beforeEach(() => facts.empty())

const add = (transaction: Transaction, n: number) => transaction.query('insert into ledger values ($1)', [n])

test('a function that returns is committed, and gives its result', async () => {
  await using connection = await facts.connect()
  const result = await connection.transaction(async (transaction) => {
    await add(transaction, 1)
    expect(await facts.all()).toEqual([])
    expect(await transaction.fetchRow('select * from ledger')).toEqual({ n: 1 })
    return 'result'
  })
  expect(result).toBe('result')
  expect(await facts.all()).toEqual([1])
  expect(connection.transactionStatus).toBe('I')
})

test('a function that throws is rolled back, and its error passed on', async () => {
  await using pool = facts.pool()
  const reason = new Error('no')
  const failed = pool.transaction(async (transaction) => {
    await add(transaction, 1)
    throw reason
  })
  await expect(failed).rejects.toBe(reason)
  expect(await facts.all()).toEqual([])
  expect(pool.stats).toMatchObject({ size: 1, idle: 1 })
})

test.each([
  [{}, ['read committed', 'off', 'off']],
  [{ isolationLevel: 'serializable', accessMode: 'read only', deferrable: true }, ['serializable', 'on', 'on']],
  [
    { isolationLevel: 'repeatable read', accessMode: 'read write', deferrable: false },
    ['repeatable read', 'off', 'off'],
  ],
] as const)('the transaction is begun as the options say: %j', async (options, settings) => {
  await using pool = facts.pool()
  const row = await pool.transaction(
    (transaction) =>
      transaction.fetchRow(
        `select current_setting('transaction_isolation'), current_setting('transaction_read_only'),
          current_setting('transaction_deferrable')`,
        [],
        { rowMode: 'array' },
      ),
    options,
  )
  expect(row).toEqual(settings)
})

test('a setting that does not exist is refused, and nothing is sent', async () => {
  await using connection = await facts.connect()
  const options = { isolationLevel: 'serializable; drop table ledger' } as never
  await expect(connection.transaction(async () => {}, options)).rejects.toThrow(UsageError)
  expect(await facts.all()).toEqual([])
})

describe('a commit that the server refuses', () => {
  test('is told, be it only refused at the end', async () => {
    await using pool = facts.pool()
    const failed = await errorFrom(() =>
      pool.transaction((transaction) => transaction.query('insert into later values (7)')),
    )
    expect(failed).toMatchObject({ code: '23503', outcome: 'rolled-back' })
    expect(pool.stats).toMatchObject({ size: 1, idle: 1 })
  })

  test('is told where the error of a statement was swallowed', async () => {
    await using pool = facts.pool()
    const failed = await errorFrom(() =>
      pool.transaction(async (transaction) => {
        await add(transaction, 1)
        await transaction.query('select 1 / 0').catch(() => {})
      }),
    )
    expect(failed).toBeInstanceOf(AbortedTransactionError)
    expect(failed).toMatchObject({
      code: 'PGWIRE_TRANSACTION_ABORTED',
      outcome: 'rolled-back',
      cause: { code: '22012' },
    })
    expect(await facts.all()).toEqual([])
  })
})

describe('statements that nobody awaits', () => {
  test('are awaited before the commit', async () => {
    await using pool = facts.pool()
    await pool.transaction(async (transaction) => {
      void transaction.query('select pg_sleep(0.05)')
      void add(transaction, 1)
      void transaction.transaction((inner) => add(inner, 2))
    })
    expect(await facts.all()).toEqual([1, 2])
  })

  test.each([
    ['refuses', (transaction: Transaction) => transaction.query('select 1 / 0'), '22012'],
    ['cannot be sent', (transaction: Transaction) => transaction.query('select $1::int4', [{}]), 'PGWIRE_ENCODE'],
  ])('roll the transaction back with their error, where the server %s', async (_, fail, code) => {
    await using pool = facts.pool()
    const failed = await errorFrom(() =>
      pool.transaction(async (transaction) => {
        await add(transaction, 1)
        void fail(transaction)
      }),
    )
    expect(failed).toMatchObject({ code })
    expect(await facts.all()).toEqual([])
  })

  test('are waited for when the function throws, and its error is the one that is told', async () => {
    await using pool = facts.pool()
    const reason = new Error('first')
    const failed = pool.transaction(async (transaction) => {
      void transaction.query('select pg_sleep(0.05)')
      void transaction.query('select 1 / 0')
      throw reason
    })
    await expect(failed).rejects.toBe(reason)
    expect(pool.stats).toMatchObject({ size: 1, idle: 1 })
  })

  test('and streams that are left open end with the function', async () => {
    await using pool = facts.pool()
    await pool.transaction(async (transaction) => {
      const stream = transaction.stream('select generate_series(1, 100000)')
      await stream.next()
      void add(transaction, 1)
    })
    expect(await facts.all()).toEqual([1])
    expect(pool.stats).toMatchObject({ size: 1, idle: 1 })
  })
})

describe('a handle', () => {
  test('takes a batch, and notifies when it commits', async () => {
    await using listener = await facts.connect()
    const heard: string[] = []
    await listener.listen('transactions', ({ payload }) => heard.push(payload))
    await using pool = facts.pool()
    await pool.transaction(async (transaction) => {
      const [inserted, read] = await transaction.batch<[unknown, { n: number }]>([
        { sql: 'insert into ledger values ($1)', parameters: [1] },
        { sql: 'select n from ledger' },
      ])
      expect([inserted.rowCount, read.rows]).toEqual([1, [{ n: 1 }]])
      await transaction.notify('transactions', 'committed')
      await listener.query('select 1')
      expect(heard).toEqual([])
    })
    await listener.query('select 1')
    expect(heard).toEqual(['committed'])
    expect(await facts.all()).toEqual([1])
  })

  test('is of no use behind its end, and nothing is sent for it', async () => {
    await using pool = facts.pool()
    const handle = await pool.transaction(async (transaction) => transaction)
    for (const use of [
      () => add(handle, 1),
      () => handle.execute('insert into ledger values (1)'),
      () => handle.fetchValue('insert into ledger values (1) returning n'),
      () => handle.transaction(async () => {}),
    ]) {
      expect(await errorFrom(use)).toMatchObject({ code: 'PGWIRE_USAGE', outcome: 'not-sent' })
    }
    expect(await facts.all()).toEqual([])
  })

  test('whose connection is lost rejects every use, and is never sent elsewhere', async () => {
    await using pool = facts.pool({ max: 3 })
    await pool.query('select 1')
    const failed = await errorFrom(() =>
      pool.transaction(async (transaction) => {
        await add(transaction, 1)
        await transaction.query('select pg_terminate_backend(pg_backend_pid())').catch(() => {})
        const lost = await errorFrom(() => add(transaction, 2))
        expect(lost).toBeInstanceOf(ConnectionError)
        expect(lost).toMatchObject({ outcome: 'not-sent' })
        await expect(transaction.transaction((inner) => add(inner, 3))).rejects.toThrow(ConnectionError)
        await pool.query('insert into ledger values (4)')
        await add(transaction, 5)
      }),
    )
    expect(failed).toBeInstanceOf(ConnectionError)
    expect(await facts.all()).toEqual([4])
    expect(pool.stats.busy).toBe(0)
  })
})

test('a rollback that fails ends the connection, and the first error is told', async () => {
  await using connection = await facts.connect()
  const reason = new Error('first')
  const failed = connection.transaction(async (transaction) => {
    await facts.query(`select pg_terminate_backend(${connection.processId})`)
    void transaction
    throw reason
  })
  await expect(failed).rejects.toBe(reason)
  expect(connection.closed).toBe(true)
})

describe('a second transaction on one connection', () => {
  test('is refused beside the first', async () => {
    await using connection = await facts.connect()
    await connection.transaction(async (transaction) => {
      await expect(connection.transaction(async () => {})).rejects.toThrow(UsageError)
      await add(transaction, 1)
    })
    expect(await facts.all()).toEqual([1])
    await connection.transaction((transaction) => add(transaction, 2))
    expect(await facts.all()).toEqual([1, 2])
  })

  test('is refused in one that was begun by hand, also where its BEGIN is still on its way', async () => {
    await using connection = await facts.connect()
    void connection.query('begin')
    await expect(connection.transaction(async () => {})).rejects.toThrow(UsageError)
    expect(connection.transactionStatus).toBe('T')
    await connection.query('rollback')
  })

  test('is one too many where two are begun in one tick', async () => {
    await using connection = await facts.connect()
    const [first, second] = await Promise.allSettled([
      connection.transaction((transaction) => add(transaction, 1)),
      connection.transaction((transaction) => add(transaction, 2)),
    ])
    expect([first.status, second.status]).toEqual(['fulfilled', 'rejected'])
    expect(await facts.all()).toEqual([1])
  })
})

test('a BEGIN that the server refuses costs the pool no connection', async () => {
  await using pool = facts.pool()
  await pool.query('select 1')
  await pool.query(`set default_transaction_isolation = 'serializable'`)
  for (let round = 0; round < 100; round++) {
    await expect(pool.transaction(async () => {}, { accessMode: 'none' as never })).rejects.toThrow(UsageError)
  }
  expect(pool.stats).toMatchObject({ size: 1, idle: 1 })
})

describe('a signal', () => {
  test('that fires during BEGIN leaves no transaction open', async () => {
    await using connection = await facts.connect()
    for (let round = 0; round < 50; round++) {
      const controller = new AbortController()
      const reason = new Error('stop')
      const aborted = connection.transaction((transaction) => add(transaction, 1), { signal: controller.signal })
      if (round % 2 === 0) controller.abort(reason)
      else setImmediate(() => controller.abort(reason))
      const settled = await aborted.then(
        () => 'committed',
        (error: unknown) => error,
      )
      await connection.settled()
      expect(connection.transactionStatus).toBe('I')
      if (settled === 'committed') await facts.empty()
      else {
        expect(settled).toBe(reason)
        expect(await facts.all()).toEqual([])
      }
    }
  })

  test('that has fired sends nothing', async () => {
    await using pool = facts.pool()
    const reason = new Error('stop')
    await expect(pool.transaction(async () => {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(pool.stats.size).toBe(0)
  })

  test('cancels what is running, refuses what comes later, and rolls back', async () => {
    await using pool = facts.pool()
    const controller = new AbortController()
    const reason = new Error('stop')
    const began = performance.now()
    const aborted = pool.transaction(
      async (transaction) => {
        await add(transaction, 1)
        setTimeout(() => controller.abort(reason), 50)
        await expect(transaction.query('select pg_sleep(50)')).rejects.toBe(reason)
        await expect(add(transaction, 2)).rejects.toBe(reason)
      },
      { signal: controller.signal },
    )
    await expect(aborted).rejects.toBe(reason)
    expect(performance.now() - began).toBeLessThan(45_000)
    expect(await facts.all()).toEqual([])
    await pool.query('select 1')
    expect(pool.stats.size).toBe(1)
  })
})

test('the error of a statement has the stack of whoever wrote it', async () => {
  await using pool = facts.pool()
  const error = await errorFrom(() =>
    pool.transaction(async function writer(transaction) {
      await transaction.query('select 1 / 0')
    }),
  )
  expect(error.stack).toContain('writer')
})
