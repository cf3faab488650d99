/** COPY FROM with typed rows: which format they travel in, what they may hold, and how mistakes are told. */
import { CodecError, connect, type Connection, createPool, positionOf } from 'kysely-pgwire'
import { Range } from 'kysely-pgwire/types'
import { describe, expect, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'

async function connected(table: string): Promise<Connection> {
  const connection = await connect(sharedServer().url)
  await connection.execute(table)
  return connection
}

async function collected<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

async function allOf(connection: Connection, columns = '*'): Promise<unknown[][]> {
  const { rows } = await connection.query(`select ${columns} from t order by 1`, [], { rowMode: 'array' })
  return rows as unknown as unknown[][]
}

const ORDERS = 'create temp table t (id int4, label text, price numeric, at timestamptz, data jsonb, ids int8[])'
const at = new Date('2024-02-29T20:31:23.648Z')

describe('rows', () => {
  test('are copied from arrays, objects, generators and async generators', async () => {
    await using connection = await connected(ORDERS)
    const row = (id: number) => ({ id, label: `n ${id}`, price: '1.50', at, data: { id }, ids: ['1', '2'] })
    await expect(connection.copyFrom('t', [row(1), row(2)])).resolves.toEqual({ rowCount: 2 })
    const values = function* () {
      for (let id = 3; id <= 300; id++) yield Object.values(row(id))
    }
    await expect(connection.copyFrom('t', values())).resolves.toEqual({ rowCount: 298 })
    const later = async function* () {
      for (let id = 301; id <= 600; id++) yield row(id)
    }
    await expect(connection.copyFrom('t', later())).resolves.toEqual({ rowCount: 300 })
    await expect(connection.copyFrom('t', ReadableStream.from([row(601)]))).resolves.toEqual({ rowCount: 1 })
    const rows = await allOf(connection)
    expect(rows).toHaveLength(601)
    for (const [index, stored] of rows.entries()) expect(stored).toEqual(Object.values(row(index + 1)))
  })

  test('of none copy nothing', async () => {
    await using connection = await connected(ORDERS)
    await expect(connection.copyFrom('t', [])).resolves.toEqual({ rowCount: 0 })
    await expect(connection.copyFrom('t', [], { columns: ['id'] })).resolves.toEqual({ rowCount: 0 })
  })

  test('leave other columns to their defaults', async () => {
    await using connection = await connected(
      'create temp table t (id int generated always as identity, a int, twice int generated always as (a * 2) stored, b int default 7)',
    )
    await connection.copyFrom('t', [{ a: 1 }, { a: null }])
    await connection.copyFrom('t', [[9, 5, null]])
    await connection.copyFrom(
      't',
      [[3, 'not copied']].map(([a]) => ({ a, other: 'not copied' })),
      { columns: ['a'] },
    )
    await expect(allOf(connection)).resolves.toEqual([
      [1, 1, 2, 7],
      [2, null, null, 7],
      [3, 3, 6, 7],
      [9, 5, 10, null],
    ])
  })

  test('may hold any name of a column, and any name of a table', async () => {
    await using connection = await connected('create schema if not exists "copy ""s"".x"')
    await connection.execute(
      'drop table if exists "copy ""s"".x"."t;""\\"; create table "copy ""s"".x"."t;""\\" ("__proto__" int, "a""b" text)',
    )
    const table = { schema: 'copy "s".x', table: 't;"\\' }
    await connection.copyFrom(table, [{ ['__proto__']: 1, 'a"b': "it's" }])
    const read = connection.copyTo<Record<string, unknown>>(table, { format: 'rows' })
    const [batch] = await collected(read)
    expect(batch).toHaveLength(1)
    expect(Object.entries(batch![0]!)).toEqual([
      ['__proto__', 1],
      ['a"b', "it's"],
    ])
    await connection.execute('drop schema "copy ""s"".x" cascade')
  })

  test('hold NULL, empty text, and text with tabs, newlines, backslashes and the end marker, in both formats', async () => {
    await using connection = await connected('create temp table t (id int4, a text, b text[])')
    const texts = [null, '', '\\N', '\\.', 'tab\tnewline\nreturn\rback\\slash', 'ü🐘', '"quoted", {or}']
    const rows = texts.map((text, id) => [id, text, [text]])
    for (const format of ['binary', 'text'] as const) {
      await connection.execute('truncate t')
      await connection.copyFrom('t', rows, { format })
      await expect(allOf(connection), format).resolves.toEqual(rows)
    }
  })

  test('with texts for other types are read by the server, to the microsecond', async () => {
    await using connection = await connected('create temp table t (id int4, at timestamptz, n int4, span interval)')
    await connection.copyFrom('t', [
      { id: 1, at: null, n: null, span: null },
      { id: '2', at: '2024-02-29 20:31:23.123456+00', n: ' 42 ', span: '2 days' },
      { id: 3, at, n: 1, span: '1 h' },
    ])
    await expect(allOf(connection, "id, (at at time zone 'UTC')::text, n, span::text")).resolves.toEqual([
      [1, null, null, null],
      [2, '2024-02-29 20:31:23.123456', 42, '2 days'],
      [3, '2024-02-29 20:31:23.648', 1, '01:00:00'],
    ])
  })

  test('with a type that travels as text are copied as text', async () => {
    await using connection = await connected(
      'create temp table t (id int4, price money, doc xml, words tsvector, at timestamptz)',
    )
    await connection.copyFrom('t', [{ id: 1, price: '$1.50', doc: '<a/>', words: "'fat' 'rat'", at }])
    await expect(allOf(connection)).resolves.toEqual([[1, '$1.50', '<a/>', "'fat' 'rat'", at]])
  })

  test('are encoded by enums, domains, composites and ranges of the database', async () => {
    await using connection = await connected(`
      create type pg_temp.mood as enum ('sad', 'ok');
      create domain pg_temp.positive as int4 check (value > 0);
      create type pg_temp.pair as (a int4, b text);
      create temp table t (id pg_temp.positive, mood pg_temp.mood, pair pg_temp.pair, pairs pg_temp.pair[], span int4range)`)
    const pair = { a: 1, b: 'x' }
    const row = { id: 1, mood: 'ok', pair, pairs: [pair, null], span: new Range({ lower: 1, upper: 5 }) }
    await connection.copyFrom('t', [row])
    await expect(allOf(connection)).resolves.toEqual([Object.values(row)])
    await expect(connection.copyFrom('t', [{ ...row, id: -1 }])).rejects.toMatchObject({ code: '23514' })
  })

  test('follow a column whose type has changed meanwhile', async () => {
    await using connection = await connected('create temp table t (id int4)')
    await connection.copyFrom('t', [[1]])
    await connection.execute('alter table t alter id type float4')
    await connection.copyFrom('t', [[1.5]])
    await expect(allOf(connection)).resolves.toEqual([[1], [1.5]])
  })

  test('that do not meet the condition are not stored', async () => {
    await using connection = await connected('create temp table t (id int4)')
    const rows = [[1], [2], [3]]
    await expect(connection.copyFrom('t', rows, { where: 'id <> 2' })).resolves.toEqual({ rowCount: 2 })
  })
})

describe('a mistake in a row', () => {
  const wrong = async (rows: Iterable<unknown>, error: object, options = {}): Promise<void> => {
    await using connection = await connected(ORDERS)
    const copying = connection.copyFrom('t', rows as Iterable<unknown[]>, options)
    await expect(copying).rejects.toMatchObject(error)
    const failure: unknown = await copying.catch((reason: unknown) => reason)
    if (failure instanceof CodecError) expect(failure.message).not.toContain('secret')
    await expect(allOf(connection)).resolves.toEqual([])
    if ('rowIndex' in error) expect(positionOf(failure)).toEqual({ rowIndex: error.rowIndex })
  }
  const codecError = { name: 'CodecError', code: 'PGWIRE_ENCODE', outcome: 'rolled-back' }
  const many = function* (last: unknown) {
    for (let id = 0; id < 5_000; id++) yield { id, label: 'x'.repeat(100) }
    yield last
  }

  test.each([
    ['a value out of range', { id: 2 ** 31, label: 'secret' }, { column: 'id', type: 'int4' }],
    ['a value of another type', { id: { secret: 1 }, label: '' }, { column: 'id', type: 'int4' }],
    ['a NUL character', { id: 1, label: 'secret\0' }, { column: 'label', type: 'text' }],
    ['a lone surrogate', { id: 1, label: 'secret\ud800' }, { column: 'label', type: 'text' }],
    ['a missing value', { id: 1 }, { column: 'label', reason: 'undefined is not a value; NULL is null' }],
    ['a member too many', { id: 1, label: '', secret: 1 }, { column: undefined }],
    ['a text where only binary is sent', { id: 'secret', label: '' }, { column: 'id', type: 'int4' }],
    ['no row', 'secret', {}],
    ['an array that is too short', [1], {}],
  ])('names the row, the column and the type: %s', async (_what, row, error) => {
    await wrong(many(row), { ...codecError, ...error, rowIndex: 5_000 })
  })

  test('among the first rows is told in text as well', async () => {
    await wrong(
      [[1, 'a\0']],
      { ...codecError, column: 'label', rowIndex: 0 },
      { columns: ['id', 'label'], format: 'text' },
    )
  })

  test('that the server finds is told by the server', async () => {
    await wrong([{ id: 'secret?', label: '' }], { code: '22P02', outcome: 'rolled-back' })
  })
})

test('what rows cannot have is refused before anything is sent', async () => {
  await using connection = await connected(ORDERS)
  const rows = [[1]]
  const refused = { name: 'UsageError', outcome: 'not-sent' }
  await expect(connection.copyFrom('t', rows, { columns: [] })).rejects.toMatchObject(refused)
  await expect(connection.copyFrom('t', rows, { columns: ['id'], format: 'csv' })).rejects.toMatchObject(refused)
  await expect(connection.copyFrom('t', rows, { columns: ['id'], delimiter: ';' })).rejects.toMatchObject(refused)
  await expect(connection.copyFrom('', rows)).rejects.toMatchObject(refused)
  await expect(connection.copyFrom('t\0', rows, { columns: ['id'] })).rejects.toMatchObject(refused)
  await expect(connection.copyFrom('t', 5 as never)).rejects.toMatchObject(refused)
  await expect(connection.query('select 1 as n')).resolves.toMatchObject({ rows: [{ n: 1 }] })
})

test('a pool copies on a connection of its own', async () => {
  await using pool = createPool({ connection: sharedServer().url, max: 1 })
  await pool.query('drop table if exists copied_by_pool')
  await pool.query('create table copied_by_pool (id int4)')
  await expect(pool.copyFrom('copied_by_pool', [[1], [2]])).resolves.toEqual({ rowCount: 2 })
  const rows = await collected(pool.copyTo('copied_by_pool', { format: 'rows', rowMode: 'array' }))
  expect(rows.flat()).toEqual([[1], [2]])
  expect(pool.stats).toMatchObject({ idle: 1, busy: 0 })
  for await (const _ of pool.copyTo({ query: 'select generate_series(1, 1000000)' })) break
  expect(pool.stats).toMatchObject({ size: 1, idle: 1, busy: 0 })
  await pool.query('drop table copied_by_pool')
})

test('a transaction that fails takes the copied rows back', async () => {
  await using connection = await connected('create temp table t (id int4)')
  const failing = connection.transaction(async (transaction) => {
    await transaction.copyFrom('t', [[1]])
    const rows = await collected(transaction.copyTo('t', { format: 'rows' }))
    expect(rows).toEqual([[{ id: 1 }]])
    throw new Error('enough')
  })
  await expect(failing).rejects.toThrow('enough')
  await expect(allOf(connection)).resolves.toEqual([])
})
