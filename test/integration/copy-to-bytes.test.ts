/** COPY TO to bytes: formats and their options, tables and queries, and the streams of Node and of the web. */
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'

import { connect, type Connection, type CopyStream, createPool, PostgresError, UsageError } from 'kysely-pgwire'
import { describe, expect, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'

async function connected(script = ''): Promise<Connection> {
  const connection = await connect(sharedServer().url)
  await connection.execute(script)
  return connection
}

function textOf(stream: CopyStream<Uint8Array>): Promise<string> {
  return text(Readable.from(stream))
}

const PAIRS = `create temp table t (a int, "b ""c'" text);
  insert into t values (1, 'one'), (2, null), (3, E'a\\tb\\\\,"c"\\n')`

/** Resolves when the server runs the statement. */
async function running(connection: Connection): Promise<void> {
  const sql = `select from pg_stat_activity where pid = $1 and state = 'active' and query like 'copy %'`
  while ((await sharedServer().query(sql, [connection.processId])).length === 0);
}

describe('the bytes', () => {
  test('of a table are those of COPY, in all its formats', async () => {
    await using connection = await connected(PAIRS)
    await expect(textOf(connection.copyTo('t'))).resolves.toBe('1\tone\n2\t\\N\n3\ta\\tb\\\\,"c"\\n\n')
    await expect(textOf(connection.copyTo('t', { format: 'csv' }))).resolves.toBe('1,one\n2,\n3,"a\tb\\,""c""\n"\n')
    const binary = await buffer(Readable.from(connection.copyTo('t', { format: 'binary' })))
    expect(binary.subarray(0, 11).toString('latin1')).toBe('PGCOPY\n\xff\r\n\0')
    expect(binary.readInt16BE(binary.length - 2)).toBe(-1)
  })

  test('of some columns come in the order in which they were named', async () => {
    await using connection = await connected(PAIRS)
    await expect(textOf(connection.copyTo('t', { columns: [`b "c'`, 'a'] }))).resolves.toMatch(/^one\t1\n\\N\t2\n/)
  })

  test('of a query come with its parameters', async () => {
    await using connection = await connected(PAIRS)
    const query = 'select a * $1 from t where a > $2 order by 1 desc -- and that is all'
    await expect(textOf(connection.copyTo({ query, parameters: [-10, 1] }))).resolves.toBe('-20\n-30\n')
  })

  test('of a query that writes are what it returns', async () => {
    await using connection = await connected(PAIRS)
    const stream = connection.copyTo({ query: 'delete from t where a < 3 returning a' })
    await expect(textOf(stream)).resolves.toBe('1\n2\n')
    expect(stream.rowCount).toBe(2)
    await expect(textOf(connection.copyTo('t', { columns: ['a'] }))).resolves.toBe('3\n')
  })

  test('of nothing are none', async () => {
    await using connection = await connected('create temp table t (a int)')
    const stream = connection.copyTo('t')
    await expect(textOf(stream)).resolves.toBe('')
    expect(stream.rowCount).toBe(0)
    await expect(textOf(connection.copyTo('t', { format: 'csv', header: true }))).resolves.toBe('a\n')
    await expect(textOf(connection.copyTo({ query: 'select' }))).resolves.toBe('\n')
  })

  test('name any table, in any schema', async () => {
    await using connection = await connected()
    const schema = `copy "to" 'x'; --`
    const quoted = `"${schema.replaceAll('"', '""')}"`
    await connection.execute(
      `create schema if not exists ${quoted}; drop table if exists ${quoted}."t.""é"; create table ${quoted}."t.""é" as select 7`,
    )
    await expect(textOf(connection.copyTo({ schema, table: 't."é' }))).resolves.toBe('7\n')
    await expect(textOf(connection.copyTo({ schema: undefined, table: 't."é' }))).rejects.toMatchObject({
      code: '42P01',
    })
    await connection.execute(`drop schema ${quoted} cascade`)
  })
})

describe('options', () => {
  test.each([
    [{ format: 'text', delimiter: '|', null: 'NIL' }, '1|one\n2|NIL\n'],
    [{ format: 'text', null: `'\\` }, `1\tone\n2\t'\\\n`],
    [{ format: 'csv', delimiter: "'" }, "1'one\n2'\n"],
    [{ format: 'csv', header: true, columns: ['a'] }, 'a\n1\n2\n'],
    [{ format: 'csv', header: false }, '1,one\n2,\n'],
    [{ format: 'csv', forceQuote: '*', null: '-' }, '"1","one"\n"2",-\n'],
    [{ format: 'csv', forceQuote: ['b'], quote: '$', escape: '\\' }, '1,$one$\n2,\n'],
    [{ format: 'csv', encoding: 'latin1', delimiter: undefined }, '1,one\n2,\n'],
  ] as const)('are passed on: %j', async (options, expected) => {
    await using connection = await connected(`create temp table t as values (1, 'one'), (2, null);
      alter table t rename column1 to a; alter table t rename column2 to b`)
    await expect(textOf(connection.copyTo('t', options))).resolves.toBe(expected)
  })

  test('choose another encoding than UTF-8', async () => {
    await using connection = await connected()
    const bytes = await buffer(Readable.from(connection.copyTo({ query: `select 'é'` }, { encoding: 'latin1' })))
    expect(bytes).toEqual(Buffer.from('é\n', 'latin1'))
    const euro = connection.copyTo({ query: `select '€'` }, { encoding: 'latin1' })
    await expect(textOf(euro)).rejects.toMatchObject({ code: '22P05' })
  })

  test.each<[string, object]>([
    ['The format of a COPY TO is text, csv, binary or rows', { format: 'json' }],
    ['The option quote is not for the format text', { quote: '"' }],
    ['The option forceQuote is not for the format binary', { format: 'binary', forceQuote: '*' }],
    ['The option header is not for the format binary', { format: 'binary', header: true }],
    ['The option delimiter is not for the format rows', { format: 'rows', delimiter: ',' }],
    ['The option delimiter must be one character of ASCII', { format: 'csv', delimiter: '::' }],
    ['The option delimiter must be one character of ASCII', { format: 'csv', delimiter: 'é' }],
    ['The option escape must be one character of ASCII', { format: 'csv', escape: '' }],
    ['The option null must be a string', { null: null }],
    ['The option header must be a boolean', { format: 'csv', header: 'match' }],
    [`The option forceQuote must be '*' or a list of at least one name`, { format: 'csv', forceQuote: [] }],
    ['The option columns must be a list of at least one name', { columns: [] }],
    ['The option columns must be a list of at least one name', { columns: 'a' }],
    ['The option rowMode must be object or array', { format: 'rows', rowMode: 'tuple' }],
    ['COPY TO has no option "rowMode"', { rowMode: 'array' }],
    ['COPY TO has no option "freeze"', { freeze: true }],
    ['COPY TO has no option "__proto__"', JSON.parse('{"__proto__": 1}') as object],
  ])('that make no sense are refused at once: %s', async (message, options) => {
    await using connection = await connected(PAIRS)
    expect(() => connection.copyTo('t', options as never)).toThrow(UsageError)
    expect(() => connection.copyTo('t', options as never)).toThrow(message)
    await using pool = createPool({ connection: sharedServer().url, max: 1 })
    await expect(pool.copyTo('t', options as never).next()).rejects.toThrow(message)
    await expect(pool.query('select 1')).resolves.toMatchObject({ rowCount: 1 })
  })

  test('that only the server can judge are refused by it', async () => {
    await using connection = await connected(PAIRS)
    await expect(textOf(connection.copyTo('t', { delimiter: 'a' }))).rejects.toThrow(PostgresError)
    await expect(textOf(connection.copyTo('t', { encoding: `x'` }))).rejects.toMatchObject({ code: '22023' })
    await expect(textOf(connection.copyTo('t', { columns: ['c'] }))).rejects.toMatchObject({ code: '42703' })
    await expect(textOf(connection.copyTo('t'))).resolves.toMatch(/^1/)
  })

  test('that the server is too old for are refused by name', async () => {
    await using connection = await connected('create temp table t (a int)')
    if (connection.serverVersion.major >= 15) {
      await expect(textOf(connection.copyTo('t', { header: true }))).resolves.toBe('a\n')
    } else {
      expect(() => connection.copyTo('t', { header: true })).toThrow('needs PostgreSQL 15, and the server is 14')
    }
  })

  test.each<[string, unknown]>([
    ['COPY needs the name of a table', ''],
    ['COPY needs the name of a table', undefined],
    ['COPY needs the name of a table', null],
    ['COPY needs the name of a table', { schema: 'public' }],
    ['The schema of a table must be a name', { schema: 5, table: 't' }],
    ['The SQL must be a string', { query: undefined }],
    ['The SQL contains a NUL character', { query: 'select 1\0' }],
  ])('and origins that are none: %s', async (message, origin) => {
    await using connection = await connected()
    expect(() => connection.copyTo(origin as never)).toThrow(message)
  })

  test('and names with a NUL character are refused before anything is sent', async () => {
    await using connection = await connected()
    await expect(textOf(connection.copyTo('t\0; drop table x'))).rejects.toThrow(UsageError)
    await expect(connection.query('select 1')).resolves.toMatchObject({ rowCount: 1 })
  })

  test('columns of a query are its own', async () => {
    await using connection = await connected()
    expect(() => connection.copyTo({ query: 'select 1' }, { columns: ['a'] })).toThrow('A query has its own columns')
  })
})

describe('as a stream', () => {
  const MANY = { query: `select i, repeat('x', 100) from generate_series(1, 20000) i` }

  test('of the web it is a body', async () => {
    await using connection = await connected()
    const stream = connection.copyTo(MANY)
    const body = await new Response(stream.readable()).text()
    expect(body.split('\n')).toHaveLength(20_001)
    expect(stream.rowCount).toBe(20_000)
    expect(connection.idle).toBe(true)
  })

  test('of the web it ends the COPY when it is cancelled, with a read under way or not', async () => {
    await using connection = await connected()
    const reader = connection.copyTo({ query: 'select generate_series(1, 1000000000)' }).readable().getReader()
    await reader.read()
    await reader.cancel()
    expect(connection.idle).toBe(true)
    const slow = connection.copyTo({ query: 'select pg_sleep(60)' }).readable().getReader()
    const pending = slow.read()
    await running(connection)
    await slow.cancel()
    await expect(pending).resolves.toEqual({ done: true, value: undefined })
    await expect(connection.query('select 1')).resolves.toMatchObject({ rowCount: 1 })
  })

  test('of the web it asks for nothing before it is read', async () => {
    await using pool = createPool({ connection: sharedServer().url, max: 1 })
    const readable = pool.copyTo(MANY).readable()
    await expect(pool.query('select 1')).resolves.toMatchObject({ rowCount: 1 })
    await readable.cancel()
  })

  test('of the web it fails with the error of the server', async () => {
    await using connection = await connected()
    const reader = connection.copyTo({ query: 'select 1 / 0' }).readable().getReader()
    await expect(reader.read()).rejects.toMatchObject({ code: '22012' })
  })

  test('of Node it can be piped, and ends the COPY when it is destroyed', async () => {
    await using connection = await connected()
    let length = 0
    await pipeline(Readable.from(connection.copyTo(MANY)), async (source: AsyncIterable<Buffer>) => {
      for await (const bytes of source) length += bytes.length
    })
    expect(length).toBe(20_000 * 102 + 108_894 - 20_000)
    const readable = Readable.from(connection.copyTo({ query: 'select generate_series(1, 1000000000)' }))
    for await (const _ of readable) break
    await expect(connection.query('select 1')).resolves.toMatchObject({ rowCount: 1 })
  })

  test('it can be disposed of', async () => {
    await using connection = await connected()
    {
      await using stream = connection.copyTo(MANY)
      await stream.next()
    }
    expect(connection.idle).toBe(true)
  })
})

describe('copied in again, they are the same table:', () => {
  const TABLE = `create temp table a (
      i int, t text, n numeric, d timestamptz, b bytea, ia int[], j jsonb, u uuid, iv interval, m money,
      r int4range, twice int generated always as (i * 2) stored, e float8);
    insert into a (i, t, n, d, b, ia, j, u, iv, m, r, e)
      select g, nullif(E'\\t\\\\,"\\'\\n' || g, E'\\t\\\\,"\\'\\n7'), g / 3.0, 'epoch'::timestamptz + g * interval '1.000001 h',
        decode(lpad(to_hex(g), 4, '0'), 'hex'), array[g, null, -g], jsonb_build_object('k', g, 'n', null),
        gen_random_uuid(), g * interval '1 mon -1 day', g, int4range(g, null), 1.0 / g
      from generate_series(1, 500) g;
    create temp table b (like a including generated)`

  test.each(['text', 'csv', 'binary'] as const)('%s', async (format) => {
    await using connection = await connected(TABLE)
    await using source = await connected()
    await source.execute(TABLE.replace('create temp table b (like a including generated)', ''))
    await connection.execute('truncate b')
    await expect(connection.copyFrom('b', source.copyTo('a', { format }), { format })).resolves.toEqual({
      rowCount: 500,
    })
    const all = "select format('%s', t) as row from T t order by i"
    const { rows: expected } = await source.query(all.replace('T', 'a'))
    const { rows } = await connection.query(all.replace('T', 'b'))
    expect(rows).toEqual(expected)
    expect(rows).toHaveLength(500)
  })
})
