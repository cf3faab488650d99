import { sql } from 'kysely'
import { attemptsOf, PostgresError, retryTransaction, UsageError } from 'kysely-pgwire'
import { beforeEach, expect, test } from 'vitest'

import { errorFrom } from './error-from.ts'
import { petShop } from './kysely-fixture.ts'

const shop = petShop()
beforeEach(() => shop.refill())

const QUICK = { firstDelayMs: 1, maxDelayMs: 10 }

test('a conflict with another transaction has the function run again', async () => {
  await using opened = shop.open()
  let attempts = 0
  const result = await retryTransaction(
    opened.db,
    async (transaction) => {
      attempts++
      const { age } = await transaction.selectFrom('person').select('age').where('id', '=', 1).executeTakeFirstOrThrow()
      if (attempts < 3) await shop.query('update person set age = age + 10 where id = 1')
      await transaction
        .updateTable('person')
        .set({ age: (age ?? 0) + 1 })
        .where('id', '=', 1)
        .execute()
      return 'done'
    },
    { isolationLevel: 'repeatable read', ...QUICK },
  )
  expect(result).toBe('done')
  expect(attempts).toBe(3)
  expect(await shop.query('select age from person where id = 1')).toEqual([{ age: 51 }])
})

test('both sides of a deadlock get through', async () => {
  await using opened = shop.open()
  const { db } = opened
  let met: () => void = () => {}
  const both = new Promise<void>((resolve) => {
    let arrived = 0
    met = () => void (++arrived === 2 && resolve())
  })
  const older = (first: number, second: number) =>
    retryTransaction(
      db,
      async (transaction) => {
        const update = (id: number) =>
          transaction
            .updateTable('person')
            .set({ age: sql`age + 1` })
            .where('id', '=', id)
            .execute()
        await update(first)
        met()
        await both
        await update(second)
      },
      QUICK,
    )
  await Promise.all([older(1, 2), older(2, 1)])
  expect(await shop.query('select age from person where id in (1, 2) order by id')).toEqual([{ age: 32 }, { age: 42 }])
})

const conflict = (code: string) => sql.raw(`do $$ begin raise exception 'conflict' using errcode = '${code}'; end $$`)

test.each([
  ['40001', 3],
  ['40P01', 3],
  ['23505', 1],
  ['40002', 1],
])('an error %s is told behind %i attempts', async (code, wanted) => {
  await using opened = shop.open()
  let attempts = 0
  const failed = await errorFrom(() =>
    retryTransaction(
      opened.db,
      async (transaction) => {
        attempts++
        await transaction.executeQuery(
          sql.raw(`insert into person (name) values ('attempt ${attempts}')`).compile(transaction),
        )
        throw new PostgresError(new Map([['C', code]]))
      },
      { maxAttempts: 3, ...QUICK },
    ),
  )
  expect(failed).toMatchObject({ code })
  expect(attempts).toBe(wanted)
  expect(attemptsOf(failed)).toBe(wanted)
  expect(await shop.query(`select name from person where name like 'attempt%'`)).toEqual([])
})

test('what is not known to be rolled back is not repeated, whatever its code', async () => {
  await using opened = shop.open()
  let attempts = 0
  const failed = await errorFrom(() =>
    retryTransaction(opened.db, async (transaction) => {
      attempts++
      await conflict('40001').execute(transaction)
    }),
  )
  // A DO block may have committed on its way.
  expect(failed).toMatchObject({ code: '40001', outcome: 'unknown' })
  expect(attempts).toBe(1)
})

test('a commit that is lost is not repeated', async () => {
  await using opened = shop.open()
  let attempts = 0
  const failed = await errorFrom(() =>
    retryTransaction(opened.db, async (transaction) => {
      attempts++
      await sql`select pg_terminate_backend(pg_backend_pid())`.execute(transaction).catch(() => {})
    }),
  )
  expect(failed).toBeInstanceOf(Error)
  expect(attempts).toBe(1)
})

test('a signal ends the pause between two attempts', async () => {
  await using opened = shop.open()
  const controller = new AbortController()
  const reason = new Error('stop')
  const failed = retryTransaction(
    opened.db,
    async () => {
      setImmediate(() => controller.abort(reason))
      throw new PostgresError(new Map([['C', '40001']]))
    },
    { firstDelayMs: 1_000_000_000, maxDelayMs: 1_000_000_000, signal: controller.signal },
  )
  await expect(failed).rejects.toBe(reason)
})

test('a transaction cannot be retried inside another one', async () => {
  await using opened = shop.open()
  await opened.db.transaction().execute(async (transaction) => {
    await expect(retryTransaction(transaction, async () => {})).rejects.toThrow(UsageError)
  })
})

test.each([{ maxAttempts: 0 }, { maxAttempts: 1.5 }, { maxDelayMs: -1 }, { firstDelayMs: Number.NaN }])(
  'options that cannot be are refused: %j',
  async (options) => {
    await using opened = shop.open()
    await expect(retryTransaction(opened.db, async () => {}, options)).rejects.toThrow(UsageError)
  },
)
