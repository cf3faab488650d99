/** What a profile chooses, against a real server: alone, in arrays, ranges, records, composites, and by name. */
import { CodecError, connect, type Connection } from 'kysely-pgwire'
import { type Codec, definePgTypes, mapCodec, type PgTypesOptions, Range } from 'kysely-pgwire/types'
import pg from 'pg'
import { Temporal } from 'temporal-polyfill'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { representationCases } from '../../packages/dialect/src/types/profile/representations/representations.cases.ts'
import { sharedServer } from '../support/shared-server.ts'

const server = sharedServer()
const database = await server.createDatabase()

beforeAll(async () => {
  await using connection = await connect(database.url)
  await connection.execute(`
    create schema app;
    create type mood as enum ('sad', 'ok');
    create type app.mood as enum ('low', 'high');
    create type pair as (count int8, felt mood, seen timestamptz);
    create type payment as (at timestamptz, amount money);
    create domain positive as int8 check (value > 0);
    create domain feeling as mood;
    create type moods as range (subtype = mood)`)
})

afterAll(() => database.drop())

async function withTypes<Result>(
  options: PgTypesOptions,
  use: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  await using connection = await connect(database.url, { types: definePgTypes(options) })
  return await use(connection)
}

async function value(
  connection: Connection,
  expression: string,
  parameters: readonly unknown[] = [],
): Promise<unknown> {
  const { rows } = await connection.query<unknown[]>(`select ${expression}`, [...parameters], { rowMode: 'array' })
  return rows[0]![0]
}

describe.each(representationCases)('$title', ({ codec, valid, accepted = [], received = [] }) => {
  const client = new pg.Client(database.url)
  beforeAll(async () => {
    await client.connect()
    await client.query("set timezone = 'UTC'; set datestyle = 'ISO'; set intervalstyle = 'iso_8601'")
  })
  afterAll(() => client.end())

  const send = `${codec.name}${codec.name.startsWith('int') && codec.name !== 'interval' ? '' : '_'}send`

  // The server keeps jsonb in its own way: what comes back is not what was sent, byte by byte.
  const keepsBytes = codec.name !== 'jsonb'
  const known = valid.filter(([, , , since = 0]) => server.majorVersion >= since)

  test('has the bytes and the texts of the server', async () => {
    const rows = [
      ...known.map(([, text, wire]) => ({ text, wire })),
      ...received.map(([text, wire]) => ({ text, wire })),
    ]
    for (const row of rows) {
      const literal = `${pg.escapeLiteral(row.text)}::${codec.name}`
      const result = await client.query(`select ${literal}::text as text, encode(${send}(${literal}), 'hex') as wire`)
      expect(result.rows[0]).toEqual(row)
    }
  })

  test.runIf(keepsBytes)('is taken back by the server, also in arrays', async () => {
    await using connection = await connect(database.url, { types: definePgTypes({ codecs: [codec] }) })
    for (const [sample, wire] of [...known.map(([sample, , wire]) => [sample, wire] as const), ...accepted]) {
      expect(await value(connection, `encode(${send}($1::${codec.name}), 'hex')`, [sample])).toBe(wire)
      const second = `encode(${send}(($1::${codec.name}[])[2]), 'hex')`
      expect(await value(connection, second, [[null, sample]])).toBe(wire)
    }
  })
})

test('a choice reaches arrays, ranges, multiranges, records, composites and domains', async () => {
  await withTypes({ int8: 'bigint' }, async (connection) => {
    expect(await value(connection, '7::int8')).toBe(7n)
    expect(await value(connection, 'array[7, null]::int8[]')).toEqual([7n, null])
    expect(await value(connection, `'[1,5)'::int8range`)).toEqual(new Range({ lower: 1n, upper: 5n }))
    expect(await value(connection, `array['{[1,5)}'::int8multirange]`)).toEqual([[new Range({ lower: 1n, upper: 5n })]])
    expect(await value(connection, `row(7::int8, array[8::int8], '[1,5)'::int8range)`)).toEqual([
      7n,
      [8n],
      new Range({ lower: 1n, upper: 5n }),
    ])
    expect(await value(connection, `row(row(7::int8))`)).toEqual([[7n]])
    expect(await value(connection, `(7, 'ok', null)::pair`)).toEqual({ count: 7n, felt: 'ok', seen: null })
    expect(await value(connection, 'array[7]::positive[]')).toEqual([7n])
  })
})

test('values of Temporal go both ways, in every place', async () => {
  const options = {
    timestamptz: 'temporal',
    timestamp: 'temporal',
    date: 'temporal',
    time: 'temporal',
    interval: 'temporal',
    temporal: Temporal,
  } as const
  await withTypes(options, async (connection) => {
    const rows: readonly [type: string, sample: unknown][] = [
      ['timestamptz', Temporal.Instant.from('2024-02-29T20:31:23.648999Z')],
      ['timestamp', Temporal.PlainDateTime.from('-000043-03-15T12:00:00.000001')],
      ['date', Temporal.PlainDate.from('+012024-02-29')],
      ['time', Temporal.PlainTime.from('20:31:23.648999')],
      ['interval', Temporal.Duration.from('-P1Y2M3DT4H5M6.789S')],
    ]
    for (const [type, sample] of rows) {
      expect(String(await value(connection, `$1::${type}`, [sample]))).toBe(String(sample))
      expect(String(await value(connection, `$1::${type}[]`, [[sample]]))).toBe(String([sample]))
      expect(String(await value(connection, `row($1::${type})`, [sample]))).toBe(String([sample]))
    }
    const range = new Range({ lower: rows[0]![1], upper: null })
    expect(String(((await value(connection, '$1::tstzrange', [range])) as Range<unknown>).lower)).toBe(
      String(range.lower),
    )
    expect(await value(connection, `'-infinity'::timestamptz`)).toBe(-Infinity)
    expect(await value(connection, '$1::date = $2::date', [Infinity, 'infinity'])).toBe(true)
    for (const refused of [`'24:00'::time`, `'1 mon -1 day'::interval`, `'5874897-12-31'::date`]) {
      await expect(value(connection, refused)).rejects.toBeInstanceOf(CodecError)
    }
    expect(await value(connection, '1')).toBe(1)
  })
})

test('microseconds survive as strings, whatever the session’s time zone', async () => {
  await withTypes({ timestamptz: 'string', timestamp: 'string' }, async (connection) => {
    for (const zone of ['UTC', 'America/St_Johns', 'Asia/Kathmandu']) {
      await connection.execute(`set timezone = '${zone}'`)
      expect(await value(connection, `'2024-02-29 20:31:23.648999+00'::timestamptz`)).toBe(
        '2024-02-29 20:31:23.648999+00',
      )
      expect(await value(connection, `array['1883-11-18 12:00:00.000001+00'::timestamptz]`)).toEqual([
        '1883-11-18 12:00:00.000001+00',
      ])
    }
    // A composite with a part that travels as text does so itself, and then says the session's zone.
    expect(await value(connection, `('1883-11-18 12:00:00.000001+00', '$1')::payment`)).toEqual({
      at: '1883-11-18 12:00:00.000001+00',
      amount: '$1.00',
    })
  })
})

describe('a codec by name', () => {
  const shouted = (derived: Codec): Codec =>
    mapCodec(derived as Codec<string>, {
      decode: (label) => ({ label }),
      encode: (given) => (typeof given === 'string' ? given : (given as { label: string }).label),
      typescript: { select: '{ label: string }' },
    })

  test('serves an enum wherever it stands', async () => {
    await withTypes({ byName: { mood: shouted } }, async (connection) => {
      const ok = { label: 'ok' }
      expect(await value(connection, `'ok'::mood`)).toEqual(ok)
      expect(await value(connection, `'high'::app.mood`)).toEqual({ label: 'high' })
      expect(await value(connection, `array['ok', null]::mood[]`)).toEqual([ok, null])
      expect(await value(connection, `(7, 'ok', null)::pair`)).toMatchObject({ felt: ok })
      expect(await value(connection, `'[sad,ok]'::moods`)).toEqual(
        new Range({ lower: { label: 'sad' }, upper: ok, bounds: '[]' }),
      )
      expect(await value(connection, `'ok'::feeling`)).toEqual(ok)
      expect(await value(connection, `row('ok'::mood)`)).toEqual([ok])
      expect(await value(connection, '$1::mood', [ok])).toEqual(ok)
      expect(await value(connection, '$1::mood[]', [[ok, null, 'sad']])).toEqual([ok, null, { label: 'sad' }])
      expect(await value(connection, '$1::pair', [{ count: '1', felt: ok, seen: null }])).toMatchObject({ felt: ok })
    })
  })

  test('serves the one in its schema alone', async () => {
    await withTypes({ byName: { 'app.mood': shouted } }, async (connection) => {
      expect(await value(connection, `'ok'::mood`)).toBe('ok')
      expect(await value(connection, `'high'::app.mood`)).toEqual({ label: 'high' })
    })
  })

  test('serves a composite and a domain, in arrays too', async () => {
    const tuple = (derived: Codec): Codec =>
      mapCodec(derived as Codec<Record<string, unknown>>, {
        decode: ({ count, felt }) => `${String(count)} ${String(felt)}`,
        encode: (given) => given,
      })
    const number = (derived: Codec): Codec => mapCodec(derived, { decode: Number, encode: (given) => given })
    await withTypes({ byName: { pair: tuple, positive: number } }, async (connection) => {
      expect(await value(connection, `(7, 'ok', null)::pair`)).toBe('7 ok')
      expect(await value(connection, `array[(7, 'ok', null)::pair]`)).toEqual(['7 ok'])
      expect(await value(connection, 'array[7]::positive[]')).toEqual([7])
      expect(await value(connection, '7::int8')).toBe('7')
    })
  })
})
