/** COPY TO to decoded rows: they are what a query gives, for every type there is. */
import fc from 'fast-check'
import {
  CodecError,
  connect,
  type Connection,
  type CopyOrigin,
  type CopyToRowsOptions,
  createPool,
} from 'kysely-pgwire'
import { asText, definePgTypes, mapCodec } from 'kysely-pgwire/types'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { codecCases } from '../../packages/dialect/src/types/codec.cases.ts'
import { BINARY } from '../../packages/dialect/src/types/codec.ts'
import { sharedServer } from '../support/shared-server.ts'
import type { TestDatabase } from '../support/test-server.ts'

const server = sharedServer()
let database: TestDatabase

beforeAll(async () => {
  database = await server.createDatabase()
  await behindOurBack(`
    create type mood as enum ('sad', 'ok', 'it''s "fine", \\ really');
    create type inner_of as (x int, at timestamptz, label text);
    create type outer_of as (i inner_of, moods mood[], price money);
    create domain positive as int check (value > 0);
    create domain positives as positive[];
    create type span as range (subtype = float8);
    create extension if not exists citext;
    create table kinds (
      id serial primary key, m mood, ms mood[], i inner_of, o outer_of, os outer_of[], p positive, ps positives, s span,
      ss int4range[], v tsvector, c citext, cs citext[], doubled int generated always as (id * 2) stored);
    insert into kinds (m, ms, i, o, os, p, ps, s, ss, v, c, cs) values
      ('ok', '{sad,null}', (1, 'epoch', 'a,"b"'), ((2, null, E'\\\\'), '{ok}', 5), array[null, ((null, null, ''), null, null)::outer_of],
        3, '{1,2}', '[1.5,)', '{"[1,2)",empty}', 'a:1 b:2', 'CiText', '{a,"B c"}'),
      (null, null, null, null, null, null, null, null, null, null, null, null),
      ('it''s "fine", \\ really', '{}', row(null, null, null), row(null, null, null), '{}', 1, '{}', 'empty', '{}', '', '', '{}')`)
})

afterAll(() => database.drop())

const behindOurBack = (sql: string) => server.query(sql, [], database.name)

async function copied<Row = Record<string, unknown>>(
  connection: Pick<Connection, 'copyTo'>,
  origin: CopyOrigin,
  options: Omit<CopyToRowsOptions, 'format'> = {},
): Promise<Row[]> {
  const rows: Row[] = []
  for await (const batch of connection.copyTo<Row>(origin, { ...options, format: 'rows' })) rows.push(...batch)
  return rows
}

async function expectSame(connection: Connection, query: string): Promise<void> {
  for (const rowMode of ['array', 'object'] as const) {
    const { rows } = await connection.query(query, [], { rowMode })
    expect(await copied(connection, { query }, { rowMode }), query).toEqual(rows)
  }
}

describe('rows', () => {
  test('are those of the query, in its order', async () => {
    await using connection = await connect(database.url)
    const query = `select i, i / 7.0 as part, 'row ' || i as label, i % 3 = 0 as third from generate_series(1, 5000) i order by i desc`
    await expectSame(connection, query)
    const stream = connection.copyTo({ query }, { format: 'rows' })
    expect(stream.rowCount).toBe(null)
    let batches = 0
    for await (const rows of stream) batches += rows.length > 0 ? 1 : 0
    expect(stream.rowCount).toBe(5000)
    expect(batches).toBeGreaterThan(1)
  })

  test('of a table have all its columns, those that are generated too', async () => {
    await using connection = await connect(database.url)
    const { rows } = await connection.query('select * from kinds')
    await expect(copied(connection, 'kinds')).resolves.toEqual(rows)
    await expect(
      copied(connection, { schema: 'public', table: 'kinds' }, { columns: ['doubled', 'id'] }),
    ).resolves.toEqual([
      { doubled: 2, id: 1 },
      { doubled: 4, id: 2 },
      { doubled: 6, id: 3 },
    ])
  })

  test('of a view, and of a table in parts, come as well', async () => {
    await using connection = await connect(database.url)
    await connection.execute(`create temp view v as select 1 as one; create temp table p (i int) partition by list (i);
      create temp table p1 partition of p for values in (1); insert into p values (1)`)
    await expect(copied(connection, 'v')).resolves.toEqual([{ one: 1 }])
    await expect(copied(connection, 'p')).resolves.toEqual([{ i: 1 }])
  })

  test('may be none, and have no columns', async () => {
    await using connection = await connect(database.url)
    await expectSame(connection, 'select 1 as one where false')
    await expectSame(connection, "select '1'::money as m where false")
    await expectSame(connection, 'select')
    await expectSame(connection, 'select from generate_series(1, 1000)')
    await connection.execute('create temp table nothing ()')
    await expect(copied(connection, 'nothing')).resolves.toEqual([])
  })

  test('may have many columns, columns of one name, and any name', async () => {
    await using connection = await connect(database.url)
    await expectSame(
      connection,
      `select ${Array.from({ length: 1600 }, (_, i) => `${i}, '${i}'::money`)
        .slice(0, 800)
        .join(', ')}`,
    )
    await expectSame(connection, `select 1 as a, 2 as a, '3'::money as a`)
    await expectSame(connection, `select 1 as "__proto__", '2'::money as "x'"" --", 3 as "c0", null as " "`)
  })

  test('of a query that writes are what it returns, also where they travel as text', async () => {
    await using connection = await connect(database.url)
    await connection.execute('create temp table t (a int, m money)')
    const insert = {
      query: `insert into t select g, $1 from generate_series(1, 3) g returning a, m`,
      parameters: ['1.50'],
    }
    await expect(copied(connection, insert)).resolves.toEqual([1, 2, 3].map((a) => ({ a, m: '$1.50' })))
    const update = {
      query: `with one as (select 1 as a) update t set m = m * 2 from one where t.a = one.a returning m`,
    }
    await expect(copied(connection, update)).resolves.toEqual([{ m: '$3.00' }])
    await expect(copied(connection, { query: '(values (1, 2::money)) order by 1' })).resolves.toHaveLength(1)
    await expect(copied(connection, { query: 'table t' })).resolves.toHaveLength(3)
  })
})

describe('values', () => {
  test('of all built-in types are those of a query, alone and in records, and NULL', async () => {
    await using connection = await connect(database.url)
    for (const { codec, valid } of codecCases) {
      if (codec.name === 'void' || codec.oid === 0 || codec.typescript.insert.includes('never')) continue
      if (codec.name === 'unknown' || codec.name === 'cstring') continue
      const texts = valid.filter(([, , , since = 0]) => since <= server.majorVersion).map(([, text]) => text)
      const type = `pg_catalog."${codec.name}"`
      const values = texts.map((text) => `('${text.replaceAll("'", "''")}'::${type})`)
      const record = codec.format === BINARY ? 'row(x, null)' : 'null'
      await expectSame(
        connection,
        `select x, x as again, ${record}, null::${type} from (values ${[...values, `(null::${type})`].join(', ')}) v (x)`,
      )
    }
  })

  test('of the database’s own types are those of a query', async () => {
    await using connection = await connect(database.url)
    await expectSame(connection, 'select * from kinds order by id')
    await expectSame(connection, 'select k, array[k.i], (k).o, row(k.p, k.m) from kinds k order by id')
    await expectSame(connection, 'select c, v, null::tsvector as n, case when id > 2 then v end from kinds')
  })

  test('are read by the profile of the connection, of the call, and by codecs of one’s own', async () => {
    const types = definePgTypes({ int8: 'bigint' })
    const own = definePgTypes({
      codecs: [mapCodec(asText('mood', 0), { decode: (mood) => [mood], encode: (mood) => mood })],
    })
    await using connection = await connect(database.url, { types })
    const rows = await copied(connection, { query: `select 7::int8 as n` })
    expect(rows).toEqual([{ n: 7n }])
    const query = `select 7::int8 as n, array[8::int8] as ns, 'ok'::mood as m`
    await expect(copied(connection, { query }, { types: definePgTypes({ int8: 'number' }) })).resolves.toEqual([
      { n: 7, ns: [8], m: 'ok' },
    ])
    await expect(copied(connection, { query }, { types: own })).resolves.toEqual([{ n: '7', ns: ['8'], m: ['ok'] }])
  })

  test('of a type that was altered since it was looked up are read as they are now', async () => {
    await using connection = await connect(database.url)
    await behindOurBack('create type changing as (a int)')
    const query = `select row_of from (select '(1)'::changing as row_of) x`
    await expect(copied(connection, { query })).resolves.toEqual([{ row_of: { a: 1 } }])
    await behindOurBack('alter type changing add attribute b text')
    await expect(copied(connection, { query: query.replace('(1)', '(1,x)') })).resolves.toEqual([
      { row_of: { a: 1, b: 'x' } },
    ])
    await behindOurBack('drop type changing')
  })

  test('of a table that is altered all the time are never read as what they are not', async () => {
    await behindOurBack(
      'drop table if exists altered; create table altered as select 1::int4 as n from generate_series(1, 100)',
    )
    await using connection = await connect(database.url)
    const stop = new AbortController()
    const alter = (async () => {
      for (let round = 0; !stop.signal.aborted; round++) {
        await behindOurBack(`alter table altered alter n type ${round % 2 === 0 ? 'float4' : 'int4'}`)
      }
    })()
    const outcomes = { read: 0, outdated: 0 }
    for (let round = 0; round < 200 || (outcomes.read === 0 && round < 2_000); round++) {
      try {
        const rows = await copied(connection, 'altered')
        expect(rows).toEqual(Array.from({ length: 100 }, () => ({ n: 1 })))
        outcomes.read++
      } catch (error) {
        expect(error).toMatchObject({ code: 'PGWIRE_OUTDATED_STATEMENT' })
        outcomes.outdated++
      }
    }
    stop.abort()
    await alter
    expect(outcomes.read).toBeGreaterThan(0)
    expect(connection.closed).toBe(false)
  })

  test('of an anonymous record with a type that nobody has met say so, and can be cast', async () => {
    await behindOurBack(`drop type if exists stranger; create type stranger as enum ('x')`)
    await using connection = await connect(database.url)
    await expect(copied(connection, { query: `select row('x'::stranger) as r` })).rejects.toMatchObject({
      code: 'PGWIRE_DECODE',
      column: 'r',
    })
    await expect(copied(connection, { query: `select row('x'::stranger)::text as r` })).resolves.toEqual([{ r: '(x)' }])
    expect(connection.idle).toBe(true)
  })

  test('that cannot be decoded reject, and the rest is not waited for', async () => {
    await using connection = await connect(database.url)
    const decode = (): never => {
      throw new Error('no')
    }
    const broken = definePgTypes({ codecs: [mapCodec(asText('mood', 0), { decode, encode: (mood) => mood })] })
    const stream = connection.copyTo(
      {
        query: `select i, case when i = 3 then 'ok'::mood end as m from (select generate_series(1, 1000000000) as i) n`,
      },
      { format: 'rows', types: broken },
    )
    await expect(stream.next()).resolves.toMatchObject({ value: [{ i: 1 }, { i: 2 }] })
    const failing = stream.next()
    await expect(failing).rejects.toBeInstanceOf(CodecError)
    await expect(failing).rejects.toMatchObject({ column: 'm', outcome: 'rolled-back' })
    expect(connection.idle).toBe(true)
  })

  test('are the same for any table of any values', async () => {
    await using connection = await connect(database.url)
    await connection.execute(
      'create temp table t (i int, b bigint, f float8, t text, y bytea, j jsonb, a text[], m money)',
    )
    const anyText = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0') && text.isWellFormed())
    const row = fc.tuple(
      fc.integer(),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.double(),
      anyText,
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.dictionary(anyText, anyText),
      fc.array(fc.option(anyText)),
      fc.constantFrom('1.50', '-92233720368547758.08'),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(row, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 })), { maxLength: 40 }),
        async (rows) => {
          await connection.execute('truncate t')
          const values = rows.map(([fields, nulls]) =>
            fields.map((field, index) => (nulls[index] === true ? null : field)),
          )
          await connection.copyFrom('t', values, { columns: ['i', 'b', 'f', 't', 'y', 'j', 'a', 'm'] })
          await expectSame(connection, 'select * from t')
          const again = await connect(database.url)
          await again.execute(
            'create temp table t (i int, b bigint, f float8, t text, y bytea, j jsonb, a text[], m money)',
          )
          await again.copyFrom('t', connection.copyTo('t', { format: 'binary' }), { format: 'binary' })
          const all = { query: 'table t' }
          expect(await copied(again, all, { rowMode: 'array' })).toEqual(
            await copied(connection, all, { rowMode: 'array' }),
          )
          await again.close()
        },
      ),
      { numRuns: 25 },
    )
  })
})

test('a pool and a transaction have it too', async () => {
  await using pool = createPool({ connection: database.url, max: 1, reset: 'none' })
  await expect(copied(pool, { query: 'select $1::int4 as n', parameters: [7] })).resolves.toEqual([{ n: 7 }])
  await pool.transaction(async (transaction) => {
    await transaction.execute('create temp table t as select 1 as n')
    await expect(copied(transaction, 't')).resolves.toEqual([{ n: 1 }])
    await transaction.execute('insert into t values (2)')
    const stream = transaction.copyTo<{ n: number }>('t', { format: 'rows' })
    await stream.next()
  })
  await expect(pool.query('select n from t')).resolves.toMatchObject({ rowCount: 2 })
})
