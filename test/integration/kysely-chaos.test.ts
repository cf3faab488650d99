import { type Kysely, sql } from 'kysely'
import type { PgwireAdapter } from 'kysely-pgwire'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { type Random, seededRandom } from '../support/random.ts'
import { petShop } from './kysely-fixture.ts'

interface Bank {
  account: { id: number; balance: number }
  ledger: { id: number }
}

type Fate = 'commit' | 'throw' | 'fail' | 'cancel query' | 'kill session' | 'leave a stream'

const shop = petShop()
const ACCOUNTS = 10
const TRANSFERS = 300
const KILLS = 25
const FATES: readonly [Fate, ...Fate[]] = [
  'commit',
  'commit',
  'throw',
  'fail',
  'cancel query',
  'kill session',
  'leave a stream',
]

const uncaught: unknown[] = []
const note = (error: unknown): void => void uncaught.push(error)

beforeEach(async () => {
  process.on('uncaughtException', note)
  process.on('unhandledRejection', note)
  await shop.query('create table account (id int primary key, balance int not null)')
  await shop.query('create table ledger (id int primary key)')
  await shop.query(`insert into account select i, 100 from generate_series(1, ${ACCOUNTS}) i`)
})

afterEach(async () => {
  await new Promise(setImmediate)
  process.off('uncaughtException', note)
  process.off('unhandledRejection', note)
  expect(uncaught).toEqual([])
})

/** Moves 1 from one account to another, notes it in the ledger, and ends as fate wants it. */
async function transfer(db: Kysely<Bank>, id: number, random: Random): Promise<void> {
  const fate = random.pick(FATES)
  // Always in the same order, so that two transfers do not wait for each other.
  const [low, high] = [random.between(1, ACCOUNTS / 2), random.between(ACCOUNTS / 2 + 1, ACCOUNTS)]
  const amount = random.pick([-1, 1])
  const abortAfterMs = random.between(0, 20)
  await db.transaction().execute(async (trx) => {
    await trx.insertInto('ledger').values({ id }).execute()
    await trx
      .updateTable('account')
      .set({ balance: sql`balance - ${amount}::int4` })
      .where('id', '=', low)
      .execute()
    await trx
      .updateTable('account')
      .set({ balance: sql`balance + ${amount}::int4` })
      .where('id', '=', high)
      .execute()
    if (fate === 'throw') throw new Error('changed my mind')
    if (fate === 'fail') await sql`select 1 / 0`.execute(trx)
    if (fate === 'cancel query' || fate === 'kill session') {
      const signal = AbortSignal.timeout(abortAfterMs)
      await sql`select pg_sleep(600)`.execute(trx, { signal, inflightQueryAbortStrategy: fate })
    }
    if (fate === 'leave a stream') {
      for await (const _ of trx.selectFrom('account').selectAll().stream(1)) break
    }
  })
}

test('transfers that are aborted, killed and failed at random either happen completely or not at all', async () => {
  const random = seededRandom()
  await using kysely = shop.open<Bank>({ pool: { max: 5, acquireTimeoutMs: 0 } })
  const { db } = kysely
  const work = { over: false }
  const transfers = Promise.allSettled(Array.from({ length: TRANSFERS }, (_, id) => transfer(db, id, random)))
  const killing = (async () => {
    for (let kill = 0; kill < KILLS && !work.over; kill++) {
      const [pid = 0] = (await shop.backends()).toSorted(() => random.between(-1, 1))
      await shop.server.terminate(pid)
    }
  })()
  const results = await transfers
  work.over = true
  await killing

  const inLedger = new Set((await shop.query('select id from ledger')).map((row) => row['id']))
  for (const [id, result] of results.entries()) {
    const { outcome } = (result.status === 'rejected' ? result.reason : {}) as { outcome?: string }
    // Only an answer that was lost leaves open what has happened.
    if (outcome !== 'unknown') expect([id, inLedger.has(id)]).toEqual([id, result.status === 'fulfilled'])
  }
  const [row] = await shop.query('select sum(balance)::int as sum from account')
  expect(row, `seed ${random.seed}`).toEqual({ sum: ACCOUNTS * 100 })
  expect(inLedger.size).toBeGreaterThan(TRANSFERS / 10)
  expect(results.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(TRANSFERS / 10)

  await Promise.all(Array.from({ length: 10 }, () => sql`select 1`.execute(db)))
  const { pool } = db.getExecutor().adapter as PgwireAdapter
  await expect.poll(() => pool.stats).toMatchObject({ busy: 0, waiting: 0, connecting: 0 })
  expect(pool.stats.size).toBeLessThanOrEqual(5)
  await expect.poll(() => shop.running('pg_sleep')).toEqual([])
})
