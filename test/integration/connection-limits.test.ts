/** The sizes at which drivers break: every one of them has a test on both sides of it. */
import { connect, createPool } from 'kysely-pgwire'
import { describe, expect, test } from 'vitest'

import { faultProxy } from '../support/fault-proxy.ts'
import { sharedServer } from '../support/shared-server.ts'

const server = sharedServer()

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error as Error,
  )

const usable = { rows: [{ one: 1 }] }

describe('parameters', () => {
  const sum = (count: number) =>
    `select ${Array.from({ length: count }, (_, index) => `$${index + 1}::int`).join('::bigint + ')}::bigint as total`
  const inList = (count: number) =>
    `select count(*)::int as count from generate_series(1, 70000) i where i in (${Array.from({ length: count }, (_, index) => `$${index + 1}`).join()})`

  test.each([32_767, 32_768, 65_535])('%i work', { timeout: 60_000 }, async (count) => {
    await using connection = await connect(server.url)
    const parameters = Array.from({ length: count }, (_, index) => index + 1)
    expect((await connection.query(inList(count), parameters)).rows).toEqual([{ count }])
  })

  test('65536 are refused before anything is sent', async () => {
    await using proxy = await faultProxy(server)
    await using connection = await connect(proxy.through(server.url))
    const before = proxy.bytesToServer
    const error = await failure(connection.query(sum(65_536), new Array<number>(65_536).fill(1)))
    expect(error).toMatchObject({ name: 'UsageError', code: 'PGWIRE_USAGE', outcome: 'not-sent' })
    expect(error.message).toContain('65535')
    expect(proxy.bytesToServer).toBe(before)
    expect(await connection.query('select 1 as one')).toMatchObject(usable)
  })

  test.each([
    ['fewer', 'select $1::int + $2::int as n', [1]],
    ['more', 'select $1::int as n', [1, 2]],
    ['none', 'select $1::int as n', []],
  ])('%s than the statement takes are refused', async (_what, sql, parameters) => {
    await using connection = await connect(server.url)
    for (const state of ['cold', 'warm']) {
      expect(await failure(connection.query(sql, parameters)), state).toMatchObject({
        name: 'UsageError',
        outcome: 'not-sent',
      })
    }
    expect(await connection.query('select 1 as one')).toMatchObject(usable)
  })

  test('65535, while the server floods us with messages, do not deadlock', { timeout: 60_000 }, async () => {
    await using connection = await connect({ ...loginOf(server), serverSettings: { client_min_messages: 'debug5' } })
    const parameters = Array.from({ length: 65_535 }, (_, index) => index + 1)
    expect((await connection.query(inList(65_535), parameters)).rows).toEqual([{ count: 65_535 }])
  })

  test('ten thousand queries of 10 kB each in one tick do not deadlock', { timeout: 60_000 }, async () => {
    await using connection = await connect(server.url)
    const text = 'x'.repeat(10_000)
    const queries = Array.from({ length: 10_000 }, (_, n) =>
      connection.query('select $1::int as n, $2::text as text', [n, text]),
    )
    const results = await Promise.all(queries)
    for (const [n, { rows }] of results.entries()) {
      const [row] = rows
      if (row?.['n'] !== n || row['text'] !== text) throw new Error(`Query ${n} got another's answer`)
    }
  })
})

describe('a value that cannot be sent is named by parameter and type, and nothing of the query is sent:', () => {
  test.each<[string, string, unknown, string]>([
    ['1.9 for an integer', 'int4', 1.9, 'not an integer'],
    ['2^31 for int4', 'int4', 2 ** 31, ''],
    ['2^15 for int2', 'int2', 2 ** 15, ''],
    ['2^53 + 2 for int8', 'int8', 2 ** 53 + 2, ''],
    ['NaN for an integer', 'int4', Number.NaN, ''],
    ['Infinity for an integer', 'int4', Number.POSITIVE_INFINITY, ''],
    ['a NUL in text', 'text', 'secret\0secret', 'NUL'],
    ['a NUL in long text', 'text', `${'secret'.repeat(20)}\0`, 'NUL'],
    ['a lone surrogate in text', 'text', 'secret\ud800', 'lone surrogate'],
    ['a lone surrogate in long text', 'text', `${'secret'.repeat(20)}\udfff`, 'lone surrogate'],
    ['a NUL in an array', 'text[]', ['secret\0'], 'NUL'],
    ['undefined', 'text', undefined, 'undefined'],
    ['a symbol', 'text', Symbol('secret'), ''],
    [
      'a toJSON that throws',
      'jsonb',
      {
        toJSON: () => {
          throw new Error('secret')
        },
      },
      'threw',
    ],
  ])('%s', async (_what, type, value, reason) => {
    await using proxy = await faultProxy(server)
    await using connection = await connect(proxy.through(server.url))
    const sql = `select $1::int as n, $2::${type} as value`
    await connection.query(sql, [1, null])
    const before = proxy.bytesToServer
    const error = await failure(connection.query(sql, [1, value]))
    expect(error).toMatchObject({ name: 'CodecError', code: 'PGWIRE_ENCODE', parameter: 2, outcome: 'not-sent' })
    expect(error.message).toMatch(/^Cannot encode parameter \$2 as \w+: /)
    expect(error.message).toContain(reason)
    expect(error.message).not.toContain('secret')
    expect(proxy.bytesToServer).toBe(before)
    expect(await connection.query('select 1 as one')).toMatchObject(usable)
  })

  test.each([
    ['a NUL', 'select 1 -- \0'],
    ['a lone surrogate', "select '\ud800'"],
    ['a lone surrogate in long text', `select '${'x'.repeat(100)}\udc00'`],
    ['no string', 5 as unknown as string],
  ])('SQL with %s', async (_what, sql) => {
    await using proxy = await faultProxy(server)
    await using connection = await connect(proxy.through(server.url))
    const before = proxy.bytesToServer
    const stream = async () => {
      for await (const batch of connection.stream(sql)) expect.unreachable(`it gave ${batch.length} rows`)
    }
    for (const attempt of [() => connection.query(sql), () => connection.execute(sql), stream]) {
      expect(await failure(attempt())).toMatchObject({ name: 'UsageError', code: 'PGWIRE_USAGE', outcome: 'not-sent' })
    }
    expect(proxy.bytesToServer).toBe(before)
    expect(await connection.query('select 1 as one')).toMatchObject(usable)
  })

  test('in the middle of a pipeline: its neighbours are not touched', async () => {
    await using connection = await connect(server.url)
    const ask = (value: number) => connection.query('select $1::int as n', [value])
    await ask(0)
    const settled = await Promise.allSettled([ask(1), ask(1.9), ask(3)])
    expect(settled).toMatchObject([
      { value: { rows: [{ n: 1 }] } },
      { reason: { code: 'PGWIRE_ENCODE', type: 'int4' } },
      { value: { rows: [{ n: 3 }] } },
    ])
  })
})

describe('results', () => {
  test('a row of 100 MB arrives, and small ones after it', { timeout: 60_000 }, async () => {
    await using connection = await connect(server.url)
    const { rows } = await connection.query<{ text: string }>(`select repeat('0123456789', 10000000) as text`)
    expect(rows[0]?.text.length).toBe(100_000_000)
    expect(rows[0]?.text.endsWith('89')).toBe(true)
    expect(await connection.query('select 1 as one')).toMatchObject(usable)
  })

  test('1600 columns', async () => {
    await using connection = await connect(server.url)
    const columns = Array.from({ length: 1_600 }, (_, index) => `${index} as c${index}`)
    const { rows } = await connection.query(`select ${columns.join()}`)
    expect(Object.keys(rows[0] ?? {}).length).toBe(1_600)
    expect(rows[0]).toMatchObject({ c0: 0, c1599: 1599 })
  })

  test('a message above the limit for messages ends the connection with an error that says so', async () => {
    const connection = await connect(`${server.url}?max_message_bytes=100000`)
    expect(await failure(connection.query(`select repeat('x', 200000)`))).toMatchObject({
      name: 'ProtocolError',
      outcome: 'unknown',
    })
    expect(connection.closed).toBe(true)
  })

  test('no row, no column, empty query', async () => {
    await using connection = await connect(server.url)
    expect(await connection.query('select 1 where false')).toMatchObject({ rows: [], rowCount: 0, command: 'SELECT' })
    expect(await connection.query('select')).toMatchObject({ rows: [{}], rowCount: 1, columns: [] })
    expect(await connection.query('')).toMatchObject({ rows: [], rowCount: null, command: '' })
    expect(await connection.execute('')).toEqual([])
  })
})

describe('the server says something else than success', () => {
  test('a deferred constraint rejects the INSERT although the command was complete', async () => {
    await using database = await server.createDatabase()
    await using connection = await connect(database.url)
    await connection.execute(
      'create table t (id int primary key deferrable initially deferred); insert into t values (1)',
    )
    expect(await failure(connection.query('insert into t values (1)'))).toMatchObject({
      name: 'UniqueViolationError',
      code: '23505',
      outcome: 'rolled-back',
    })
    expect((await connection.query('select count(*)::int as count from t')).rows).toEqual([{ count: 1 }])
  })

  test('notices in the middle of a result are no part of it', async () => {
    await using connection = await connect(server.url)
    await connection.execute(`create function pg_temp.noisy(i int) returns int language plpgsql as
      $$ begin raise notice 'number %', i; return i; end $$`)
    const { rows } = await connection.query('select pg_temp.noisy(i) as i from generate_series(1, 500) i')
    expect(rows.map((row) => row['i'])).toEqual(Array.from({ length: 500 }, (_, index) => index + 1))
  })

  test('an error behind some rows gives none of them', async () => {
    await using connection = await connect(server.url)
    const query = connection.query('select 10 / (5 - i) as n from generate_series(1, 10) i')
    expect(await failure(query)).toMatchObject({ code: '22012' })
    expect(await connection.query('select 1 as one')).toMatchObject(usable)
  })

  test('COPY as a query is refused in both directions, and the connection stays usable', async () => {
    await using connection = await connect(server.url)
    await connection.execute('create temporary table t as select 1 as n')
    for (const copy of ['copy t to stdout', 'copy t from stdin', 'copy (select 1) to stdout (format binary)']) {
      const stream = async () => {
        for await (const batch of connection.stream(copy)) expect.unreachable(`it gave ${batch.length} rows`)
      }
      for (const attempt of [() => connection.query(copy), () => connection.execute(copy), stream]) {
        expect(await failure(attempt()), copy).toMatchObject({ name: 'UsageError' })
        expect(await connection.query('select 1 as one'), copy).toMatchObject(usable)
      }
    }
    expect((await connection.query('select count(*)::int as count from t')).rows).toEqual([{ count: 1 }])
  })

  test('COPY FROM STDIN with others behind it settles all of them, and a pool goes on', async () => {
    await using pool = createPool({ connection: server.url, max: 1 })
    {
      await using lease = await pool.acquire()
      const { connection } = lease
      await connection.execute('create temporary table t as select 1 as n')
      await connection.query('select 1 as one')
      const settled = await Promise.allSettled([
        connection.query('copy t from stdin'),
        connection.query('select 1 as one'),
        connection.query('select 1 as one'),
      ])
      expect(settled[0]).toMatchObject({ status: 'rejected', reason: { name: 'UsageError' } })
    }
    expect(await pool.query('select 1 as one')).toMatchObject(usable)
  })

  test('statements that refuse a transaction block work: nothing is wrapped', async () => {
    await using database = await server.createDatabase()
    await using connection = await connect(database.url)
    await connection.query('create table t (id int)')
    await connection.query('create index concurrently on t (id)')
    await connection.query('vacuum t')
  })
})

test.each(['whole', 'one byte at a time'])('results are the same over a network of pieces (%s)', async (what) => {
  await using proxy = await faultProxy(
    server,
    what === 'whole' ? {} : { toClient: { pieceBytes: 1 }, toServer: { pieceBytes: 1 } },
  )
  await using connection = await connect(proxy.through(server.url))
  const { rows } = await connection.query(
    'select i, i::text as text, array[i] as list from generate_series(1, $1::int) i',
    [20],
  )
  expect(rows).toEqual(Array.from({ length: 20 }, (_, n) => ({ i: n + 1, text: String(n + 1), list: [n + 1] })))
})

function loginOf({ host, port, user, password, database }: typeof server) {
  return { host, port, user, password, database }
}
