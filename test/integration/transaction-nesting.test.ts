import { AbortedTransactionError, type Transaction, UsageError } from 'kysely-pgwire'
import { beforeEach, expect, test } from 'vitest'

import { errorFrom } from './error-from.ts'
import { ledger } from './ledger.ts'

const facts = ledger()
beforeEach(() => facts.empty())

const add = (transaction: Transaction, n: number) => transaction.query('insert into ledger values ($1)', [n])

test('a nested transaction that fails takes back its own work alone', async () => {
  await using pool = facts.pool()
  const result = await pool.transaction(async (outer) => {
    await add(outer, 1)
    const error = await errorFrom(() =>
      outer.transaction(async (inner) => {
        await add(inner, 2)
        await add(inner, 1)
      }),
    )
    expect(error).toMatchObject({ code: '23505' })
    await outer.transaction((inner) => add(inner, 3))
    return 'done'
  })
  expect(result).toBe('done')
  expect(await facts.all()).toEqual([1, 3])
})

test('transactions nest in nested ones', async () => {
  await using pool = facts.pool()
  await pool.transaction(async (first) => {
    await first.transaction(async (second) => {
      await add(second, 1)
      await second
        .transaction(async (third) => {
          await add(third, 2)
          throw new Error('no')
        })
        .catch(() => {})
      await add(second, 3)
    })
    await add(first, 4)
  })
  expect(await facts.all()).toEqual([1, 3, 4])
})

test('an error that the function of a nested transaction swallows is told at its end', async () => {
  await using pool = facts.pool()
  await pool.transaction(async (outer) => {
    const error = await errorFrom(() =>
      outer.transaction(async (inner) => {
        await inner.query('select 1 / 0').catch(() => {})
      }),
    )
    expect(error).toBeInstanceOf(AbortedTransactionError)
    expect(error.cause).toMatchObject({ code: '22012' })
    await add(outer, 1)
  })
  expect(await facts.all()).toEqual([1])
})

test.each([
  [{ isolationLevel: 'serializable' }, { isolationLevel: 'serializable' }, true],
  [{ isolationLevel: 'serializable' }, { isolationLevel: 'repeatable read' }, false],
  [{}, { isolationLevel: 'read committed' }, true],
  [{}, { isolationLevel: 'serializable' }, false],
  [{ accessMode: 'read only' }, { accessMode: 'read only' }, true],
  [{ accessMode: 'read only' }, { accessMode: 'read write' }, false],
  [{}, { accessMode: 'read only' }, false],
  [{ deferrable: true }, { deferrable: true }, true],
  [{}, { deferrable: true }, false],
] as const)('in a transaction with %j, one with %j can nest: %j', async (outerOptions, innerOptions, allowed) => {
  await using pool = facts.pool()
  await pool.transaction(async (outer) => {
    const nested = outer.transaction(async () => 'ran', innerOptions)
    if (allowed) await expect(nested).resolves.toBe('ran')
    else await expect(nested).rejects.toThrow(UsageError)
    // And what was refused has not hurt the outer one.
    expect(await outer.fetchValue('select 1')).toBe(1)
  }, outerOptions)
})

test('two transactions cannot nest side by side', async () => {
  await using pool = facts.pool()
  await pool.transaction(async (outer) => {
    const first = outer.transaction((inner) => add(inner, 1))
    await expect(outer.transaction((inner) => add(inner, 2))).rejects.toThrow(UsageError)
    await first
    await outer.transaction((inner) => add(inner, 3))
  })
  expect(await facts.all()).toEqual([1, 3])
})

test('the handle of a nested transaction is of no use behind its end', async () => {
  await using pool = facts.pool()
  await pool.transaction(async (outer) => {
    const inner = await outer.transaction(async (handle) => handle)
    await expect(add(inner, 1)).rejects.toThrow(UsageError)
    expect(() => inner.stream('select 1')).toThrow(UsageError)
  })
  expect(await facts.all()).toEqual([])
})

test('a thousand nested transactions prepare nothing for their savepoints', async () => {
  await using pool = facts.pool()
  const prepared = await pool.transaction(async (outer) => {
    for (let n = 0; n < 1000; n++) await outer.transaction((inner) => add(inner, n))
    return outer.fetch('select statement from pg_prepared_statements')
  })
  expect(prepared.length).toBeLessThan(5)
  expect(await facts.all()).toHaveLength(1000)
})

test('what a nested function throws is passed on as it is, be it the loss of another connection', async () => {
  await using pool = facts.pool()
  await using other = await facts.connect()
  // What is known already is sent at once.
  await other.query('select pg_sleep($1)', [0])
  await other.query('select 1')
  const failed = await errorFrom(() =>
    pool.transaction((outer) =>
      outer.transaction(async () => {
        await Promise.all(
          [
            other.query('select pg_sleep($1)', [20]),
            facts.query(`select pg_terminate_backend(${other.processId})`),
            other.query('select 1'),
          ].map((asked, index) => (index === 0 ? asked.catch(() => {}) : asked)),
        )
      }),
    ),
  )
  // It was sent behind the other, and nobody knows what has become of it.
  expect(failed).toMatchObject({ outcome: 'unknown' })
})
