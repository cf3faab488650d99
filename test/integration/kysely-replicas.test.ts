/** Replicas under Kysely: what is marked, what is read only, and what stays where it is. */
import { Kysely, sql } from 'kysely'
import {
  batch,
  ConfigError,
  connect,
  copyTo,
  executeArrays,
  PgwireDialect,
  type Placeholders,
  type Pool,
  prepare,
  queryOptions,
  retryTransaction,
} from 'kysely-pgwire'
import { describe, expect, test } from 'vitest'

import { eventLoopTurn } from '../support/event-loop-turn.ts'
import { ON_STANDBY, replicaFixture } from './replica-fixture.ts'

const servers = replicaFixture()

interface DB {
  item: { id: number; name: string }
}

interface Opened extends AsyncDisposable {
  readonly db: Kysely<DB>
  /** Each `there` is whether a statement has run on the standby. */
  readonly pool: Pool
}

function open(replicas?: []): Opened {
  const pool = servers.open(replicas === undefined ? {} : { replicas })
  const db = new Kysely<DB>({ dialect: new PgwireDialect({ pool }) })
  return { db, pool, [Symbol.asyncDispose]: () => db.destroy() }
}

const marked = queryOptions({ replica: true })
const there = sql<boolean>`pg_is_in_recovery()`.as('there')

const select = (db: Kysely<DB>) => db.selectFrom('item').select(there).where('id', '=', 1)
const selectMarked = (db: Kysely<DB>) => select(db).withPlugin(marked)

test('a marked select runs on the replica, and any other on the primary', async () => {
  await using opened = open()
  const { db } = opened
  for (let round = 0; round < 5; round++) {
    expect(await select(db).executeTakeFirst()).toEqual({ there: false })
    expect(await selectMarked(db).executeTakeFirst()).toEqual({ there: true })
  }
  expect(await select(db.withPlugin(marked)).execute()).toEqual([{ there: true }])
  expect(await sql`select ${there}`.execute(db.withPlugin(marked))).toEqual({ rows: [{ there: true }] })
})

test('it has the rows that it has on the primary', async () => {
  await using opened = open()
  const { db } = opened
  const read = (on: Kysely<DB>): Promise<unknown> => on.selectFrom('item').selectAll().orderBy('id').execute()
  expect(await read(db.withPlugin(marked))).toEqual(await read(db))
})

test('many at once give their connections back', async () => {
  await using opened = open()
  const { db, pool } = opened
  const all = await Promise.all(Array.from({ length: 100 }, () => selectMarked(db).executeTakeFirst()))
  expect(all).toEqual(Array.from({ length: 100 }, () => ({ there: true })))
  expect(pool.totals.opened).toBe(0)
  expect(pool.replicas[0]!.stats).toMatchObject({ busy: 0, waiting: 0 })
})

test('a marked stream runs on the replica, to its end or to where it is left', async () => {
  await using opened = open()
  const { db, pool } = opened
  const rows: unknown[] = []
  for await (const row of selectMarked(db).stream(1)) rows.push(row)
  expect(rows).toEqual([{ there: true }])
  const many = db.withPlugin(marked).selectFrom(sql<{ n: number }>`generate_series(1, 1000)`.as('n'))
  for await (const row of many.select(there).stream(10)) {
    expect(row).toEqual({ there: true })
    break
  }
  await expect.poll(() => pool.replicas[0]!.stats.busy).toBe(0)
  expect(pool.totals.opened).toBe(0)
})

describe('a query that can be aborted', () => {
  test('runs on the replica when it is marked', async () => {
    await using opened = open()
    const { signal } = new AbortController()
    for (const inflightQueryAbortStrategy of ['ignore query', 'cancel query'] as const) {
      const options = { signal, inflightQueryAbortStrategy }
      expect(await selectMarked(opened.db).execute(options)).toEqual([{ there: true }])
      expect(await select(opened.db).execute(options)).toEqual([{ there: false }])
    }
  })

  test.each([
    ['the replica', true],
    ['the primary', false],
  ])('is cancelled on %s', async (_name, replica) => {
    await using opened = open()
    const abort = new AbortController()
    const sleep = sql<boolean>`pg_sleep(60) is null`.as('slept')
    const query = opened.db.selectFrom('item').select(sleep).withPlugin(queryOptions({ replica }))
    const running = query.execute({ signal: abort.signal, inflightQueryAbortStrategy: 'cancel query' })
    const failed = running.catch((error: unknown) => error)
    const server = replica ? servers.standby : servers.primary
    const asleep = async (): Promise<unknown> => {
      const rows = await server.query(
        `select 1 from pg_stat_activity where state = 'active' and query like '%pg_sleep%' and pid <> pg_backend_pid()`,
      )
      return rows.length
    }
    await expect.poll(asleep).toBe(1)
    abort.abort(new Error('enough'))
    await failed
    await expect.poll(asleep).toBe(0)
    // The connection serves again.
    expect(await select(opened.db).withPlugin(queryOptions({ replica })).execute()).toEqual([{ there: replica }])
  })
})

test('what can be aborted shares no connection, so that it can be stopped at once, whoever comes behind it', async () => {
  await using pool = servers.open({ max: 1, acquireTimeoutMs: 0 })
  await using db = new Kysely<DB>({ dialect: new PgwireDialect({ pool }) })
  const items = db.selectFrom('item').select('id').orderBy('id')
  const other = db.selectFrom(sql<{ n: number }>`generate_series(1, 2)`.as('n')).select('n')
  // Both are known to be short: they would share the connection.
  for (let runs = 0; runs < 4; runs++) await Promise.all([items.execute(), other.execute()])
  await using holder = await connect(servers.connection)
  await holder.execute('begin; lock table item in access exclusive mode')
  const abort = new AbortController()
  const blocked = items.execute({ signal: abort.signal, inflightQueryAbortStrategy: 'cancel query' })
  const failed = blocked.catch((error: unknown) => error)
  while (pool.stats.busy === 0) await eventLoopTurn()
  const behind = other.execute()
  await eventLoopTurn()
  abort.abort(new Error('enough'))
  expect(await failed).toBe(abort.signal.reason)
  // The table is still locked.
  expect(await behind).toEqual([{ n: 1 }, { n: 2 }])
})

describe('a transaction', () => {
  test.each([
    ['read only', undefined, true],
    ['read only', 'repeatable read', true],
    ['read only', 'serializable', false],
    ['read write', undefined, false],
    [undefined, undefined, false],
  ] as const)('that is %s and %s', async (accessMode, isolationLevel, onStandby) => {
    await using opened = open()
    const { db, pool } = opened
    const settings = <Builder extends { setAccessMode(mode: 'read only' | 'read write'): Builder }>(builder: Builder) =>
      accessMode === undefined ? builder : builder.setAccessMode(accessMode)
    const isolated = <Builder extends { setIsolationLevel(level: 'repeatable read' | 'serializable'): Builder }>(
      builder: Builder,
    ) => (isolationLevel === undefined ? builder : builder.setIsolationLevel(isolationLevel))

    const transaction = isolated(settings(db.transaction()))
    expect(await transaction.execute((trx) => select(trx).execute())).toEqual([{ there: onStandby }])
    const controlled = await isolated(settings(db.startTransaction())).execute()
    expect(await select(controlled).execute()).toEqual([{ there: onStandby }])
    await controlled.commit().execute()
    expect(pool.totals.opened).toBe(onStandby ? 0 : 1)
    expect(pool.stats.busy + pool.replicas[0]!.stats.busy).toBe(0)
  })

  test('that is rolled back on the replica leaves it as it was', async () => {
    await using opened = open()
    const { db, pool } = opened
    const failing = db
      .transaction()
      .setAccessMode('read only')
      .execute((trx) => trx.insertInto('item').values({ id: 9, name: 'x' }).execute())
    await expect(failing).rejects.toMatchObject({ code: '25006' })
    expect(await selectMarked(db).execute()).toEqual([{ there: true }])
    // While its role is looked up, the next call may have opened another.
    const { closed } = pool.replicas[0]!.totals
    expect(Object.entries(closed).filter(([, count]) => count > 0)).toEqual([])
  })

  test('that writes keeps what is marked', async () => {
    await using opened = open()
    const { db } = opened
    const seen = await db.transaction().execute(async (trx) => {
      await trx.insertInto('item').values({ id: 3, name: 'nib' }).execute()
      const rows = await trx.withPlugin(marked).selectFrom('item').select(['name', there]).where('id', '=', 3).execute()
      const streamed: unknown[] = []
      for await (const row of selectMarked(trx).stream(1)) streamed.push(row)
      await trx.deleteFrom('item').where('id', '=', 3).execute()
      return [...rows, ...streamed]
    })
    expect(seen).toEqual([{ name: 'nib', there: false }, { there: false }])
  })

  test('that is repeated runs on the replica as well', async () => {
    await using opened = open()
    const run = retryTransaction(opened.db, (trx) => select(trx).execute(), { accessMode: 'read only' })
    expect(await run).toEqual([{ there: true }])
  })
})

test('what runs on one connection stays on the primary, whatever comes first', async () => {
  await using opened = open()
  const { db, pool } = opened
  const firsts: ((one: Kysely<DB>) => Promise<unknown>)[] = [
    (one) => selectMarked(one).execute(),
    async (one) => {
      for await (const row of selectMarked(one).stream(1)) expect(row).toEqual({ there: false })
    },
    (one) => batch(one, [selectMarked(one)]),
    (one) =>
      one
        .transaction()
        .setAccessMode('read only')
        .execute((trx) => select(trx).execute()),
  ]
  for (const first of firsts) {
    await db.connection().execute(async (one) => {
      await first(one)
      expect(await select(one).execute()).toEqual([{ there: false }])
      expect(await selectMarked(one).execute()).toEqual([{ there: false }])
    })
  }
  expect(pool.replicas[0]!.totals.opened).toBe(0)
})

test('a prepared query goes where it is marked for, each time', async () => {
  await using opened = open()
  const { db } = opened
  const read = prepare(db, (p: Placeholders<{ id: number }>) =>
    db.selectFrom('item').select(['name', there]).where('id', '=', p('id')).withPlugin(marked),
  )
  for (let round = 0; round < 5; round++) {
    expect(await read.executeTakeFirst({ id: 1 })).toEqual({ name: 'pen', there: true })
  }
})

test('helpers that read go to the replica when all is marked', async () => {
  await using opened = open()
  const { db, pool } = opened
  const [one, two] = await batch(db, [selectMarked(db), selectMarked(db)])
  expect([one.rows, two.rows]).toEqual([[{ there: true }], [{ there: true }]])
  expect((await executeArrays(db, selectMarked(db))).rows).toEqual([[true]])
  const copied: unknown[] = []
  for await (const rows of copyTo(db, selectMarked(db), { format: 'rows' })) copied.push(...rows)
  for await (const rows of copyTo(db, select(db), { format: 'rows', replica: true })) copied.push(...rows)
  expect(copied).toEqual([{ there: true }, { there: true }])
  expect(pool.totals.opened).toBe(0)
  const [mixed] = await batch(db, [selectMarked(db), select(db)])
  expect(mixed.rows).toEqual([{ there: false }])
  expect(pool.replicas[0]!.stats.busy).toBe(0)
})

test('what is marked and writes is refused, with replicas and without', async () => {
  for (const replicas of [undefined, [] as []]) {
    await using opened = open(replicas)
    const reads = opened.db.withPlugin(marked)
    const row = { id: 9, name: 'x' }
    await expect(reads.insertInto('item').values(row).execute()).rejects.toMatchObject({ code: '25006' })
    await expect(reads.deleteFrom('item').execute()).rejects.toMatchObject({ code: '25006' })
    await expect(batch(reads, [reads.deleteFrom('item')])).rejects.toMatchObject({ code: '25006' })
    await expect(executeArrays(reads, reads.deleteFrom('item'))).rejects.toMatchObject({ code: '25006' })
    const { count } = await opened.db
      .selectFrom('item')
      .select(sql<number>`count(*)::int`.as('count'))
      .executeTakeFirstOrThrow()
    expect(count).toBe(2)
  }
})

test('the dialect makes a pool with replicas by itself', async () => {
  const { connection } = servers
  const pool = { replicas: [{ port: servers.standby.port }] }
  const opened: unknown[] = []
  await using db = new Kysely<DB>({
    dialect: new PgwireDialect({
      connection,
      pool,
      onCreateConnection: async (created) => {
        const { rows } = await created.executeQuery<object>(sql`select ${there}`.compile(db))
        opened.push(...rows)
      },
    }),
  })
  expect(await selectMarked(db).execute()).toEqual([{ there: true }])
  expect(await select(db).execute()).toEqual([{ there: false }])
  expect(opened).toEqual([{ there: true }, { there: false }])
})

test('hooks for which a connection is taken before it is known what for are refused', async () => {
  await using pool = servers.open()
  const hook = async (): Promise<void> => {}
  for (const hooks of [{ onReserveConnection: hook }, { onCreateConnection: hook }]) {
    await using db = new Kysely<DB>({ dialect: new PgwireDialect({ pool, ...hooks }) })
    await expect(select(db).execute()).rejects.toBeInstanceOf(ConfigError)
  }
  expect(await pool.fetchValue(ON_STANDBY)).toBe(false)
})
