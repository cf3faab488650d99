import { AbortedTransactionError, type IsolationLevel, sql } from 'kysely'
import { type PgwireConnection, UsageError } from 'kysely-pgwire'
import { beforeEach, describe, expect, test } from 'vitest'

import { petShop } from './kysely-fixture.ts'

const shop = petShop()

beforeEach(() => shop.refill())

const statement = (text: string, ...parameters: unknown[]) => ({ sql: text, parameters })
const INSERT = 'insert into "person" ("name") values ($1)'

describe('the log of a transaction', () => {
  test('is begin, the statements, commit', async () => {
    await using kysely = shop.open()
    await kysely.db.transaction().execute((trx) => trx.insertInto('person').values({ name: 'Dan' }).execute())
    expect(kysely.log).toEqual([statement('begin'), statement(INSERT, 'Dan'), statement('commit')])
    await expect(shop.query(`select 1 from person where name = 'Dan'`)).resolves.toHaveLength(1)
  })

  test('is begin, the statements, rollback when the callback throws', async () => {
    await using kysely = shop.open()
    const failing = kysely.db.transaction().execute(async (trx) => {
      await trx.insertInto('person').values({ name: 'Dan' }).execute()
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(kysely.log).toEqual([statement('begin'), statement(INSERT, 'Dan'), statement('rollback')])
    await expect(shop.query(`select 1 from person where name = 'Dan'`)).resolves.toEqual([])
  })

  test.each(['read uncommitted', 'read committed', 'repeatable read', 'serializable'] as const)(
    'starts with the isolation level %s, which the server obeys',
    async (level) => {
      await using kysely = shop.open()
      const { rows } = await kysely.db
        .transaction()
        .setIsolationLevel(level)
        .execute((trx) => sql`show transaction_isolation`.execute(trx))
      expect(rows).toEqual([{ transaction_isolation: level }])
      expect(kysely.log.map((entry) => entry.sql)).toEqual([
        `start transaction isolation level ${level}`,
        'show transaction_isolation',
        'commit',
      ])
    },
  )

  test.each([
    ['read only', '25006'],
    ['read write', undefined],
  ] as const)('starts with the access mode %s, which the server obeys', async (mode, code) => {
    await using kysely = shop.open()
    const outcome = kysely.db
      .transaction()
      .setAccessMode(mode)
      .execute((trx) => trx.insertInto('person').values({ name: 'Dan' }).execute())
    await (code === undefined
      ? expect(outcome).resolves.toHaveLength(1)
      : expect(outcome).rejects.toMatchObject({ code }))
    expect(kysely.log[0]).toEqual(statement(`start transaction ${mode}`))
  })

  test('names isolation level and access mode in one statement', async () => {
    await using kysely = shop.open()
    await kysely.db
      .transaction()
      .setAccessMode('read only')
      .setIsolationLevel('serializable')
      .execute((trx) => sql`select 1`.execute(trx))
    expect(kysely.log.map((entry) => entry.sql)).toEqual([
      'start transaction isolation level serializable read only',
      'select 1',
      'commit',
    ])
  })
})

describe('an isolation level that PostgreSQL does not have', () => {
  const snapshot: IsolationLevel = 'snapshot'

  test('is refused before anything is sent, and the connection stays usable', async () => {
    await using kysely = shop.open({ pool: { max: 1 } })
    await sql`select 1`.execute(kysely.db)
    const [before] = await shop.backends()
    kysely.log.length = 0
    for (let attempt = 0; attempt < 50; attempt++) {
      const refused = kysely.db
        .transaction()
        .setIsolationLevel(snapshot)
        .execute(async () => 1)
      await expect(refused).rejects.toThrow(UsageError)
      await expect(kysely.db.startTransaction().setIsolationLevel(snapshot).execute()).rejects.toThrow(UsageError)
    }
    expect(kysely.log).toEqual([])
    await sql`select 1`.execute(kysely.db)
    await expect(shop.backends()).resolves.toEqual([before])
  })
})

describe('a transaction whose begin fails', () => {
  test('does not run the callback nor roll back, and gives its connection back', async () => {
    await using kysely = shop.open({
      pool: { max: 1 },
      onReserveConnection: async (reserved) => {
        const { connection } = reserved as PgwireConnection
        await shop.server.terminate(connection.processId)
        await expect.poll(() => connection.closed).toBe(true)
      },
    })
    let called = 0
    for (let attempt = 0; attempt < 5; attempt++) {
      const failing = kysely.db.transaction().execute(async () => called++)
      await expect(failing).rejects.toMatchObject({ code: 'PGWIRE_CONNECTION_LOST' })
      await expect(kysely.db.startTransaction().execute()).rejects.toMatchObject({ code: 'PGWIRE_CONNECTION_LOST' })
    }
    expect(called).toBe(0)
    expect(new Set(kysely.log.map((entry) => entry.sql))).toEqual(new Set(['begin']))
  })
})

describe('a commit that the server answers with a rollback', () => {
  async function swallowed() {
    await using kysely = shop.open({ pool: { max: 1 } })
    const lost = kysely.db.transaction().execute(async (trx) => {
      await trx.insertInto('person').values({ name: 'Dan' }).execute()
      await sql`select 1 / 0`.execute(trx).catch(() => 'swallowed')
      return 'committed'
    })
    const error = await lost.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    const next = await sql`select 1 as one`.execute(kysely.db)
    return { error, log: kysely.log.map((entry) => entry.sql), next: next.rows }
  }

  test('rejects with Kysely’s AbortedTransactionError', async () => {
    const { error } = await swallowed()
    expect(error).toBeInstanceOf(AbortedTransactionError)
    await expect(shop.query(`select 1 from person where name = 'Dan'`)).resolves.toEqual([])
  })

  test('is not rolled back once more, and the connection goes on', async () => {
    const { log, next } = await swallowed()
    expect(log).toEqual(['begin', INSERT, 'select 1 / 0', 'commit', 'select 1 as one'])
    expect(next).toEqual([{ one: 1 }])
  })

  test('rejects in a controlled transaction too', async () => {
    await using kysely = shop.open({ pool: { max: 1 } })
    const trx = await kysely.db.startTransaction().execute()
    await sql`select 1 / 0`.execute(trx).catch(() => 'swallowed')
    await expect(trx.commit().execute()).rejects.toThrow(AbortedTransactionError)
    await expect(sql`select 1 as one`.execute(kysely.db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
  })
})

describe('a deferred constraint that fails at commit', () => {
  test('rejects with its error, and leaves a usable connection without a transaction', async () => {
    await shop.query('create table if not exists late (id int unique deferrable initially deferred)')
    await using kysely = shop.open({ pool: { max: 1 } })
    const failing = kysely.db.transaction().execute(async (trx) => {
      await sql`insert into late values (1), (1)`.execute(trx)
    })
    await expect(failing).rejects.toMatchObject({ code: '23505', table: 'late' })
    await expect(sql`select pg_current_xact_id_if_assigned() as xid`.execute(kysely.db)).resolves.toMatchObject({
      rows: [{ xid: null }],
    })
    await expect(shop.query('select * from late')).resolves.toEqual([])
  })
})

describe('statements of one transaction', () => {
  test('run in order although they are started at once, on one connection', async () => {
    await using kysely = shop.open({ pool: { max: 5 } })
    const pids = await kysely.db.transaction().execute((trx) =>
      Promise.all(
        Array.from({ length: 20 }, async () => {
          const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)
          return rows[0]?.pid
        }),
      ),
    )
    expect(new Set(pids).size).toBe(1)
  })

  test('of a transaction that is over are refused', async () => {
    await using kysely = shop.open()
    const finished = await kysely.db.transaction().execute(async (trx) => trx)
    await expect(sql`select 1`.execute(finished)).rejects.toThrow()
  })
})

describe('20 transactions at once on a pool of 3', () => {
  test('all commit, none mixed with another', async () => {
    await using kysely = shop.open({ pool: { max: 3 } })
    const transactions = Array.from({ length: 20 }, (_, index) =>
      kysely.db.transaction().execute(async (trx) => {
        const { id } = await trx
          .insertInto('person')
          .values({ name: `P${index}` })
          .returning('id')
          .executeTakeFirstOrThrow()
        await trx
          .insertInto('pet')
          .values({ owner_id: id, name: `pet of P${index}`, species: 'dog' })
          .execute()
        if (index % 2 === 1) throw new Error('odd')
      }),
    )
    const results = await Promise.allSettled(transactions)
    expect(results.map((result) => result.status)).toEqual(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 1 ? 'rejected' : 'fulfilled')),
    )
    const [row] = await shop.query(
      `select count(*)::int as count from person join pet on owner_id = person.id and pet.name = 'pet of ' || person.name`,
    )
    expect(row).toEqual({ count: 10 })
  })
})
