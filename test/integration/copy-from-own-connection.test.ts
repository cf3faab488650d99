/** A COPY whose source wants something of the very connection that copies: it would wait for itself. */
import { connect, type Connection, createPool } from 'kysely-pgwire'
import { expect, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'

const refused = { name: 'UsageError', code: 'PGWIRE_USAGE' }

async function connected(): Promise<Connection> {
  const connection = await connect(sharedServer().url)
  await connection.execute('create temp table t (n int4)')
  return connection
}

async function serves(connection: Connection, rows = 0): Promise<void> {
  await expect(connection.query('select count(*)::int4 as n from t')).resolves.toMatchObject({ rows: [{ n: rows }] })
}

const NUMBERS = 'select n from generate_series(1, 10000) n'

async function* flattened(batches: AsyncIterable<{ n: number }[]>): AsyncGenerator<{ n: number }> {
  for await (const batch of batches) yield* batch
}

test.each<[string, (connection: Connection) => AsyncIterable<object>]>([
  [
    'a query for each row',
    async function* (connection) {
      for (;;) yield await connection.query('select 1 as n')
    },
  ],
  [
    'a query in the middle',
    async function* (connection) {
      for (let n = 0; n < 1_000; n++) yield { n }
      await new Promise((resolve) => void setImmediate(resolve))
      await connection.execute('select 1')
    },
  ],
  ['a stream', (connection) => flattened(connection.stream<{ n: number }>(NUMBERS))],
  ['a cursor', (connection) => connection.cursor<{ n: number }>(NUMBERS)],
  ['a COPY', (connection) => connection.copyTo({ query: NUMBERS })],
  [
    'another COPY from such a source',
    (connection) =>
      later(() =>
        connection.copyFrom(
          't',
          later(async () => {}),
        ),
      ),
  ],
  ['a transaction', (connection) => later(() => connection.transaction(async () => {}))],
])('%s is refused, and the connection serves', async (_what, sourceOf) => {
  await using connection = await connected()
  const copying = connection.copyFrom('t', sourceOf(connection))
  await expect(copying).rejects.toMatchObject(refused)
  await serves(connection)
})

async function* later(action: () => Promise<unknown>): AsyncGenerator<{ n: number }> {
  yield { n: 1 }
  await action()
}

test('a stream that has begun before is refused, and can be read to its end', async () => {
  await using connection = await connected()
  const stream = connection.stream<{ n: number }>(NUMBERS)
  await stream.next()
  await expect(connection.copyFrom('t', flattened(stream))).rejects.toMatchObject({ ...refused, outcome: 'not-sent' })
  let rows = 0
  for await (const batch of stream) rows += batch.length
  expect(rows).toBe(9_900)
  await serves(connection)
})

test('a COPY that has begun before is refused', async () => {
  await using connection = await connected()
  const copy = connection.copyTo({ query: 'select generate_series(1, 100000)' })
  await copy.next()
  await expect(connection.copyFrom('t', copy)).rejects.toMatchObject(refused)
  await copy.return()
  await serves(connection)
})

test('a transaction refuses what its own source asks of it, and fails', async () => {
  await using connection = await connected()
  const running = connection.transaction(async (transaction) => {
    await transaction.copyFrom('t', flattened(transaction.stream<{ n: number }>(NUMBERS)))
  })
  await expect(running).rejects.toMatchObject(refused)
  await serves(connection)
})

test('rows of another connection are copied, and so are those of the same one that are there already', async () => {
  await using connection = await connected()
  await using other = await connect(sharedServer().url)
  await connection.copyFrom('t', flattened(other.stream<{ n: number }>(NUMBERS)))
  await connection.copyFrom('t', await connection.fetch<{ n: number }>(NUMBERS))
  await connection.copyFrom('t', other.copyTo({ query: NUMBERS }))
  await serves(connection, 30_000)
})

test('what is asked before and behind is answered, once the source has ended', async () => {
  await using connection = await connected()
  const before = connection.query('select pg_sleep(0.05), 1 as n')
  await connection.copyFrom(
    't',
    later(async () => {}),
  )
  await expect(before).resolves.toMatchObject({ rows: [{ n: 1 }] })
  await serves(connection, 1)
})

test('a pool gives the source another connection', async () => {
  await using pool = createPool({ connection: sharedServer().url, max: 2 })
  await pool.query('drop table if exists copied_beside')
  await pool.query('create table copied_beside (n int4)')
  await expect(pool.copyFrom('copied_beside', pool.cursor<{ n: number }>(NUMBERS))).resolves.toEqual({
    rowCount: 10_000,
  })
  await pool.query('drop table copied_beside')
})
