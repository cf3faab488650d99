import { type DatabaseConnection, sql, CompiledQuery } from 'kysely'
import type { Connection, PgwireConnection } from 'kysely-pgwire'
import { describe, expect, test } from 'vitest'

import { petShop } from './kysely-fixture.ts'

const shop = petShop()

test('onCreateConnection is called once per connection, onReserveConnection for each use, in this order', async () => {
  const calls: [string, Connection][] = []
  await using kysely = shop.open({
    pool: { max: 1 },
    onCreateConnection: async (connection) => void calls.push(['create', (connection as PgwireConnection).connection]),
    onReserveConnection: async (connection) =>
      void calls.push(['reserve', (connection as PgwireConnection).connection]),
  })
  await sql`select 1`.execute(kysely.db)
  await sql`select 2`.execute(kysely.db)
  await kysely.db.transaction().execute(async (trx) => {
    await sql`select 3`.execute(trx)
    await sql`select 4`.execute(trx)
  })
  expect(calls.map(([name]) => name)).toEqual(['create', 'reserve', 'reserve', 'reserve'])
  expect(new Set(calls.map(([, connection]) => connection)).size).toBe(1)
})

test('onCreateConnection is called for each of several connections', async () => {
  const created = new Set<DatabaseConnection>()
  await using kysely = shop.open({
    pool: { max: 5 },
    onCreateConnection: async (connection) => void created.add(connection),
  })
  const all = () => Promise.all(Array.from({ length: 5 }, () => sql`select pg_sleep(0.05)`.execute(kysely.db)))
  await all()
  await all()
  // The last of them may have come when nobody waited for it any more.
  await expect.poll(() => created.size).toBe(5)
})

test('the hooks can run queries, whose settings the connection keeps', async () => {
  await using kysely = shop.open({
    pool: { max: 1 },
    onCreateConnection: async (connection) =>
      void (await connection.executeQuery(CompiledQuery.raw(`set search_path = elsewhere`))),
    onReserveConnection: async (connection) =>
      void (await connection.executeQuery(CompiledQuery.raw(`set application_name = 'reserved'`))),
  })
  const { rows } =
    await sql`select current_setting('search_path') as path, current_setting('application_name') as name`.execute(
      kysely.db,
    )
  expect(rows).toEqual([{ path: 'elsewhere', name: 'reserved' }])
})

test('onReserveConnection gets the signal of the query, and onCreateConnection none: the connection is not for this query alone', async () => {
  const signals: unknown[] = []
  await using kysely = shop.open({
    onCreateConnection: async (_, options) => void signals.push(options?.signal),
    onReserveConnection: async (_, options) => void signals.push(options?.signal),
  })
  const { signal } = new AbortController()
  await sql`select 1`.execute(kysely.db, { signal })
  expect(signals).toEqual([undefined, signal])
})

describe.each(['onCreateConnection', 'onReserveConnection'] as const)('%s that throws', (name) => {
  test('50 times on a pool of 1 leaks nothing, and each query gets its error', async () => {
    let failing = true
    const hook = async () => {
      if (failing) throw new Error('not today')
    }
    await using kysely = shop.open({ pool: { max: 1, acquireTimeoutMs: 15_000 }, [name]: hook })
    for (let attempt = 0; attempt < 50; attempt++) {
      await expect(sql`select 1`.execute(kysely.db)).rejects.toThrow('not today')
    }
    failing = false
    await expect(sql`select 1 as one`.execute(kysely.db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
    await expect.poll(() => shop.backends()).toHaveLength(1)
  })

  test('half-way through preparing a connection keeps that connection from being used', async () => {
    let calls = 0
    const hook = async (connection: DatabaseConnection) => {
      await connection.executeQuery(CompiledQuery.raw(`set application_name = 'half prepared'`))
      if (++calls === 1) throw new Error('not today')
      await connection.executeQuery(CompiledQuery.raw('reset application_name'))
    }
    await using kysely = shop.open({ pool: { max: 1 }, [name]: hook })
    await expect(sql`select 1`.execute(kysely.db)).rejects.toThrow('not today')
    await expect.poll(() => shop.backends()).toEqual([])
    await sql`select 1`.execute(kysely.db)
  })

  test('is called again for the connection that replaces the failed one', async () => {
    let calls = 0
    const hook = async () => {
      if (++calls === 1) throw new Error('not today')
    }
    await using kysely = shop.open({ pool: { max: 1 }, [name]: hook })
    await expect(sql`select 1`.execute(kysely.db)).rejects.toThrow('not today')
    await sql`select 1`.execute(kysely.db)
    expect(calls).toBe(2)
  })
})
