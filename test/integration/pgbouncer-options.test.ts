/** What PgBouncer does not take, who says so, and the options with which it works. */
import { connect, type Connection, createPool, PostgresError, type Transaction } from 'kysely-pgwire'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { type PgBouncer, pgBouncerVersion, startPgBouncer } from '../support/pgbouncer.ts'
import { sharedServer } from '../support/shared-server.ts'
import type { TestDatabase } from '../support/test-server.ts'

const version = await pgBouncerVersion()
const knowsStatements = version !== null && (version[0] > 1 || version[1] >= 21)
const installed = version !== null

const about = (what: string): string => (installed ? what : `${what}: PgBouncer is not installed`)

const server = sharedServer()
let database: TestDatabase
beforeAll(async () => {
  database = await server.createDatabase()
})
afterAll(() => database.drop())

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error,
  )

describe.skipIf(!installed)(about('a login'), () => {
  let bouncer: PgBouncer
  const url = () => bouncer.through(database.url)
  beforeAll(async () => {
    bouncer = await startPgBouncer(server, { poolMode: 'transaction' })
  })
  afterAll(() => bouncer?.stop())

  test.each([
    {},
    { applicationName: 'app' },
    { serverSettings: { TimeZone: 'Asia/Kathmandu', DateStyle: 'ISO, DMY' } },
    { targetSessionAttrs: 'read-write' },
  ] as const)('is let in with %j, whatever PgBouncer is set to', async (options) => {
    await using connection = await connect({ connectionString: url(), ...options })
    expect(await connection.fetchValue(`select 'x' || $1`, ['y'])).toBe('xy')
  })

  test.each([
    [{ statementTimeoutMs: 1_000 }, 'statement_timeout'],
    [{ searchPath: 'public' }, 'search_path'],
    [{ serverSettings: { work_mem: '8MB' } }, 'work_mem'],
  ])('with %j is refused, and the error says what to do', async (options, setting) => {
    const error = await failure(connect({ connectionString: url(), ...options }))
    expect(error).toBeInstanceOf(PostgresError)
    expect(error).toMatchObject({
      code: '08P01',
      message: expect.stringContaining(setting),
      hint: expect.stringMatching(/ALTER ROLE.*ignore_startup_parameters/),
      outcome: 'not-sent',
    })
  })

  test.skipIf(knowsStatements)(
    'with protocol 3.2 is refused by older ones, and the error says what to do',
    async () => {
      const error = await failure(connect({ connectionString: url(), maxProtocolVersion: '3.2' }))
      expect(error).toMatchObject({ code: '08P01', hint: expect.stringContaining('maxProtocolVersion') })
    },
  )

  test.skipIf(!knowsStatements)('with protocol 3.2 is let in by newer ones', async () => {
    await using connection = await connect({ connectionString: url(), maxProtocolVersion: '3.2' })
    expect(await connection.fetchValue('select 1')).toBe(1)
  })

  test('with a setting that PgBouncer is told to ignore is let in', async () => {
    const settings = { ignore_startup_parameters: 'search_path,statement_timeout' }
    await using lenient = await startPgBouncer(server, { poolMode: 'transaction', settings })
    const options = { searchPath: 'nowhere', statementTimeoutMs: 1_000 }
    await using connection = await connect({ connectionString: lenient.through(database.url), ...options })
    expect(await connection.fetchValue('select 1')).toBe(1)
  })
})

describe.skipIf(!installed)(about('prepared statements in transaction mode'), () => {
  let bouncer: PgBouncer
  beforeAll(async () => {
    const settings = { server_round_robin: 1, ...(knowsStatements ? { max_prepared_statements: 5 } : {}) }
    bouncer = await startPgBouncer(server, { poolMode: 'transaction', settings })
    // While one has its connection of the server, another is opened.
    await using pool = createPool({ connection: bouncer.through(database.url), max: 2, pipelining: 'off' })
    await pool.transaction(async (tx) => {
      await tx.query('select 1', [], { prepare: false })
      await pool.query('select 1', [], { prepare: false })
    })
  })
  afterAll(() => bouncer?.stop())

  /** 20 statements, each of them several times, one behind the other; what was answered, and the errors. */
  async function run(options: { readonly statementCacheSize?: number }): Promise<PromiseSettledResult<unknown>[]> {
    const connectionString = bouncer.through(database.url)
    await using pool = createPool({ connection: { connectionString, ...options }, max: 1, pipelining: 'off' })
    const calls = Array.from({ length: 120 }, (_, n) => pool.fetchValue(`select ${n % 20}`))
    return await Promise.allSettled(calls)
  }
  const expected = Array.from({ length: 120 }, (_, n) => ({ status: 'fulfilled', value: n % 20 }))

  test('are not needed with a statementCacheSize of 0', async () => {
    expect(await run({ statementCacheSize: 0 })).toEqual(expected)
  })

  test('are not needed by a call with prepare: false, nor by what is looked up for it', async () => {
    const names = [0, 1, 2, 3, 4].map((n) => `unprepared_${n}`)
    const types = names.map((name) => `create type ${name} as enum ('sad', 'ok')`)
    await server.query(types.join(';'), [], database.name)
    await using client = await connect(bouncer.through(database.url))
    const sql = (name: string): string => `select array['ok'::${name}]`
    const prepare = false
    const [query, batch, cursor, many, unknownRecord] = names.map(sql) as [string, string, string, string, string]
    expect(await client.fetchValue(query, [], { prepare })).toEqual(['ok'])
    expect((await client.batch([{ sql: batch }], { prepare, rowMode: 'array' }))[0]?.rows).toEqual([[['ok']]])
    expect((await client.cursor(cursor, [], { prepare }).next()).value).toEqual({ array: ['ok'] })
    expect((await client.executeMany(many, [[]], { prepare, returning: true })).rows).toEqual([{ array: ['ok'] }])
    const row = unknownRecord.replace('select ', 'select row(') + ') as r'
    expect(await client.fetchValue(row, [], { prepare })).toEqual([['ok']])
    expect(await client.fetchValue(query, [], { prepare })).toEqual(['ok'])
    // Several times, for each of the server's connections to be asked.
    for (let round = 0; round < 4; round++) {
      const lookUps = `select name from pg_prepared_statements where statement like '%pg_catalog.pg_enum%'`
      expect(await client.fetch(lookUps, [], { prepare })).toEqual([])
    }
  })

  test.skipIf(!knowsStatements)('work from 1.21 on, also when it keeps fewer than a connection', async () => {
    expect(await run({})).toEqual(expected)
  })

  describe.skipIf(!knowsStatements)('from 1.21 on', () => {
    const sql = 'select * from grown'
    const grow = async (column: string): Promise<void> => {
      await server.query(`alter table grown add ${column} int4`, [], database.name)
    }
    beforeEach(async () => {
      await server.query('drop table if exists grown', [], database.name)
      await server.query('create table grown (a int4)', [], database.name)
      await server.query('insert into grown values (1)', [], database.name)
    })

    async function streamed(client: Connection): Promise<unknown[]> {
      const all: unknown[] = []
      for await (const rows of client.stream(sql)) all.push(...rows)
      return all
    }

    /** Each verb, with more calls than there are connections of the server. */
    const verbs: readonly (readonly [string, (client: Connection) => Promise<unknown>])[] = [
      ['fetch', (client) => client.fetch(sql)],
      ['fetch of a prepared statement', async (client) => (await client.prepare(sql)).fetch()],
      ['batch', async (client) => (await client.batch([{ sql: 'select 1' }, { sql }]))[1]?.rows],
      ['executeMany', async (client) => (await client.executeMany(sql, [[]], { returning: true })).rows],
      ['stream', streamed],
      ['cursor', async (client) => client.cursor(sql).fetch(10)],
    ]

    test.each(verbs)('%s goes on when the columns have changed, whatever plans PgBouncer keeps', async (_, verb) => {
      await using client = await connect(bouncer.through(database.url))
      for (let call = 0; call < 4; call++) expect(await verb(client)).toEqual([{ a: 1 }])
      await grow('b')
      for (let call = 0; call < 4; call++) expect(await verb(client)).toEqual([{ a: 1, b: null }])
      await grow('c')
      for (let call = 0; call < 4; call++) expect(await verb(client)).toEqual([{ a: 1, b: null, c: null }])
    })

    test.each(verbs)('%s of who comes later goes on as well', async (_, verb) => {
      await using client = await connect(bouncer.through(database.url))
      for (let call = 0; call < 4; call++) expect(await verb(client)).toEqual([{ a: 1 }])
      await grow('b')
      await using later = await connect(bouncer.through(database.url))
      for (let call = 0; call < 4; call++) expect(await verb(later)).toEqual([{ a: 1, b: null }])
    })

    test('a batch goes on when several of its statements have other columns', async () => {
      await using client = await connect(bouncer.through(database.url))
      const queries = [{ sql }, { sql: `${sql} where a = $1`, parameters: [1] }, { sql: `${sql} limit 1` }]
      const rows = async () => (await client.batch(queries)).map((result) => result.rows)
      for (let call = 0; call < 4; call++) expect(await rows()).toEqual(queries.map(() => [{ a: 1 }]))
      await grow('b')
      for (let call = 0; call < 8; call++) expect(await rows()).toEqual(queries.map(() => [{ a: 1, b: null }]))
    })

    test.each([1, 2, 3])(
      '%i of them that only some connections of the server have prepared are no worse',
      async (size) => {
        await using client = await connect(bouncer.through(database.url))
        await using holder = await connect(bouncer.through(database.url))
        const queries = Array.from({ length: size }, (_, n) => ({ sql: `${sql} limit ${n + 1}` }))
        const rows = async () => (await client.batch(queries)).map((result) => result.rows)
        await holder.transaction(async (tx) => {
          await tx.query('select 1')
          for (let call = 0; call < 2; call++) expect(await rows()).toEqual(queries.map(() => [{ a: 1 }]))
        })
        await grow('b')
        for (let call = 0; call < 4; call++) expect(await rows()).toEqual(queries.map(() => [{ a: 1, b: null }]))
      },
    )

    /** Runs `calls` while the connection of the server that has prepared everything is taken: PgBouncer prepares it on another one. */
    async function elsewhere(first: (client: Connection) => Promise<void>, change: string, then: typeof first) {
      const settings = { max_prepared_statements: 5 }
      await using own = await startPgBouncer(server, { poolMode: 'transaction', settings })
      await using client = await connect(own.through(database.url))
      await first(client)
      await server.query(change, [], database.name)
      await using holder = await connect(own.through(database.url))
      await holder.transaction(async (tx) => {
        await tx.query('select 1')
        await then(client)
      })
    }

    /** What the same bytes could be read as, and what they could not. */
    const changes: readonly (readonly [change: string, row: Record<string, unknown>])[] = [
      ['alter a type int8', { a: '1' }],
      ['alter a type float4', { a: 1 }],
      ['alter a type text', { a: '1' }],
      ['add b int4', { a: 1, b: null }],
      ['rename a to b', { b: 1 }],
    ]

    test.each(verbs.flatMap(([name, verb]) => changes.map(([change, row]) => ({ name, verb, change, row }))))(
      '$name reads what the statement gives where it was prepared anew: $change',
      async ({ verb, change, row }) => {
        const read = (expected: unknown) => async (client: Connection) => {
          for (let call = 0; call < 3; call++) expect(await verb(client)).toEqual([expected])
        }
        await elsewhere(read({ a: 1 }), `alter table grown ${change}`, read(row))
      },
    )

    test.each(['int8', 'float4', 'text'])('a parameter is written as it was described, into %s too', async (type) => {
      const insert = async (client: Connection): Promise<void> => {
        await client.query('insert into grown values ($1)', [7])
        await client.executeMany('insert into grown values ($1)', [[7], [7]])
      }
      await elsewhere(insert, `alter table grown alter a type ${type}`, insert)
      const rows = await server.query('select a::text as a from grown', [], database.name)
      expect(rows.map(({ a }) => a)).toEqual(['1', '7', '7', '7', '7', '7', '7'])
    })

    test('a transaction of who comes later has an error once', async () => {
      await using client = await connect(bouncer.through(database.url))
      for (let call = 0; call < 4; call++) await client.fetch(sql)
      await grow('b')
      await using later = await connect(bouncer.through(database.url))
      const run = () => later.transaction((tx) => tx.fetch(sql))
      expect(await failure(run())).toMatchObject({ code: '0A000', outcome: 'rolled-back' })
      for (let call = 0; call < 4; call++) expect(await run()).toEqual([{ a: 1, b: null }])
    })

    test('a transaction has an error once, and what other processes have prepared does not matter', async () => {
      await using client = await connect(bouncer.through(database.url))
      await using other = await connect(bouncer.through(database.url))
      const run = () => client.transaction((tx) => tx.fetch(sql))
      for (let call = 0; call < 4; call++) expect(await run()).toEqual(await other.fetch(sql))
      await grow('b')
      expect(await failure(run())).toMatchObject({ code: '0A000', outcome: 'rolled-back' })
      for (let call = 0; call < 4; call++) expect(await run()).toEqual([{ a: 1, b: null }])
      expect(await other.fetch(sql)).toEqual([{ a: 1, b: null }])
    })

    test.each(['discard all', 'deallocate all'])('%s does not end the connection', async (command) => {
      await using client = await connect(bouncer.through(database.url))
      for (const verb of ['query', 'execute'] as const) {
        for (let call = 0; call < 4; call++) expect(await client.fetch(sql)).toEqual([{ a: 1 }])
        await client[verb](command)
        for (let call = 0; call < 4; call++) expect(await client.fetch(sql)).toEqual([{ a: 1 }])
      }
    })
  })

  describe.skipIf(knowsStatements)('by older ones', () => {
    test('are lost, which costs another attempt outside a transaction', async () => {
      expect(await run({})).toEqual(expected)
    })

    test('are lost for a stream and in a batch, too', async () => {
      await using client = await connect(bouncer.through(database.url))
      for (let n = 0; n < 6; n++) {
        for await (const rows of client.stream('select 1 as streamed')) expect(rows).toEqual([{ streamed: 1 }])
        const results = await client.batch([{ sql: 'select 1 as batched' }, { sql: 'select 2 as batched' }])
        expect(results.map(({ rows }) => rows)).toEqual([[{ batched: 1 }], [{ batched: 2 }]])
      }
    })

    test.each<[string, (tx: Transaction) => Promise<unknown>]>([
      ['a query', (tx) => tx.query('select 3')],
      ['a batch', (tx) => tx.batch([{ sql: 'select 3' }])],
      ['a stream', (tx) => tx.stream('select 3').next()],
    ])('are missed by %s in a transaction: the error says which option helps', async (_, ask) => {
      await using client = await connect(bouncer.through(database.url))
      // The connections of the server take turns: one of two in a row does not have it.
      const failures: unknown[] = []
      for (let n = 0; n < 4; n++) {
        await client.query('select 3')
        await client.transaction(ask).catch((error: unknown) => failures.push(error))
      }
      expect(failures.length).toBeGreaterThan(0)
      for (const error of failures) {
        expect(error).toMatchObject({
          code: '26000',
          outcome: 'rolled-back',
          hint: expect.stringContaining('statementCacheSize: 0'),
        })
      }
    })
  })
})

describe.skipIf(!installed)(about('what PgBouncer ends'), () => {
  test('a transaction in statement mode is an error, and the pool goes on', async () => {
    await using bouncer = await startPgBouncer(server, { poolMode: 'statement' })
    const connectionString = bouncer.through(database.url)
    await using pool = createPool({ connection: { connectionString, statementCacheSize: 0 }, max: 1 })
    expect(await pool.fetchValue('select 1')).toBe(1)
    expect(await failure(pool.transaction((tx) => tx.query('select 2')))).toMatchObject({ code: '08P01' })
    expect(await pool.fetchValue('select 3')).toBe(3)
  })

  test('a statement that waits too long for a connection of the server has no effect', async () => {
    const settings = { query_wait_timeout: 3 }
    await using bouncer = await startPgBouncer(server, { poolMode: 'transaction', poolSize: 1, settings })
    const connectionString = bouncer.through(database.url)
    await using pool = createPool({
      connection: { connectionString, statementCacheSize: 0 },
      max: 2,
      pipelining: 'off',
    })
    await pool.transaction(async (tx) => {
      await tx.query('select 1')
      expect(await failure(pool.query('select 2'))).toMatchObject({
        message: 'query_wait_timeout',
        outcome: 'rolled-back',
      })
      expect(await tx.fetchValue('select 3')).toBe(3)
    })
    expect(await pool.fetchValue('select 4')).toBe(4)
  })
})
