/** PgBouncer in transaction mode: behind each Sync, another connection of the server may answer. */
import { Kysely, sql } from 'kysely'
import { batch, connect, type Connection, copyTo, createPool, executeMany, PgwireDialect } from 'kysely-pgwire'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { type PgBouncer, pgBouncerVersion, startPgBouncer } from '../support/pgbouncer.ts'
import { sharedServer } from '../support/shared-server.ts'
import type { TestDatabase } from '../support/test-server.ts'

const version = await pgBouncerVersion()
const knowsStatements = version !== null && (version[0] > 1 || version[1] >= 21)

const SCHEMA = `
  create type mood as enum ('sad', 'ok');
  create type pair as (n int4, m mood);
  create domain mail as text check (value like '%@%');
  create table person (n int4 primary key, m mood, p pair, address mail)`

/** Domains are told from their base types only where a profile names them. */
interface Person {
  n: number
  m: 'sad' | 'ok' | null
  p: unknown
  address: string | null
}

const people = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => [from + index, 'ok', { n: index, m: 'sad' }, 'a@b'])

/** What the README says is to be set, by what PgBouncer does with prepared statements. */
const settings: readonly (readonly [what: string, options: { readonly statementCacheSize?: number }])[] = [
  ['without prepared statements', { statementCacheSize: 0 }],
  ...(knowsStatements ? ([['which keeps prepared statements', {}]] as const) : []),
]

describe.skipIf(version === null).each(settings)(
  version === null ? 'PgBouncer in transaction mode: it is not installed' : 'PgBouncer in transaction mode %s',
  (_, options) => {
    const server = sharedServer()
    let database: TestDatabase
    let bouncer: PgBouncer
    const behind = (text: string) => server.query(text, [], database.name)

    beforeAll(async () => {
      database = await server.createDatabase()
      await behind(SCHEMA)
      bouncer = await startPgBouncer(server, {
        poolMode: 'transaction',
        // The connections of the server in turn, so that no two flights in a row meet the same one.
        settings: { server_round_robin: 1, ...(knowsStatements ? { max_prepared_statements: 5 } : {}) },
      })
      await using pool = createPool({ connection: connection(), max: 2, pipelining: 'off' })
      // While one has its connection of the server, another is opened.
      await pool.transaction(async (tx) => {
        await tx.query('select 1')
        await pool.query('select 1')
      })
    })
    afterAll(async () => {
      await bouncer?.stop()
      await database?.drop()
    })
    beforeEach(() => behind('truncate person'))

    const connection = () => ({ connectionString: bouncer.through(database.url), ...options })

    test('two statements in a row are executed by two connections of the server', async () => {
      await using client = await connect(connection())
      const pids = [1, 2, 3, 4].map(() => client.fetchValue<number>('select pg_backend_pid()'))
      expect(new Set(await Promise.all(pids)).size).toBeLessThanOrEqual(2)
      const one = await client.fetchValue('select pg_backend_pid()')
      const other = await client.fetchValue('select pg_backend_pid()')
      expect(one).not.toBe(other)
      const inside = await client.transaction(async (tx) => [
        await tx.fetchValue('select pg_backend_pid()'),
        await tx.fetchValue('select pg_backend_pid()'),
      ])
      expect(inside[0]).toBe(inside[1])
    })

    test('every verb relies on nothing that a flight has left behind', async () => {
      await using client = await connect(connection())
      const insert = 'insert into person values ($1, $2, $3, $4)'
      for (let round = 0; round < 3; round++) {
        const n = round * 100
        await client.query(insert, people(n, 1)[0])
        await client.executeMany(insert, people(n + 10, 20), { chunkRows: 5 })
        await client.executeMany(insert, people(n + 30, 20), { chunkRows: 5, atomic: false })
        const results = await client.batch([
          { sql: insert, parameters: people(n + 50, 1)[0]! },
          { sql: insert, parameters: people(n + 51, 1)[0]! },
          { sql: 'select $1::int4 as n', parameters: [n] },
        ])
        expect(results.map(({ rowCount }) => rowCount)).toEqual([1, 1, 1])
        expect(
          (await client.copyFrom('person', people(n + 60, 10), { columns: ['n', 'm', 'p', 'address'] })).rowCount,
        ).toBe(10)
        expect(await client.fetchValue('select count(*)::int4 from person where n >= $1', [n])).toBe(53)
        const statement = await client.prepare('select p from person where n = $1')
        expect(await statement.fetchValue([n])).toEqual({ n: 0, m: 'sad' })
        expect(await statement.explain([n])).toHaveProperty('Plan')
        await expect(client.query('select 1 / $1', [0])).rejects.toMatchObject({
          code: '22012',
          outcome: 'rolled-back',
        })
      }
    })

    test('a stream and a cursor keep their connection of the server without a transaction, too', async () => {
      await using client = await connect(connection())
      await using pool = createPool({ connection: connection(), max: 3, pipelining: 'off' })
      await client.executeMany('insert into person values ($1, $2, $3, $4)', people(0, 50))
      for (const scope of ['alone', 'in a transaction']) {
        const read = async (on: Pick<Connection, 'stream' | 'cursor'>): Promise<void> => {
          const seen: unknown[] = []
          for await (const rows of on.stream<Person>('select * from person order by n', [], { batchRows: 7 })) {
            seen.push(...rows.map(({ n }) => n))
            await pool.query('select 1')
          }
          expect(seen, scope).toEqual(people(0, 50).map(([n]) => n))
          const cursor = on.cursor<Person>('select * from person order by n', [], { prefetch: 3 })
          expect(
            (await cursor.fetch(5)).map(({ p }) => p),
            scope,
          ).toHaveLength(5)
          await pool.query('select 1')
          expect(await cursor.forward(4), scope).toBe(4)
          expect((await cursor.next()).value?.n, scope).toBe(9)
          await cursor.close()
        }
        if (scope === 'alone') await read(client)
        else await client.transaction(read)
      }
      expect(await client.fetchValue('select 1')).toBe(1)
    })

    test('types are looked up whichever connections of the server answer', async () => {
      await behind(`insert into person values (1, 'ok', (2, 'sad'), 'a@b')`)
      for (let attempt = 0; attempt < 4; attempt++) {
        await using client = await connect(connection())
        expect(await client.fetchRow('select array[m] as ms, p, address from person')).toEqual({
          ms: ['ok'],
          p: { n: 2, m: 'sad' },
          address: 'a@b',
        })
        expect(await client.fetchValue('select row(p, m) from person')).toEqual([{ n: 2, m: 'sad' }, 'ok'])
        for await (const rows of client.stream('select row(m, p) as r from person')) {
          expect(rows).toEqual([{ r: ['ok', { n: 2, m: 'sad' }] }])
        }
      }
    })

    test.each(['off', 'auto'] as const)(
      '10 workers with 100 statements each are all served, pipelining %s',
      async (pipelining) => {
        await using pool = createPool({ connection: connection(), max: 5, pipelining })
        const work = async (worker: number): Promise<void> => {
          for (let step = 0; step < 100; step++) {
            const n = worker * 100 + step
            if (step % 10 === 3) {
              await pool.transaction(async (tx) => {
                await tx.query('insert into person (n, m) values ($1, $2)', [n, 'ok'])
                await tx.query('update person set p = $2 where n = $1', [n, { n, m: 'sad' }])
              })
            } else if (step % 10 === 7) {
              await expect(pool.query('select $1::int4 / 0', [n])).rejects.toMatchObject({ code: '22012' })
            } else expect(await pool.fetchValue(`select $1::int4 + ${n % 7}`, [n])).toBe(n + (n % 7))
          }
        }
        await Promise.all(Array.from({ length: 10 }, (_, worker) => work(worker)))
        expect(await behind('select count(*)::int4 as n from person where (p).n = n')).toEqual([{ n: 100 }])
      },
    )

    test('1,000 statements in flight on one connection are answered in order', async () => {
      await using client = await connect(connection())
      const values = await Promise.all(
        Array.from({ length: 1_000 }, (_, n) => client.fetchValue(`select $1::int4 + ${n % 3}`, [n])),
      )
      expect(values).toEqual(values.map((_, n) => n + (n % 3)))
    })

    test('a cancel reaches the statement that it is for, and no other', async () => {
      await using client = await connect(connection())
      await using neighbour = await connect(connection())
      for (let round = 0; round < 5; round++) {
        const other = neighbour.query('select pg_sleep(0.1)')
        const aborting = new AbortController()
        const sleeping = client.query('select pg_sleep(60)', [], { signal: aborting.signal })
        const running = async () =>
          (
            await behind(
              `select 1 from pg_stat_activity where datname = current_database() and query like '%pg_sleep(60)' and state = 'active'`,
            )
          ).length
        while ((await running()) === 0);
        aborting.abort(new Error('enough'))
        await expect(sleeping).rejects.toThrow('enough')
        expect(await client.fetchValue('select 1')).toBe(1)
        expect(await running()).toBe(0)
        await expect(other).resolves.toMatchObject({ rowCount: 1 })
      }
    })

    test('COPY takes tables out and in', async () => {
      await using pool = createPool({ connection: connection(), max: 2, pipelining: 'off' })
      await pool.copyFrom('person', people(0, 1_000), { columns: ['n', 'm', 'p', 'address'] })
      let rows = 0
      for await (const batchOfRows of pool.copyTo<Person>('person', { format: 'rows' })) rows += batchOfRows.length
      expect(rows).toBe(1_000)
      await expect(pool.copyFrom('person', people(999, 2))).rejects.toMatchObject({ code: '23505' })
      expect(await behind('select count(*)::int4 as n from person')).toEqual([{ n: 1_000 }])
    })

    test('Kysely works on it', async () => {
      const dialect = new PgwireDialect({ connection: connection(), pool: { max: 3, pipelining: 'off' } })
      const db = new Kysely<{ person: Person }>({ dialect })
      try {
        await db
          .insertInto('person')
          .values({ n: 1, m: 'ok', p: { n: 1, m: 'ok' }, address: 'a@b' })
          .execute()
        await db.transaction().execute(async (tx) => {
          await tx.updateTable('person').set({ m: 'sad' }).where('n', '=', 1).execute()
          expect(await tx.selectFrom('person').select('m').executeTakeFirst()).toEqual({ m: 'sad' })
        })
        const failing = db.transaction().execute(async (tx) => {
          await tx.deleteFrom('person').execute()
          throw new Error('no')
        })
        await expect(failing).rejects.toThrow('no')
        const [ns, ms] = await batch(db, [db.selectFrom('person').select('n'), db.selectFrom('person').select('m')])
        expect([ns.rows, ms.rows]).toEqual([[{ n: 1 }], [{ m: 'sad' }]])
        const insert = executeMany(
          db,
          (p) => db.insertInto('person').values({ n: p('n'), m: p('m'), p: null, address: null }),
          [
            { n: 2, m: 'ok' as const },
            { n: 3, m: null },
          ],
        )
        expect((await insert).numAffectedRows).toBe(2n)
        const streamed: number[] = []
        for await (const { n } of db.selectFrom('person').select('n').orderBy('n').stream(1)) streamed.push(n)
        expect(streamed).toEqual([1, 2, 3])
        let copied = 0
        for await (const rows of copyTo(db, 'person', { format: 'rows' })) copied += rows.length
        expect(copied).toBe(3)
        expect((await sql<{ one: number }>`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }])
        expect((await db.introspection.getTables()).map(({ name }) => name)).toEqual(['person'])
      } finally {
        await db.destroy()
      }
    })
  },
)
