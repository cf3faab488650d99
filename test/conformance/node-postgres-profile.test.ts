/**
 * The profile `nodePostgresTypes` against `pg` itself: the same queries through both drivers give the same values, type by
 * type, wherever the process and the session are.
 */
import { isDeepStrictEqual } from 'node:util'

import { connect, type Connection } from 'kysely-pgwire'
import { type Codec, nodePostgresTypes, PgInterval } from 'kysely-pgwire/types'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { builtInCodecs } from '../../packages/dialect/src/types/built-in.ts'
import { timestampAsLocalDate } from '../../packages/dialect/src/types/profile/representations/local-time.ts'
import { sharedServer } from '../support/shared-server.ts'

const server = sharedServer()
const database = await server.createDatabase()
const theirs = new pg.Client(database.url)
let ours: Connection

const processZone = process.env['TZ']

beforeAll(async () => {
  await theirs.connect()
  await theirs.query(`
    create type mood as enum ('sad', 'ok', 'a "b"');
    create type pair as (a int4, b timestamptz, c mood);
    create domain year as int4;
    create domain years as int4[];
    create domain feeling as mood;
    create type floats as range (subtype = float8);
    create table pets (id int8, name text, born date)`)
  ours = await connect(database.url, { types: nodePostgresTypes })
})

afterAll(async () => {
  await theirs.end()
  await ours.close()
  await database.drop()
})

/** Zones of the process, with days on which their clocks did something that others do not. */
const zones = [
  'UTC',
  'America/New_York',
  'Asia/Kathmandu',
  'Europe/Amsterdam',
  'America/Sao_Paulo',
  'Pacific/Apia',
  'Australia/Lord_Howe',
]

const moments = [
  '2024-03-10 01:59:59.999999',
  '2024-03-10 02:30:00',
  '2024-03-31 02:30:00',
  '2024-11-03 01:30:00.000001',
  '2018-11-04 00:00:00',
  '2011-12-30 12:00:00',
  '1986-01-01 00:07:30',
  '1940-05-16 00:30:00.5',
  '1937-06-30 23:59:50',
  '1883-11-18 12:02:00',
  '1800-01-01 00:00:00.123456',
  '0099-12-31 23:59:59.999',
  '0004-02-29 12:00:00',
  '0001-01-01 00:00:00',
  '0001-02-29 12:00:00 BC',
  '0001-12-31 23:59:59.999999 BC',
  '0044-03-15 12:00:00 BC',
  '4713-01-01 00:00:00 BC',
  '9999-12-31 23:59:59.999999',
  '12024-02-29 12:00:00',
  '275760-09-12 23:59:59',
  '275760-09-13 00:00:01',
  '294276-12-30 12:00:00.999999',
  'infinity',
  '-infinity',
]

/** Beside the samples of the codecs. */
const more: Readonly<Record<string, readonly string[]>> = {
  timestamp: moments,
  // With an offset: a statement that is prepared keeps what it made of a text in another session's zone.
  timestamptz: moments.map((moment) => moment.replace(/( \d\S+)/, '$1+00')),
  date: [...moments.map((moment) => moment.replace(/ \d\S+/, '')), '5874897-12-31'],
  interval: [
    '0',
    '1 year 2 mons 3 days 04:05:06.789',
    '-1 year -2 mons +3 days -04:05:06.000001',
    '-00:00:00.5',
    '1 mon -1 days +02:00:00',
    '178956970 years 7 mons',
    '596523:00:54.775807',
    '00:00:01.10',
    '-1 days',
  ],
  numeric: [
    '1e400',
    '0.1',
    '12345678901234567890.123456789012345678901234567890',
    'NaN',
    'Infinity',
    '-Infinity',
    '-0.00',
  ],
  float4: ['0.1', '3.4028235e38', '1e-45', 'NaN', '-Infinity', '-0'],
  float8: ['0.1', '1e-307', '1.7976931348623157e308', 'NaN', '-Infinity', '-0'],
  json: ['{"__proto__": 1, "a": [1.0, null]}', 'null', '"x"', '12345678901234567890'],
  jsonb: ['{"__proto__": 1, "a": [1.0, null]}', 'null', '"x"', '12345678901234567890'],
  text: ['', 'NULL', 'null', 'a "b" \\ {c,d}', ' ', 'ü🐘'],
  varchar: ['', 'NULL', 'a,b'],
  bytea: ['\\x', '\\x00ff5c22'],
  char: ['', 'a'],
  money: ['-1234567.89'],
  numrange: ['empty', '[1.5,)', '(,)'],
  circle: ['<(1,-2.5),1e+20>'],
  point: ['(-0,1e-10)'],
}

const pseudo = new Set(['void', 'cstring', 'unknown', 'record', 'anyarray'])
const scalars = builtInCodecs.filter(
  (codec) => !pseudo.has(codec.name) && !codec.name.startsWith('_') && textsOf(codec).length > 0,
)

describe.each(zones)('in a process in %s', (zone) => {
  beforeAll(async () => {
    process.env['TZ'] = zone
    // A setting that has no effect would prove nothing.
    expect(new Date(1800, 0, 1).getTime() === Date.UTC(1800, 0, 1)).toBe(zone === 'UTC')
    const session = zone === 'Asia/Kathmandu' ? 'America/St_Johns' : 'UTC'
    await theirs.query(`set timezone = '${session}'`)
    await ours.execute(`set timezone = '${session}'`)
  })

  afterAll(() => {
    if (processZone === undefined) delete process.env['TZ']
    else process.env['TZ'] = processZone
  })

  test.each(scalars.map((codec) => ({ type: codec.name, codec })))('$type is what pg gives', async ({ codec }) => {
    const type = typeOf(codec.name)
    await giveTheSame([...textsOf(codec).map((text) => `${pg.escapeLiteral(text)}::${type}`), `null::${type}`])
  })

  test.each(scalars.filter(hasArray).map((codec) => ({ type: codec.name, codec })))(
    'an array of $type is what pg gives',
    async ({ codec }) => {
      const type = typeOf(codec.name)
      const values = textsOf(codec).map((text) => `${pg.escapeLiteral(text)}::${type}`)
      await giveTheSame([
        `array[${values.join()}, null]`,
        `array[array[null, ${values[0]}], array[${values.at(-1)}, null]]`,
        `'[0:1]=${codec.delimiter === ';' ? '{NULL;NULL}' : '{NULL,NULL}'}'::${type}[]`,
        `array[]::${type}[]`,
      ])
    },
  )

  test('a Date is sent as the local time that pg sends', async () => {
    const dates = moments
      .filter((moment) => !moment.includes('infinity') && !moment.startsWith('29'))
      .map((moment) => timestampAsLocalDate.fromText!(moment) as Date)
      .filter((moment) => !Number.isNaN(moment.getTime()))
    expect(dates.length).toBeGreaterThan(15)
    const sql = 'select $1::timestamp::text, $2::date::text, $3::timestamp[]::text'
    for (const sent of dates) {
      const { rows: their } = await theirs.query<unknown[]>({
        text: sql,
        values: [sent, sent, [sent]],
        rowMode: 'array',
      })
      const { rows: our } = await ours.query<unknown[]>(sql, [sent, sent, [sent]], { rowMode: 'array' })
      expect(our[0], sent.toISOString()).toEqual(their[0])
    }
  })
})

test('what else there is in a database is what pg gives', async () => {
  await giveTheSame([
    `'ok'::mood`,
    `array['ok', 'a "b"', null]::mood[]`,
    `(1, '2024-02-29 12:00:00+00', 'ok')::pair`,
    `array[(1, null, 'ok')::pair, null]`,
    `1999::year`,
    `array[1999, null]::year[]`,
    `'{1,2}'::years`,
    `array['{1,2}'::years]`,
    `'ok'::feeling`,
    `'[1.5,2)'::floats`,
    `array['[1.5,2)'::floats]`,
    `'{[1.5,2)}'::floats_multirange`,
    `(7, 'Rex', '2024-02-29')::pets`,
    `row(1, 'a', null)`,
    `array[row(1), row(2)]`,
    `'a'::cstring`,
    `'a'`,
    `pg_sleep(0)`,
  ])
})

test('an interval has the methods that it has with pg', async () => {
  const texts = [...more['interval']!, '00:00:00.000001', '1 year', '-1 sec 1.5 ms']
  const values = texts.map((text) => `'${text}'::interval`)
  const { theirRow, ourRow } = await both(values)
  for (const [index, value] of ourRow.entries()) {
    const expected = theirRow[index] as PgInterval
    const actual = value as PgInterval
    expect(actual).toBeInstanceOf(PgInterval)
    expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort())
    expect(actual.toPostgres(), texts[index]).toBe(expected.toPostgres())
    expect(actual.toISO()).toBe(expected.toISO())
    expect(actual.toISOString()).toBe(expected.toISOString())
    expect(Object.keys(JSON.parse(JSON.stringify(actual)) as object)).toEqual(
      Object.keys(JSON.parse(JSON.stringify(expected)) as object),
    )
  }
})

test('a value that was read can be written back', async () => {
  const rows: readonly [type: string, text: string][] = [
    ['timestamp', '2024-02-29 20:31:23.648'],
    ['timestamptz', '2024-02-29 20:31:23.648+00'],
    ['date', '2024-02-29'],
    ['interval', '1 year 2 mons -3 days +04:05:06.789'],
    ['interval', '-00:00:00.000001'],
    ['point', '(1,2)'],
    ['numeric[]', '{1.5,NULL}'],
    ['timestamp[]', '{"2024-02-29 20:31:23.648",NULL}'],
    ['point[]', '{"(1,2)"}'],
  ]
  for (const [type, text] of rows) {
    const { rows: read } = await ours.query<unknown[]>(`select '${text}'::${type}`, [], { rowMode: 'array' })
    const { rows: written } = await ours.query<unknown[]>(`select $1::${type}::text`, [read[0]![0]], {
      rowMode: 'array',
    })
    expect(written[0]![0], type).toBe(text)
  }
})

function textsOf(codec: Codec): readonly string[] {
  return [...codec.samples, ...(more[codec.name] ?? [])]
}

function hasArray({ arrayOid }: Codec): boolean {
  return arrayOid !== 0
}

function typeOf(name: string): string {
  return `pg_catalog.${pg.escapeIdentifier(name)}`
}

async function both(expressions: readonly string[]): Promise<{ theirRow: unknown[]; ourRow: unknown[] }> {
  const sql = `select ${expressions.join(', ')}`
  const [{ rows: their }, { rows: our }] = await Promise.all([
    theirs.query<unknown[]>({ text: sql, rowMode: 'array' }),
    ours.query<unknown[]>(sql, [], { rowMode: 'array' }),
  ])
  return { theirRow: their[0]!, ourRow: our[0]! }
}

async function giveTheSame(expressions: readonly string[]): Promise<void> {
  const { theirRow, ourRow } = await both(expressions)
  expect(ourRow).toHaveLength(expressions.length)
  for (const [index, value] of ourRow.entries()) {
    const expected = theirRow[index]
    const [one, other] = [plain(value), plain(expected)]
    if (!isDeepStrictEqual(one, other)) expect(one, expressions[index]).toStrictEqual(other)
  }
}

/** With the classes of intervals left out, of which each driver has one of its own. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  const interval = value !== null && typeof value === 'object' && 'toPostgres' in value
  return interval ? { ...value, isInterval: true } : value
}
