import { sql } from 'kysely'
import { connect, type PgwireAdapter, type PgwireConnection } from 'kysely-pgwire'
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'

import { faultProxy } from '../support/fault-proxy.ts'
import { type OpenKysely, type OpenOptions, petShop } from './kysely-fixture.ts'

const shop = petShop()
const strategies = ['cancel query', 'kill session'] as const

/** Far longer than a test may take: whoever waits for it has failed. */
const SLEEP_SECONDS = 600

/** What could not be stopped costs its connection later than a test may take, and is not taken for stopped. */
const open = (options: OpenOptions): OpenKysely =>
  shop.open({ url: `${shop.url}?cancel_timeout_ms=600000`, ...options })

let printing: MockInstance

beforeEach(() => {
  printing = vi.spyOn(console, 'error').mockImplementation(() => {})
})

afterEach(() => {
  const printed = printing.mock.calls
  printing.mockRestore()
  expect(printed).toEqual([])
})

const sleep = (mark: string) => sql.raw(`select pg_sleep(${SLEEP_SECONDS}) /* ${mark} */`)

describe.each(strategies)('the strategy %s', (inflightQueryAbortStrategy) => {
  test('stops the query on the server long before its end', async () => {
    await using kysely = open({ pool: { max: 1 } })
    const controller = new AbortController()
    const { signal } = controller
    const query = sleep('outside').execute(kysely.db, { signal, inflightQueryAbortStrategy })
    const rejected = expect(query).rejects.toBe(await reasonOnceRunning(controller, 'outside'))
    await rejected
    await expect.poll(() => shop.running('outside')).toEqual([])
    await expect(sql`select 1 as one`.execute(kysely.db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
  })

  test('stops the query on the server inside a transaction, and rolls that back', async () => {
    await shop.refill()
    await using kysely = open({ pool: { max: 1 } })
    const controller = new AbortController()
    const { signal } = controller
    const transaction = kysely.db.transaction().execute(async (trx) => {
      await trx.insertInto('person').values({ name: 'Dan' }).execute()
      await sleep('inside').execute(trx, { signal, inflightQueryAbortStrategy })
    })
    const rejected = expect(transaction).rejects.toBe(await reasonOnceRunning(controller, 'inside'))
    await rejected
    await expect.poll(() => shop.running('inside')).toEqual([])
    await expect(shop.query(`select 1 from person where name = 'Dan'`)).resolves.toEqual([])
    await expect(sql`select 1 as one`.execute(kysely.db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
  })

  test('stops a query that waits for a lock to be described', async () => {
    await using kysely = open({ pool: { max: 1 } })
    await using locking = open({ pool: { max: 1 } })
    await locking.db.transaction().execute(async (trx) => {
      await sql`lock table person in access exclusive mode`.execute(trx)
      const controller = new AbortController()
      const { signal } = controller
      const mark = `described ${inflightQueryAbortStrategy}`
      const query = sql
        .raw(`select /* ${mark} */ * from person`)
        .execute(kysely.db, { signal, inflightQueryAbortStrategy })
      await expect(query).rejects.toBe(await reasonOnceRunning(controller, mark))
      await expect(sql`select 1 as one`.execute(kysely.db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
    })
  })

  test('stops a query at whatever moment of its life it is aborted', async () => {
    await using kysely = open({ pool: { max: 1 } })
    await sql`select 1`.execute(kysely.db)
    for (let turns = 0; turns < 60; turns++) {
      const controller = new AbortController()
      const { signal } = controller
      const query = sleep(`moment ${turns}`).execute(kysely.db, { signal, inflightQueryAbortStrategy })
      query.catch(() => {})
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
      controller.abort()
      await expect(query).rejects.toBe(signal.reason)
      await sql`select 1`.execute(kysely.db)
    }
  })

  test('does nothing to a query that has ended', async () => {
    await using kysely = open({ pool: { max: 1 } })
    const controller = new AbortController()
    const { signal } = controller
    const result = await sql`select 1 as one`.execute(kysely.db, { signal, inflightQueryAbortStrategy })
    controller.abort()
    expect(result.rows).toEqual([{ one: 1 }])
    await expect(sql`select 2 as two`.execute(kysely.db)).resolves.toMatchObject({ rows: [{ two: 2 }] })
  })
})

/** Backends that wait for a lock, or for time to pass, in a query that contains `mark`: it is more than being parsed. */
const held = (mark: string) =>
  shop.query(
    `select pid from pg_stat_activity
      where state = 'active' and wait_event_type in ('Lock', 'Timeout') and position($1 in query) > 0
        and pid <> pg_backend_pid() and datname = current_database()`,
    [mark],
  )

/** Aborts once the server is in the middle of the query that contains `mark`; gives the reason that the caller is to see. */
async function reasonOnceRunning(controller: AbortController, mark: string): Promise<unknown> {
  await expect.poll(() => held(mark), { interval: 5 }).toHaveLength(1)
  controller.abort(new Error(`enough of ${mark}`))
  return controller.signal.reason
}

test('kill session ends the backend', async () => {
  await using kysely = open({ pool: { max: 1 } })
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(kysely.db)
  const controller = new AbortController()
  const query = sleep('killed').execute(kysely.db, {
    signal: controller.signal,
    inflightQueryAbortStrategy: 'kill session',
  })
  await expect(query).rejects.toBe(await reasonOnceRunning(controller, 'killed'))
  await expect.poll(() => shop.backends()).not.toContain(rows[0]?.pid)
})

test('cancel query keeps the backend', async () => {
  await using kysely = open({ pool: { max: 1 } })
  const pid = sql<{ pid: number }>`select pg_backend_pid() as pid`
  const before = await pid.execute(kysely.db)
  const controller = new AbortController()
  const query = sleep('kept').execute(kysely.db, {
    signal: controller.signal,
    inflightQueryAbortStrategy: 'cancel query',
  })
  await expect(query).rejects.toBe(await reasonOnceRunning(controller, 'kept'))
  await expect(pid.execute(kysely.db)).resolves.toMatchObject({ rows: before.rows })
})

test('cancelQuery resolves once the connection serves again', async () => {
  await using kysely = open({ pool: { max: 1 } })
  const { signal } = new AbortController()
  await kysely.db.getExecutor().provideConnection(async (provided) => {
    const connection = provided as PgwireConnection
    for (const options of [{ signal }, undefined]) {
      const mark = `cancelled directly ${options === undefined ? 'without' : 'with'} a signal`
      const query = connection.executeQuery(sleep(mark).compile(kysely.db), options).catch(() => {})
      await expect.poll(() => held(mark), { interval: 5 }).toHaveLength(1)
      await connection.cancelQuery()
      expect(connection.connection.idle).toBe(true)
      await query
    }
  })
})

test('a query that is aborted before it was sent never is', async () => {
  await shop.refill()
  await using proxy = await faultProxy(shop.server)
  await using kysely = shop.open({ url: proxy.through(shop.url), pool: { max: 1 } })
  await sql`select 1`.execute(kysely.db)
  const controller = new AbortController()
  const { signal } = controller
  // The server has described the statement, and the client does not know it yet.
  const aborted = proxy.after('Z', 1, () => controller.abort())
  const insert = kysely.db.insertInto('person').values({ name: 'Dan' })
  await expect(insert.execute({ signal, inflightQueryAbortStrategy: 'cancel query' })).rejects.toMatchObject({
    name: 'AbortError',
  })
  await aborted
  await expect(sql`select 1 as one`.execute(kysely.db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
  await expect(shop.query(`select 1 from person where name = 'Dan'`)).resolves.toEqual([])
})

test('a cancelled query fails its transaction, which a savepoint can save', async () => {
  await shop.refill()
  await using kysely = open({ pool: { max: 1 } })
  const trx = await kysely.db.startTransaction().execute()
  await trx.insertInto('person').values({ name: 'Dan' }).execute()
  const saved = await trx.savepoint('before').execute()
  const controller = new AbortController()
  const { signal } = controller
  const query = sleep('saved').execute(saved, { signal, inflightQueryAbortStrategy: 'cancel query' })
  await expect(query).rejects.toBe(await reasonOnceRunning(controller, 'saved'))
  await expect(sql`select 1`.execute(saved)).rejects.toMatchObject({ code: '25P02' })
  await saved.rollbackToSavepoint('before').execute()
  await trx.commit().execute()
  await expect(shop.query(`select 1 from person where name = 'Dan'`)).resolves.toHaveLength(1)
})

test('ignore query, the default, rejects at once, and the query runs to its end', async () => {
  await shop.refill()
  await using kysely = open({ pool: { max: 1 } })
  const controller = new AbortController()
  const { signal } = controller
  await using holder = await connect(shop.url)
  await holder.query('select pg_advisory_lock(1)')
  const lock = 'select pg_advisory_xact_lock(1) /* ignored */'
  const text = `with locked as (${lock}) insert into person (name) select 'Dan' from locked`
  const query = sql.raw(text).execute(kysely.db, { signal })
  await expect(query).rejects.toBe(await reasonOnceRunning(controller, 'ignored'))
  await holder.query('select pg_advisory_unlock(1)')
  await sql`select 1`.execute(kysely.db)
  await expect(shop.query(`select 1 from person where name = 'Dan'`)).resolves.toHaveLength(1)
})

test('300 aborts close to the end of their query hit no innocent query', async () => {
  await using kysely = open({ pool: { max: 1 } })
  await sql`select pg_sleep(0.004)`.execute(kysely.db)
  await sql`select pg_sleep(0.001)`.execute(kysely.db)
  let aborted = 0
  for (let attempt = 0; attempt < 300; attempt++) {
    const controller = new AbortController()
    const { signal } = controller
    const query = sql`select pg_sleep(0.004)`.execute(kysely.db, { signal, inflightQueryAbortStrategy: 'cancel query' })
    const settled = query.then(
      () => {},
      () => aborted++,
    )
    // From well before the end of the query to a little after it, however long that takes.
    const until = performance.now() + 2.5 + (attempt % 60) / 20
    while (performance.now() < until) await new Promise(setImmediate)
    if (attempt % 60 === 59) await settled
    controller.abort()
    await expect(sql`select pg_sleep(0.001), 1 as one`.execute(kysely.db)).resolves.toMatchObject({
      rows: [{ one: 1 }],
    })
    await settled
  }
  expect(aborted).toBeGreaterThan(20)
  expect(aborted).toBeLessThan(300)
})

describe('waiting for a connection', () => {
  test('ends at once when it is aborted, and takes no connection from others', async () => {
    await using kysely = open({ pool: { max: 1 } })
    await kysely.db.connection().execute(async (held) => {
      const controller = new AbortController()
      const { signal } = controller
      const waiting = sql`select 1`.execute(kysely.db, { signal })
      const behind = sql`select 2 as two`.execute(kysely.db)
      await new Promise(setImmediate)
      const { pool } = kysely.db.getExecutor().adapter as PgwireAdapter
      expect(pool.stats.waiting).toBe(2)
      controller.abort()
      await expect(waiting).rejects.toBe(signal.reason)
      expect(pool.stats.waiting).toBe(1)
      await sql`select 1`.execute(held)
      void behind.catch(() => {})
    })
    await expect(sql`select 3 as three`.execute(kysely.db)).resolves.toMatchObject({ rows: [{ three: 3 }] })
  })

  test('with a signal that is aborted already asks the pool for nothing', async () => {
    await using kysely = open({ pool: { max: 1 } })
    const { pool } = kysely.db.getExecutor().adapter as PgwireAdapter
    const refused = expect(sql`select 1`.execute(kysely.db, { signal: AbortSignal.abort() })).rejects.toThrow()
    expect(pool.stats).toMatchObject({ size: 0, connecting: 0, waiting: 0 })
    await refused
    expect(pool.stats).toMatchObject({ size: 0, connecting: 0, waiting: 0 })
  })

  test('can be aborted 1,000 times around the moment of the assignment without losing the connection', async () => {
    await using kysely = open({ pool: { max: 1, acquireTimeoutMs: 15_000 } })
    await sql`select 1`.execute(kysely.db)
    for (let attempt = 0; attempt < 1_000; attempt++) {
      const controller = new AbortController()
      const { signal } = controller
      const holder = sql`select 1`.execute(kysely.db)
      const waiting = sql`select 2`.execute(kysely.db, { signal })
      waiting.catch(() => {})
      if (attempt % 3 === 0) controller.abort()
      else void holder.then(() => controller.abort())
      await holder
      await waiting.catch(() => {})
    }
    await expect(sql`select 3 as three`.execute(kysely.db)).resolves.toMatchObject({ rows: [{ three: 3 }] })
  })

  test('can be aborted in db.connection()', async () => {
    await using kysely = open({ pool: { max: 1 } })
    await kysely.db.connection().execute(async (holder) => {
      await sql`select 1`.execute(holder)
      const controller = new AbortController()
      const { signal } = controller
      const waiting = kysely.db.connection().execute((one) => sql`select 2`.execute(one), { signal })
      await new Promise(setImmediate)
      controller.abort()
      await expect(waiting).rejects.toBe(signal.reason)
    })
    await expect(sql`select 3 as three`.execute(kysely.db)).resolves.toMatchObject({ rows: [{ three: 3 }] })
  })
})

describe('a stream', () => {
  const slowRows = (mark: string) =>
    sql<{
      i: number
    }>`(select i, pg_sleep(case when i > 20 then ${sql.raw(String(SLEEP_SECONDS))} else 0 end) from generate_series(1, 100) i)`.as<'s'>(
      sql.raw(`s /* ${mark} */`),
    )

  test('that is aborted during a pending next is cancelled on the server', async () => {
    await using kysely = open({ pool: { max: 1 } })
    const controller = new AbortController()
    const { signal } = controller
    let rows = 0
    const streaming = (async () => {
      const stream = kysely.db.selectFrom(slowRows('slow stream')).select('i').stream({ chunkSize: 10, signal })
      for await (const _ of stream) if (++rows === 20) setImmediate(() => controller.abort(new Error('enough')))
    })()
    await expect(streaming).rejects.toThrow('enough')
    expect(rows).toBe(20)
    await expect.poll(() => shop.running('slow stream')).toEqual([])
    await expect(sql`select 1 as one`.execute(kysely.db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
  })

  test('that is aborted between two rows ends with the reason, and the connection is free', async () => {
    await using kysely = open({ pool: { max: 1 } })
    const controller = new AbortController()
    const { signal } = controller
    const seen: number[] = []
    const streaming = (async () => {
      const rows = sql<{ i: number }>`generate_series(1, 1000)`.as<'s'>(sql`s(i)`)
      for await (const { i } of kysely.db.selectFrom(rows).select('s.i').stream({ chunkSize: 10, signal })) {
        seen.push(i)
        if (i === 15) controller.abort(new Error('enough'))
      }
    })()
    await expect(streaming).rejects.toThrow('enough')
    expect(seen.length).toBeLessThan(30)
    await expect(sql`select 1 as one`.execute(kysely.db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
  })

  test('that is aborted inside a transaction is cancelled, and the transaction rolled back', async () => {
    await shop.refill()
    await using kysely = open({ pool: { max: 1 } })
    const controller = new AbortController()
    const { signal } = controller
    const transaction = kysely.db.transaction().execute(async (trx) => {
      await trx.insertInto('person').values({ name: 'Dan' }).execute()
      let rows = 0
      for await (const _ of trx.selectFrom(slowRows('in trx')).select('i').stream({ chunkSize: 10, signal })) {
        if (++rows === 20) setImmediate(() => controller.abort(new Error('enough')))
      }
    })
    await expect(transaction).rejects.toThrow('enough')
    await expect.poll(() => shop.running('in trx')).toEqual([])
    await expect(shop.query(`select 1 from person where name = 'Dan'`)).resolves.toEqual([])
    await expect(sql`select 1 as one`.execute(kysely.db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
  })

  test('that waits for a lock to be described is cancelled', async () => {
    await using kysely = open({ pool: { max: 1 } })
    await using locking = open({ pool: { max: 1 } })
    await locking.db.transaction().execute(async (trx) => {
      await sql`lock table person in access exclusive mode`.execute(trx)
      const controller = new AbortController()
      const { signal } = controller
      const stream = kysely.db
        .selectFrom('person')
        .select(sql`1 /* locked stream */`.as('x'))
        .stream({ chunkSize: 10, signal })
      const next = stream.next()
      await expect(next).rejects.toBe(await reasonOnceRunning(controller, 'locked stream'))
      await expect.poll(() => shop.running('locked stream')).toEqual([])
      await expect(sql`select 1 as one`.execute(kysely.db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
    })
  })
})
