/**
 * Parameters of a query that is copied. COPY takes none, so they are written into the query: whatever they are, it has to
 * give what it gives when they are bound, and no value may become SQL.
 */
import fc from 'fast-check'
import { CodecError, connect, type Connection, PostgresError, UsageError } from 'kysely-pgwire'
import { Interval, Range } from 'kysely-pgwire/types'
import { describe, expect, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'

async function copied(connection: Connection, query: string, parameters: readonly unknown[]): Promise<unknown[]> {
  const rows: unknown[] = []
  const stream = connection.copyTo<unknown[]>({ query, parameters }, { format: 'rows', rowMode: 'array' })
  for await (const batch of stream) rows.push(...batch)
  return rows
}

async function bound(connection: Connection, query: string, parameters: readonly unknown[]): Promise<unknown[]> {
  return (await connection.query<unknown[]>(query, parameters, { rowMode: 'array' })).rows
}

async function expectSame(connection: Connection, query: string, parameters: readonly unknown[]): Promise<void> {
  const expected = await bound(connection, query, parameters)
  expect(expected.length).toBeGreaterThan(0)
  expect(await copied(connection, query, parameters), query).toEqual(expected)
}

/** What means something to the server's scanner, and a bit of the rest. */
const hostileParts = [
  ...String.raw`' '' " \ \' -- /* */ $$ $1 $a$ ; ) ( :: , E E' U&' é %s { }`.split(' '),
  '\n',
  '\r',
  '\t',
  ' or 1=1',
  'drop table t',
  '\u{1f600}',
  '\u00a0',
  '\u0001',
  '\u007f',
]

const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...hostileParts),
      fc.string({ unit: 'binary', maxLength: 5 }).filter((text) => !text.includes('\0') && text.isWellFormed()),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

/** Parameters beside everything that is none. Some of it is wrong, depending on what a backslash is. */
const pieces = [
  '$1::text, $2::text',
  '$1 || $2 || $1',
  String.raw`'$1', "a$1", 'it''s $2'`,
  String.raw`e'\'$1', E'\\', E'a''$2'`,
  "$$ $1 '$$, $q$ $$ $2 $q$, $é$ $1 $é$",
  `E'a' -- $1 '
     '\\'$2'`,
  `/* $1 /* ' " */ $2 */ $1::text -- $2 ' "`,
  String.raw`'\\', '\d$1', '\'`,
  String.raw`'\' || $1 || ''`,
  String.raw`'a\'' || $2 || ' $1'`,
  `'a'
     '\\' || $1 || '$2'`,
  String.raw`b'01', X'1f', n'$1', U&'\0061$1', U&"\0061$1"`,
  'array[$1, $2], ($1), coalesce($2, $1)::text',
  String.raw`length($1), upper($2) like '%\%', $1=$2, -length($2)-length($1)`,
]

const hostileQuery = fc
  .array(fc.constantFrom(...pieces), { maxLength: 4 })
  .map(
    (chosen) =>
      `select ${[...chosen, '$1::text', '$2::text'].join('\n, ')} from (select 1 as "a$1", 2 as "a\\$1", 3 as "aa$1") "$2"`,
  )

describe('hostile text', () => {
  test.each(['on', 'off'])('is a value wherever it is, with standard_conforming_strings %s', async (setting) => {
    await using connection = await connect(sharedServer().url)
    await connection.execute(`set escape_string_warning = off; set standard_conforming_strings = ${setting}`)
    const counts = { fulfilled: 0, rejected: 0 }
    await fc.assert(
      fc.asyncProperty(hostileQuery, hostileText, hostileText, async (query, first, second) => {
        const [expected] = await Promise.allSettled([bound(connection, query, [first, second])])
        const [rows] = await Promise.allSettled([copied(connection, query, [first, second])])
        if (expected.status === 'fulfilled') expect(rows, query).toEqual(expected)
        else expect(rows, query).toEqual({ status: 'rejected', reason: expect.any(PostgresError) })
        expect(connection.closed).toBe(false)
        counts[expected.status]++
      }),
      { numRuns: 300 },
    )
    expect(counts.fulfilled).toBeGreaterThan(20)
  })

  test('may be a value of any kind of type', async () => {
    await using connection = await connect(sharedServer().url)
    await connection.execute(
      `create type pg_temp."odd ""type'" as (a text, "b 'c" text[]); create domain pg_temp."d'o" as text`,
    )
    await fc.assert(
      fc.asyncProperty(hostileText, hostileText, async (first, second) => {
        await expectSame(connection, 'select $1::text[], $2::jsonb, $3::bytea, $4::varchar, $5::bpchar, $6::name', [
          [first, null, second],
          { [first]: [second] },
          Buffer.from(first),
          second,
          first,
          'n',
        ])
        await expectSame(connection, `select $1::pg_temp."odd ""type'", $2::pg_temp."d'o", $3::text[][]`, [
          { a: first, "b 'c": [second, null] },
          second,
          [
            [first, second],
            [second, first],
          ],
        ])
      }),
      { numRuns: 60 },
    )
  })

  test('runs nothing, even where the query is read with the wrong idea of its strings', async () => {
    await using connection = await connect(sharedServer().url)
    await connection.execute('create temp table t (i int); insert into t values (1)')
    const attack = `', (select 1)); delete from t; --`
    // The setting changes between the look at it and the COPY.
    const query = `select '\\' || $1 || '', $1::text`
    const reading = copied(connection, query, [attack])
    const switched = connection.execute('set standard_conforming_strings = off')
    await Promise.allSettled([reading, switched])
    await expect(bound(connection, 'select * from t', [])).resolves.toEqual([[1]])
  })

  test('with a NUL is refused, and the connection serves on', async () => {
    await using connection = await connect(sharedServer().url)
    await expect(copied(connection, 'select $1::text', ['a\0b'])).rejects.toThrow(UsageError)
    await expect(bound(connection, 'select 1', [])).resolves.toEqual([[1]])
  })
})

describe('a value', () => {
  test.each<[string, readonly unknown[]]>([
    ['select 1 -$1::int4, 1-$1, - $1', [-5]],
    ['select $1::int4 % 3, @ $1::int4, $1 between -9 and $2::int2', [-7, -3]],
    ['select $1::int8, $2::oid, $3::bool', ['-9223372036854775808', 4294967295, true]],
    ['select $1::float8, $2::float8, $3::float8, $4::float4', [NaN, -Infinity, 5e-324, -1.5]],
    ['select 1 / $1::float8', [-0.5]],
    ['select $1::numeric, $2::numeric', ['-12345678901234567890.123456789', 'NaN']],
    ['select $1::timestamptz, $2::timestamp, $3::date', [new Date(-1), new Date(0), '2024-02-29']],
    ['select $1::interval, $2::time', [new Interval({ days: -1, microseconds: 7_200_000_000n }), '23:59:59.999999']],
    ['select $1::uuid, $2::inet', ['00000000-0000-4000-8000-000000000000', '::1/64']],
    ['select $1::int4range, $2::tstzrange', [new Range({ lower: -1 }), 'empty']],
    ['select $1::bytea', [Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))]],
    ['select $1::int4[], ($1::int4[])[2], $1[1]', [[-1, null, 3]]],
    ['select $1::text is null, $2::int4[] is null', [null, null]],
    ['select $1::json, $2::jsonb', ['{"a":  1}', [1, 'null', null]]],
    ['select $1::money, $2::xml', ['-12.50', '<a>&lt;</a>']],
    ['select $1::bit(5), $2::varbit, $3::char(4)', ['10110', '1', 'ab']],
    [
      'select $1::bit(5)[], $2::bpchar[], $3::varchar(2)[], $4::interval[]',
      [['10110'], ['a ', 'bcd'], ['xy'], ['1 day']],
    ],
    ['select g from generate_series(1, 5) g order by g limit $1 offset $2', [2, 1]],
    ['select g, $1::text from generate_series(1, 5) g where g = any($2) order by $1', ['x', [1, 2]]],
    ['select sum(g) from generate_series(1, 6) g group by g % $1 order by 1', [2]],
    ['select $1::"char", $2::name, $3::regclass, $4::tsquery', ['x', 'n', 'pg_class', 'a & b']],
    ['select extract(epoch from $1::timestamptz), to_char($1, $2)', [new Date(1e12), 'YYYY']],
    ['insert into pg_temp.t values ($1, $2) returning a, b, $1 is not null', [3, "o'clock"]],
    ['with x as (select $1::int4 as a) update pg_temp.t set b = $2 from x where t.a = x.a returning t.*', [1, '\\']],
  ])('is the same as when it is bound: %s', async (query, parameters) => {
    await using connection = await connect(sharedServer().url)
    await connection.execute('create temp table t (a int, b text, m money default 7)')
    const begin = 'truncate t; insert into t values (1, null)'
    await connection.execute(begin)
    const expected = await bound(connection, query, parameters)
    await connection.execute(begin)
    await expect(copied(connection, query, parameters)).resolves.toEqual(expected)
  })

  test('does not depend on the style of dates and intervals, nor on the time zone', async () => {
    await using connection = await connect(sharedServer().url)
    await connection.execute('create temp table t (at timestamptz, d date, i interval)')
    const values = [new Date(1_700_000_000_000), '2024-03-02', new Interval({ days: -1, microseconds: 7_200_000_000n })]
    await connection.query('insert into t values ($1, $2, $3)', values)
    for (const style of ["IntervalStyle = 'sql_standard'", "DateStyle = 'SQL, DMY'", "TimeZone = 'Asia/Kathmandu'"]) {
      await connection.execute(`set ${style}`)
      const query = 'select at = $1, d = $2, i = $3 from t'
      await expect(copied(connection, query, values), style).resolves.toEqual([[true, true, true]])
    }
  })

  test('that its type does not take is refused before anything is copied', async () => {
    await using connection = await connect(sharedServer().url)
    await expect(copied(connection, 'select $1::int4', [1.5])).rejects.toThrow(CodecError)
    await expect(copied(connection, 'select $1::int4', [undefined])).rejects.toThrow('NULL is null')
    await expect(copied(connection, 'select $1::int4', [1, 2])).rejects.toThrow('takes 1 parameters, and 2 were given')
    await expect(copied(connection, 'select $1::int4', ['one'])).rejects.toMatchObject({ code: '22P02' })
    await expect(copied(connection, 'select $1::int4', [])).rejects.toThrow(PostgresError)
    await expect(bound(connection, 'select 1', [])).resolves.toEqual([[1]])
  })
})

test('a query of several statements is refused', async () => {
  await using connection = await connect(sharedServer().url)
  await connection.execute('create temp table t (i int); insert into t values (1)')
  for (const query of ['select 1; delete from t', 'select 1) to stdout; delete from t; --', 'select 1;']) {
    await expect(copied(connection, query, [])).rejects.toMatchObject({ code: '42601' })
  }
  await expect(bound(connection, 'select * from t', [])).resolves.toEqual([[1]])
})
