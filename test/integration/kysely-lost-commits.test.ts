/** A connection that is lost around the COMMIT of a Kysely transaction: what is told is what the ledger says. */
import { Kysely, sql } from 'kysely'
import { type CommitUnknownError, PgwireDialect } from 'kysely-pgwire'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { faultProxy, type FaultProxy } from '../support/fault-proxy.ts'
import { ledger } from './ledger.ts'

interface Database {
  ledger: { n: number }
}

const facts = ledger()
let proxy: FaultProxy

beforeAll(async () => {
  const { hostname, port } = new URL(facts.url)
  proxy = await faultProxy({ host: hostname, port: Number(port) })
})
afterAll(() => proxy.close())
beforeEach(() => facts.empty())

const open = (): Kysely<Database> =>
  new Kysely<Database>({ dialect: new PgwireDialect({ connection: proxy.through(facts.url), pool: { max: 1 } }) })

/** Runs a transaction that inserts `n`, and says what it told. */
async function insert(db: Kysely<Database>, n: number, beforeCommit?: () => void): Promise<string> {
  try {
    await db.transaction().execute(async (trx) => {
      await trx.insertInto('ledger').values({ n }).execute()
      // Behind this, the id is known.
      await sql`select 1`.execute(trx)
      beforeCommit?.()
    })
    return 'committed'
  } catch (error) {
    return (error as { outcome: string }).outcome
  }
}

const cutTheAnswer = (): void => void proxy.after('C', 1, (connection) => connection.cut())

describe('a commit whose answer is lost', () => {
  test('is found to have happened', async () => {
    await using db = open()
    await insert(db, 0)
    expect(await insert(db, 1, cutTheAnswer)).toBe('committed')
    expect(await facts.all()).toEqual([0, 1])
    await expect(sql`select 1 as one`.execute(db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
  })

  test('is found to have happened in a controlled transaction', async () => {
    await using db = open()
    await insert(db, 0)
    const trx = await db.startTransaction().execute()
    await trx.insertInto('ledger').values({ n: 1 }).execute()
    await sql`select 1`.execute(trx)
    cutTheAnswer()
    await trx.commit().execute()
    expect(await facts.all()).toEqual([0, 1])
  })

  test('is found to have happened behind a single statement that nobody waited for', async () => {
    await using db = open()
    await insert(db, 0)
    await db.transaction().execute(async (trx) => {
      await trx.insertInto('ledger').values({ n: 1 }).execute()
      // The answers to the question and to the COMMIT are left: the first arrives.
      void proxy.after('Z', 1, (connection) => connection.cut())
    })
    expect(await facts.all()).toEqual([0, 1])
  })

  test('is found not to have happened where the COMMIT never arrived', async () => {
    await using db = open()
    await insert(db, 0)
    const told = await insert(db, 1, () => {
      const connection = proxy.connections.at(-1)
      connection?.toServer.stall()
      setTimeout(() => connection?.reset(), 20)
    })
    expect(told).toBe('rolled-back')
    expect(await facts.all()).toEqual([0])
  })

  test('stays unknown where nobody can be asked', async () => {
    await using db = open()
    await insert(db, 0)
    const lost = db.transaction().execute(async (trx) => {
      await trx.insertInto('ledger').values({ n: 1 }).execute()
      await sql`select 1`.execute(trx)
      proxy.refuse()
      cutTheAnswer()
    })
    try {
      const unknown = await lost.then(
        () => undefined,
        (error: unknown) => error as CommitUnknownError,
      )
      expect(unknown).toMatchObject({ name: 'CommitUnknownError', outcome: 'unknown' })
      const [row] = await facts.query(`select pg_xact_status('${unknown?.transactionId ?? ''}') as status`)
      expect(row).toEqual({ status: 'committed' })
    } finally {
      await proxy.accept()
    }
  })
})

test('a refused commit is rolled back', async () => {
  await using db = open()
  await facts.query('create table deferred (n int4 unique deferrable initially deferred)')
  try {
    const refused = db.transaction().execute(async (trx) => {
      await sql`insert into deferred values (1), (1)`.execute(trx)
    })
    await expect(refused).rejects.toMatchObject({ code: '23505', outcome: 'rolled-back' })
  } finally {
    await facts.query('drop table deferred')
  }
})

test('the id costs no round trip', async () => {
  await using db = open()
  const short = (n: number): Promise<unknown> =>
    db.transaction().execute((trx) => trx.insertInto('ledger').values({ n }).execute())
  for (let n = 0; n < 3; n++) await short(n)
  const before = proxy.flights
  await short(3)
  expect(proxy.flights - before).toBe(3)
})

test('a statement of a transaction can be cancelled on the server, as the only one that runs', async () => {
  await using db = open()
  const controller = new AbortController()
  const cancelled = db.transaction().execute(async (trx) => {
    await trx.insertInto('ledger').values({ n: 1 }).execute()
    const sleep = sql`insert into ledger select 2 from pg_sleep(60)`.compile(trx)
    const running = trx.executeQuery(sleep, { signal: controller.signal, inflightQueryAbortStrategy: 'cancel query' })
    await expect
      .poll(
        () =>
          facts.query(`select 1 from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`),
        { interval: 5 },
      )
      .not.toEqual([])
    controller.abort(new Error('no longer wanted'))
    await running
  })
  await expect(cancelled).rejects.toThrow('no longer wanted')
  expect(await facts.all()).toEqual([])
})
