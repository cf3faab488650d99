/** The look-up of server types against a real server, through `pg` alone. */
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { SendBuffer } from '../../packages/dialect/src/bytes/send-buffer.ts'
import { UnresolvedTypeError } from '../../packages/dialect/src/errors/unresolved-type-error.ts'
import { BINARY, type Codec, TEXT } from '../../packages/dialect/src/types/codec.ts'
import { recordOf } from '../../packages/dialect/src/types/composites/record-of.ts'
import { defaultTypes } from '../../packages/dialect/src/types/profile/profile.ts'
import { Range } from '../../packages/dialect/src/types/ranges/range-value.ts'
import {
  codecsFromRows,
  type ServerTypeRow,
  serverTypesQuery,
} from '../../packages/dialect/src/types/server-types/server-types.ts'
import { textOf, valueFromText } from '../../packages/dialect/src/types/text-form.ts'
import { sharedServer } from '../support/shared-server.ts'

const LONG_NAME = 'a'.repeat(63)
const WIDE = Array.from({ length: 1000 }, (_, index) => `column_${index}`)

const database = await sharedServer().createDatabase()
const client = new pg.Client(database.url)

beforeAll(async () => {
  await client.connect()
  await client.query(`
    set timezone = 'UTC';
    create type mood as enum ('sad', 'ok', 'it''s "fine"');
    alter type mood add value 'so-so' before 'ok';
    create type "${LONG_NAME}" as enum ('x');
    create type _under as enum ('u');
    create domain year as int4 check (value > 0);
    create domain recent_year as year;
    create domain grid as int4[];
    create domain feeling as mood;
    create type pair as (a int4, b mood);
    create type nothing as enum ();
    create type unit as ();
    create type nested as (p pair, ps pair[], n int4, g grid);
    create domain valid_pair as pair check ((value).a > 0);
    create type deep as (n nested, v valid_pair);
    create table shrunk (gone_first int4, a int4, gone_between text, b text, gone_last date);
    alter table shrunk drop column gone_first, drop column gone_between, drop column gone_last;
    create type partly_text as (who aclitem, class regclass, words tsvector, n int4);
    create type holder as (p partly_text, r text);
    create type year_range as range (subtype = year);
    create type mood_range as range (subtype = mood, multirange_type_name = "mood_Ranges");
    create domain to_the_second as timestamp(0);
    create type second_range as range (subtype = timestamp);
    create type text_range as range (subtype = text, collation = "C");
    create type spans as (r mood_range, m "mood_Ranges", rs mood_range[], ms "mood_Ranges"[]);
    create schema "odd.schema";
    create type "odd.schema"."a ""quoted"".name" as ("__proto__" int4, "constructor" text, "a.b" int4, "'""\\" text);
    create type "${'c'.repeat(63)}" as ("${'f'.repeat(63)}" int4);
    create type wide as (${WIDE.map((name) => `${name} int4`).join()});
    create type shell`)
})

afterAll(async () => {
  await client.end()
  await database.drop()
})

test('an enum comes with its labels in their order', async () => {
  const codec = await lookUp('mood')
  expect(codec).toMatchObject({ name: 'mood', format: BINARY })
  expect(codec.typescript.select).toBe('"sad" | "so-so" | "ok" | "it\'s \\"fine\\""')
  expect((await lookUp('nothing')).typescript.select).toBe('never')
})

test('an array brings its element along', async () => {
  await exact('mood[]', `array['sad', null, 'it''s "fine"']::mood[]`, ['sad', null, 'it\'s "fine"'])
  await exact(`"${LONG_NAME}"[]`, `array['x']::"${LONG_NAME}"[]`, ['x'])
  await exact('_under', `'u'::_under`, 'u')
})

test('a domain is its base type, however deep', async () => {
  await exact('year', '1999::year', 1999)
  await exact('recent_year[]', 'array[1999, null]::recent_year[]', [1999, null])
  await exact('feeling[]', `array['ok']::feeling[]`, ['ok'])
  await exact('grid[]', `array['{1,2}', '{3}']::grid[]`, [[1, 2], [3]])
  await exact('valid_pair', `(1, 'ok')::pair::valid_pair`, { a: 1, b: 'ok' })
  await exact('valid_pair[]', `array[(1, 'ok')::pair::valid_pair, null]::valid_pair[]`, [{ a: 1, b: 'ok' }, null])
})

describe('a composite is an object by field name', () => {
  test('nested, and in arrays', async () => {
    const pair = { a: 1, b: 'it\'s "fine"' }
    await exact('pair', `(1, 'it''s "fine"')::pair`, pair)
    await exact('pair', '(null, null)::pair', { a: null, b: null })
    await exact('pair[]', `array[(1, 'it''s "fine"'), null, (null, 'ok')]::pair[]`, [pair, null, { a: null, b: 'ok' }])
    await exact('pair[]', `array[array[(1, 'ok')], array[(2, 'sad')]]::pair[]`, [
      [{ a: 1, b: 'ok' }],
      [{ a: 2, b: 'sad' }],
    ])
    const nested = { p: pair, ps: [pair, null], n: 7, g: [[1, 2]] }
    const source = `row((1, 'it''s "fine"'), array[(1, 'it''s "fine"'), null]::pair[], 7, '{{1,2}}')::nested`
    await exact('nested', source, nested)
    await exact('deep', `row(${source}, (2, 'ok'))::deep`, { n: nested, v: { a: 2, b: 'ok' } })
    await exact('unit', 'row()::unit', {})
    await exact('unit[]', 'array[row()::unit, null]', [{}, null])
  })

  test('without the columns that were dropped before, between and after the others', async () => {
    await exact('shrunk', `row(1, 'x')::shrunk`, { a: 1, b: 'x' })
    await exact('shrunk[]', `array[row(1, 'x')::shrunk, null]`, [{ a: 1, b: 'x' }, null])
    expect((await lookUp('shrunk')).typescript.select).toBe('{ "a": number | null; "b": string | null }')
  })

  test('as text, when the server has no binary form for a field or its names are in no binary form', async () => {
    const { rows } = await client.query<{ role: string }>('select current_user as role')
    const who = `${rows[0]!.role}=r/${rows[0]!.role}`
    const value = { who, class: 'pg_class', words: `'a''b' 'c\\\\d' 'e"f'`, n: null }
    const source = `row('${who}', 'pg_class', $$'a''b' 'c\\\\d' 'e"f'$$::tsvector, null)::partly_text`
    expect(await lookUp('partly_text')).toMatchObject({ format: TEXT })
    await exact('partly_text', source, value)
    await exact('partly_text[]', `array[${source}, null]`, [value, null])
    await exact('holder', `row(${source}, '(",\\')::holder`, { p: value, r: '(",\\' })
    await exact('holder[]', `array[array[row(${source}, '')::holder]]`, [[{ p: value, r: '' }]])
  })

  test('with names of any kind', async () => {
    const odd = '"odd.schema"."a ""quoted"".name"'
    const value = { ['__proto__']: 1, constructor: 'x', 'a.b': 2, '\'"\\': null }
    await exact(odd, `row(1, 'x', 2, null)::${odd}`, value)
    await exact(`${odd}[]`, `array[row(1, 'x', 2, null)::${odd}]`, [value])
    expect((await lookUp(odd)).name).toBe('a "quoted".name')
    await exact(`"${'c'.repeat(63)}"`, `row(1)::"${'c'.repeat(63)}"`, { ['f'.repeat(63)]: 1 })
  })

  test('of 1,000 columns', async () => {
    const value = Object.fromEntries(WIDE.map((name, index) => [name, index % 3 === 0 ? null : index]))
    const fields = WIDE.map((_, index) => (index % 3 === 0 ? 'null' : index))
    await exact('wide', `row(${fields.join()})::wide`, value)
  })

  test('of a system table', async () => {
    const value = await arrives('pg_namespace', `(select n from pg_namespace n where nspname = 'pg_catalog')`)
    expect(value).toMatchObject({ nspname: 'pg_catalog' })
  })

  test('that no longer is what was looked up says so', async () => {
    await client.query('create type changing as (a int4)')
    const codec = await lookUp('changing')
    for (const change of ['add attribute b text', 'drop attribute b, alter attribute a type int8']) {
      await client.query(`alter type changing ${change}`)
      const sent = await send(codec, change.startsWith('add') ? `row(1, 'x')::changing` : 'row(1)::changing')
      expect(() => decode(codec, sent)).toThrow(UnresolvedTypeError)
    }
    await exact('changing', 'row(1)::changing', { a: '1' })
  })
})

describe('a range is a Range', () => {
  test('over a domain, an enum, timestamps and text', async () => {
    await exact('year_range', `'[1999,2001]'::year_range`, new Range({ lower: 1999, upper: 2001, bounds: '[]' }))
    await exact('mood_range', `'("it''s \\"fine\\"",]'::mood_range`, new Range({ lower: 'it\'s "fine"', bounds: '()' }))
    await exact('mood_range[]', `array['empty', '[sad,ok)', null]::mood_range[]`, [
      Range.empty,
      new Range({ lower: 'sad', upper: 'ok' }),
      null,
    ])
    const midnight = new Date('2024-02-29T00:00:00Z')
    await exact(
      'second_range',
      `'[2024-02-29,infinity]'::second_range`,
      new Range<Date | number>({ lower: midnight, upper: Infinity, bounds: '[]' }),
    )
    await exact(
      'text_range',
      `'["a,""\\\\","b)"]'::text_range`,
      new Range({ lower: 'a,"\\', upper: 'b)', bounds: '[]' }),
    )
    await exact('text_range', `'["",]'::text_range`, new Range({ lower: '' }))
  })

  test('and a multirange an array of them', async () => {
    const value = [new Range({ upper: 'sad' }), new Range({ lower: 'so-so', upper: 'ok', bounds: '(]' })]
    const source = `'{(,sad),(so-so,ok]}'::"mood_Ranges"`
    await exact('"mood_Ranges"', source, value)
    await exact('"mood_Ranges"', `'{}'::"mood_Ranges"`, [])
    await exact('"mood_Ranges"[]', `array[${source}, null]`, [value, null])
    const spans = `row('[sad,ok)', ${source}, array['empty'::mood_range], array[${source}])::spans`
    const range = new Range({ lower: 'sad', upper: 'ok' })
    await exact('spans', spans, { r: range, m: value, rs: [Range.empty], ms: [value] })
  })
})

test('a record is a tuple, whatever is in it', async () => {
  const rows = await look(await oidsOf(['pair', 'mood_range', 'pair[]', 'partly_text']))
  const codecs = codecsFromRows(rows, defaultTypes)
  const record: Codec<unknown[]> = recordOf((oid) =>
    oid === 2249 ? record : (defaultTypes.codecFor(oid) ?? codecs.get(oid)),
  )
  const expression = `row(1, null, 'x', row(true, (2, 'ok')::pair), '[sad,ok)'::mood_range, array[(3, null)::pair])`
  const { rows: sent } = await client.query<{ sent: Buffer }>(`select record_send(${expression}) as sent`)
  expect(decode(record, sent[0]!.sent)).toStrictEqual([
    1,
    null,
    'x',
    [true, { a: 2, b: 'ok' }],
    new Range({ lower: 'sad', upper: 'ok' }),
    [{ a: 3, b: null }],
  ])
})

test('a type of which there is only the name, and one that nobody knows, are text, in arrays too', async () => {
  for (const type of ['shell', 'pg_lsn', 'tsvector'])
    expect(await describedAs(type), type).toMatchObject({ format: TEXT })
  const boxes = await describedAs('box[]')
  expect(decode(boxes, await send(boxes, `'{(1,1),(0,0);(2,2),(0,0)}'::box[]`))).toEqual(['(1,1),(0,0)', '(2,2),(0,0)'])
})

test('all but enums and domains are text when that is wanted', async () => {
  const texts = { ...defaultTypes, serverTypes: 'text' } as const
  for (const type of ['pair', 'pair[]', 'mood[]', 'mood_range', '"mood_Ranges"', 'shrunk', 'valid_pair']) {
    const [oid] = await oidsOf([type])
    expect(codecsFromRows(await look([oid!]), texts).get(oid!), type).toMatchObject({ format: TEXT })
  }
  const [mood, grid] = await oidsOf(['mood', 'grid'])
  const codecs = codecsFromRows(await look([mood!, grid!]), texts)
  expect([codecs.get(mood!)!.format, codecs.get(grid!)!.format]).toEqual([BINARY, BINARY])
})

test('what samples there are is what the server prints', async () => {
  for (const type of [
    'mood',
    'pair',
    'nested',
    'spans',
    'mood_range',
    '"mood_Ranges"',
    'text_range',
    'second_range',
    'grid',
    'unit',
    'mood[]',
    'pair[]',
  ]) {
    const codec = await lookUp(type)
    expect(codec.samples.length, type).toBeGreaterThan(0)
    for (const sample of codec.samples) {
      const printed = await valueOf(`$1::text::${type}::text`, [sample])
      expect(printed).toBe(sample)
    }
  }
})

test('every type of the catalog gets a codec, in one query', async () => {
  const { rows } = await client.query<{ oid: number }>('select oid from pg_catalog.pg_type')
  const codecs = codecsFromRows(await look(rows.map(({ oid }) => oid)), defaultTypes)
  for (const { oid } of rows) expect(codecs.get(oid) ?? defaultTypes.codecFor(oid)).toMatchObject({ oid })
})

test('only what a type is made of comes along', async () => {
  const names = async (type: string): Promise<string[]> =>
    (await look(await oidsOf([type]))).map(({ name }) => name).sort()
  expect(await names('mood')).toEqual(['mood'])
  expect(await names('point')).toEqual(['point'])
  expect(await names('"mood_Ranges"[]')).toEqual(['_mood_Ranges', 'mood', 'mood_Ranges', 'mood_range'])
  expect(await names('deep')).toEqual(
    ['deep', 'nested', 'valid_pair', 'pair', '_pair', 'grid', '_int4', 'int4', 'mood'].sort(),
  )
})

test('a look-up stays below the cost from which on the server compiles queries, in a large catalog too', async () => {
  await client.query(`
    do $$ begin for i in 1..2000 loop
      execute format('create type bulk_%s as (a int4, b text, c mood)', i);
    end loop; end $$;
    analyze pg_type; analyze pg_attribute; analyze pg_class; analyze pg_range; analyze pg_enum`)
  const { rows } = await client
    .query<{ 'QUERY PLAN': { Plan: { 'Total Cost': number } }[] }>(
      `prepare look_up (oid[]) as ${serverTypesQuery}; set plan_cache_mode = force_generic_plan`,
    )
    .then(() => client.query(`explain (format json) execute look_up ('{16385}')`))
  await client.query('reset plan_cache_mode')
  const jitAboveCost = Number(await valueOf(`current_setting('jit_above_cost')`))
  expect(rows[0]!['QUERY PLAN'][0]!.Plan['Total Cost']).toBeLessThan(jitAboveCost)
})

test('a type that is not there has no row', async () => {
  expect(await look([4_000_000_000])).toEqual([])
})

test('other people’s operators and functions are not called', async () => {
  await client.query(`
    create schema evil;
    create function evil.same(oid, oid) returns bool language plpgsql as $$ begin raise 'called'; end $$;
    create function evil.over(int2, int4) returns bool language plpgsql as $$ begin raise 'called'; end $$;
    create operator evil.= (leftarg = oid, rightarg = oid, function = evil.same);
    create operator evil.<> (leftarg = oid, rightarg = oid, function = evil.same);
    create operator evil.> (leftarg = int2, rightarg = int4, function = evil.over);
    create function evil.unnest(oid[]) returns setof oid language plpgsql as $$ begin raise 'called'; end $$;
    create type evil.oid as enum ('trap'); create type evil.text as enum ('trap');
    create table evil.pg_type (oid int); create table evil.pg_enum (oid int); create table evil.pg_range (oid int);
    create table evil.pg_attribute (oid int); create table evil.pg_namespace (oid int);
    set search_path = evil, pg_catalog`)
  const { rows } = await client.query<{ oid: number }>(`select oid from pg_catalog.pg_type where typname = 'pair'`)
  const found = await look([rows[0]!.oid])
  await client.query('reset search_path')
  expect(found.map(({ schema, name }) => `${schema}.${name}`).sort()).toEqual([
    'pg_catalog.int4',
    'public.mood',
    'public.pair',
  ])
})

async function look(oids: readonly number[]): Promise<ServerTypeRow[]> {
  const { rows } = await client.query<ServerTypeRow>(serverTypesQuery, [`{${oids.join(',')}}`])
  return rows
}

async function oidsOf(types: readonly string[]): Promise<number[]> {
  const { rows } = await client.query<{ oid: number }>(
    `select coalesce((select oid from pg_type where typname = type and not typisdefined), type::regtype)::oid as oid
      from unnest($1::text[]) with ordinality as wanted (type, place) order by place`,
    [types],
  )
  return rows.map(({ oid }) => oid)
}

async function lookUp(type: string): Promise<Codec> {
  const [oid] = await oidsOf([type])
  return defaultTypes.codecFor(oid!) ?? codecsFromRows(await look([oid!]), defaultTypes).get(oid!)!
}

/** As if no type were known without asking. */
async function describedAs(type: string): Promise<Codec> {
  const [oid] = await oidsOf([type])
  return codecsFromRows(await look([oid!]), { ...defaultTypes, codecFor: () => undefined }).get(oid!)!
}

/** The expression arrives as the value in every form that the codec reads, and the value as the expression in every form it writes. */
async function exact(type: string, expression: string, value: unknown): Promise<void> {
  const codec = await lookUp(type)
  expect(await arrives(type, expression)).toStrictEqual(value)
  const text = await valueOf(`format('%s', ${expression})`)
  expect(valueFromText(codec, text)).toStrictEqual(value)
  for (const parameter of [encode(codec, value), textOf(codec, value)]) {
    expect(await valueOf(`format('%s', $1::${type})`, [parameter])).toBe(text)
  }
}

async function arrives(type: string, expression: string): Promise<unknown> {
  const codec = await lookUp(type)
  return decode(codec, await send(codec, expression))
}

/** What the server sends for an expression; `pg` cannot read binary itself. */
async function send(codec: Codec, expression: string): Promise<Buffer> {
  const { rows } = await client.query<{ send: string }>('select typsend::text as send from pg_type where oid = $1', [
    codec.oid,
  ])
  const sent =
    codec.format === BINARY ? `${rows[0]!.send}(${expression})` : `convert_to(format('%s', ${expression}), 'UTF8')`
  const { rows: values } = await client.query<{ sent: Buffer }>(`select ${sent} as sent`)
  return values[0]!.sent
}

/** A Buffer is all that `pg` sends in binary, and it sends it as it is. */
function encode(codec: Codec, value: unknown): Buffer | string {
  const out = new SendBuffer()
  codec.encode(value, out)
  return codec.format === BINARY
    ? Buffer.from(out.bytes.subarray(0, out.length))
    : out.bytes.toString('utf8', 0, out.length)
}

function decode(codec: Codec, sent: Buffer): unknown {
  return codec.decode(sent, new DataView(sent.buffer, sent.byteOffset), 0, sent.length)
}

async function valueOf(expression: string, parameters: unknown[] = []): Promise<string> {
  const { rows } = await client.query<{ value: string }>(`select ${expression} as value`, parameters)
  return rows[0]!.value
}
