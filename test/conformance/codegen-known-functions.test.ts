/**
 * What `known-functions.ts` claims, asked of the server: each function is called with values at the edges of its types, and
 * with NULLs where it is said that they do not matter.
 */
import { connect, type Connection } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import {
  AGGREGATES_OF_ROWS,
  AGGREGATES_OF_VALUES,
  ALWAYS_A_VALUE,
  COUNTING_AGGREGATES,
  VALUE_FOR_VALUES,
  VALUE_IN_EACH_ROW,
  VALUE_IN_WINDOW,
} from '../../packages/codegen-preset/src/nullability/known-functions.ts'
import { readServerFacts } from '../../packages/codegen-preset/src/nullability/server-facts.ts'
import { runOn } from '../integration/codegen-nullability-fixture.ts'
import { seededRandom } from '../support/random.ts'
import { sharedServer } from '../support/shared-server.ts'

const server = sharedServer()
const database = await server.createDatabase()
const random = seededRandom()
const calls = process.env['PGWIRE_FULL'] === '1' ? 100 : 12

/** Newer than the oldest server that knows them. */
const NOT_EVERYWHERE = [
  'array_reverse',
  'bytea_reverse',
  'casefold',
  'generate_series_timestamptz_at_zone',
  'regexp_count',
  'regexp_count_no_flags',
  'regexp_count_no_start',
  'regexp_instr_no_endoption',
  'regexp_instr_no_n',
  'regexp_instr_no_start',
  'regexp_like',
  'regexp_like_no_flags',
  'textregexreplace_extended_no_n',
  'timestamp_at_local',
  'timestamptz_at_local',
  'timestamptz_mi_interval_at_zone',
  'timestamptz_pl_interval_at_zone',
  'timetz_at_local',
  'uuidv7',
  'uuidv7_interval',
  'any_value',
]

let connection: Connection

beforeAll(async () => {
  connection = await connect(database.url)
  await connection.execute(SAMPLES)
})
afterAll(async () => {
  await connection.close()
  await database.drop()
})

test('every function that is named is one of this server', async () => {
  const rows = await connection.fetch<{ name: string }>(
    `select prosrc as name from pg_proc where prolang = 12 and oid < 10000
     union all select proname from pg_proc where prokind = 'a' and oid < 10000`,
  )
  const there = new Set(rows.map(({ name }) => name))
  const named = [
    ...VALUE_FOR_VALUES,
    ...ALWAYS_A_VALUE,
    ...VALUE_IN_WINDOW,
    ...VALUE_IN_EACH_ROW,
    ...COUNTING_AGGREGATES,
    ...AGGREGATES_OF_ROWS,
    ...AGGREGATES_OF_VALUES,
  ]
  expect(
    named.filter((name) => !there.has(name) && (server.majorVersion >= 18 || !NOT_EVERYWHERE.includes(name))),
  ).toEqual([])
})

interface Tried {
  readonly function: string
  readonly values: number
  readonly nulls: string[]
}

describe(`with the seed ${random.seed}`, () => {
  test.skipIf(server.majorVersion < 16)(
    'no function gives NULL where it is said that it does not',
    async () => {
      const { functions } = await readServerFacts(runOn(connection))
      const plain = [...functions].filter(
        ([, { valueWhen }]) => valueWhen !== 'for rows' && valueWhen !== 'for rows of values',
      )
      await connection.execute(`select setseed(${random.between(0, 1_000_000) / 1_000_000})`)
      const tried: Tried[] = []
      for (const [oid, { valueWhen, strict }] of plain) tried.push(await tryOut(oid, valueWhen === 'always' && !strict))
      expect(tried.filter(({ nulls }) => nulls.length > 0)).toEqual([])
      // Others take what has no literal: windows, the whole of a table.
      expect(
        tried
          .filter(({ values }) => values === 0)
          .map((each) => each.function)
          .sort(),
      ).toEqual(NOT_CALLED)
      expect(tried.length).toBeGreaterThan(700)
    },
    calls * 20_000,
  )

  test.skipIf(server.majorVersion < 16)('aggregates give values for values, and for rows', async () => {
    const { functions } = await readServerFacts(runOn(connection))
    const tried: Tried[] = []
    for (const [oid, { valueWhen }] of functions) {
      if (valueWhen !== 'for rows' && valueWhen !== 'for rows of values') continue
      tried.push(await tryOut(oid, valueWhen === 'for rows'))
    }
    expect(tried.filter(({ nulls }) => nulls.length > 0)).toEqual([])
    expect(tried.filter(({ values }) => values === 0).map((each) => each.function)).toEqual([])
    expect(tried.length).toBeGreaterThan(60)
  })
})

/** Until some arguments have agreed with one another, which those of `make_timestamptz` do once in a thousand times. */
async function tryOut(oid: number, withNulls: boolean): Promise<Tried> {
  for (let count = calls; ; count *= 5) {
    const tried = await connection.fetchValue<Tried>('select tried($1::oid, $2::int4, $3::bool)', [
      oid,
      count,
      withNulls,
    ])
    if (tried === undefined || tried === null) throw new Error('No such function')
    const most = calls * (NOT_CALLED.includes(tried.function) ? 100 : 10_000)
    if (tried.values > 0 || tried.nulls.length > 0 || count > most) return tried
  }
}

/** Called by the table of queries instead. */
const NOT_CALLED = [
  'count()',
  'window_cume_dist',
  'window_dense_rank',
  'window_ntile',
  'window_percent_rank',
  'window_rank',
  'window_row_number',
]

const SAMPLES = `
  create type mood as enum ('sad', 'ok');
  create type two as (x int4, y text);
  create sequence numbers;
  create table samples (type oid, literal text);
  insert into samples select type::regtype, quote_literal(value) || '::' || type from (values
    ('bool', array['true', 'false']),
    ('int2', array['0', '1', '-1', '32767', '-32768', '7']),
    ('int4', array['0', '1', '-1', '2147483647', '-2147483648', '7', '3']),
    ('int8', array['0', '1', '-1', '9223372036854775807', '-9223372036854775808', '7']),
    ('float4', array['0', '1', '-1.5', 'NaN', 'Infinity', '-Infinity', '3e38', '0.5']),
    ('float8', array['0', '1', '-1.5', 'NaN', 'Infinity', '-Infinity', '1e308', '0.5']),
    ('numeric', array['0', '1', '-1.5', 'NaN', 'Infinity', '-Infinity', '1e50', '0.25', '7']),
    ('text', array['', 'a', 'Abc', '1', '$1', 'day', '%', '{}', '[]', 'x y', 'UTC', '^a', 'utf8', '(', 'g', ',', 'true']),
    ('varchar', array['', 'a', 'Abc']), ('bpchar', array['', 'a', 'Abc']), ('name', array['', 'a', 'Abc', 'utf8']),
    ('"char"', array['', 'a']), ('bytea', array['', '\\x00', '\\x616263']),
    ('date', array['infinity', '-infinity', '2020-01-01', '2020-02-29', '0001-01-01 BC', '5874897-12-31']),
    ('time', array['00:00', '24:00', '12:34:56.789']),
    ('timetz', array['00:00+00', '24:00-12', '12:34:56.789+02']),
    ('timestamp', array['infinity', '-infinity', '2020-01-01', '294276-12-31', '4713-01-01 BC']),
    ('timestamptz', array['infinity', '-infinity', '2020-01-01', '294276-12-31', '4713-01-01 BC']),
    ('interval', array['0', '1 day', '-1 mon', '1 year 2 days 03:04:05', '-178000000 years']),
    ('uuid', array['00000000-0000-0000-0000-000000000000', '018f0000-0000-7000-8000-000000000001']),
    ('json', array['null', '1', '"a"', '[]', '{}', '{"a":null}', '[null]']),
    ('jsonb', array['null', '1', '"a"', '[]', '{}', '{"a":null}', '[null]']),
    ('inet', array['0.0.0.0/0', '127.0.0.1', '::1/128']), ('cidr', array['0.0.0.0/0', '127.0.0.1/32']),
    ('money', array['0', '1.5', '-1']), ('bit', array['0', '1']), ('varbit', array['', '0', '101']),
    ('oid', array['0', '1', '4294967295']), ('xid8', array['1']), ('point', array['(0,0)', '(1,NaN)']),
    ('int4[]', array['{}', '{1}', '{NULL}', '{1,NULL,2}', '{{1,2},{3,4}}', '[5:6]={1,2}']),
    ('text[]', array['{}', '{a}', '{NULL}', '{a,NULL,b}']),
    ('int4range', array['empty', '(,)', '[1,2)', '[1,)', '(,1)']),
    ('int4multirange', array['{}', '{(,)}', '{[1,2)}']),
    ('tsvector', array['', 'a b']), ('tsquery', array['a', 'a & b']), ('mood', array['sad', 'ok']),
    ('two', array['(1,a)', '(,)', '(,b)']), ('regclass', array['numbers']),
    ('tid', array['(0,1)', '(3,4)']), ('pg_lsn', array['0/0', '1/1'])
  ) samples (type, literals), unnest(literals) value;

  -- Of the same family, so that anyelement goes with anyarray.
  create function sampled(type oid) returns oid language sql as $$ select case
    when type in ('anyarray'::regtype, 'anycompatiblearray'::regtype) then 'int4[]'::regtype
    when type in ('anyelement'::regtype, 'anycompatible'::regtype, 'anynonarray'::regtype, 'anycompatiblenonarray'::regtype,
      '"any"'::regtype) then 'int4'::regtype
    when type in ('anyrange'::regtype, 'anycompatiblerange'::regtype) then 'int4range'::regtype
    when type in ('anymultirange'::regtype, 'anycompatiblemultirange'::regtype) then 'int4multirange'::regtype
    when type = 'anyenum'::regtype then 'mood'::regtype
    when type = 'record'::regtype then 'two'::regtype
    else type end::oid $$;

  create function answer(query text) returns text language plpgsql as $$
    declare answer text;
    begin
      execute query into answer;
      return answer;
    exception when others then
      return 'error';
    end $$;

  create function tried(called oid, calls int4, with_nulls bool) returns json language plpgsql as $$
    declare
      target record; literals text[]; given text; query text; nulls text[] = '{}'; got int4 = 0; answered text;
    begin
      select p.*, p.oid::regprocedure::text as signature into target from pg_proc p where p.oid = called;
      for attempt in 1..calls loop
        select array_agg(case
            when target.prosrc = 'range_constructor3' and at = 3 then quote_literal((array['[]', '()'])[1 + attempt % 2])
            when with_nulls and (target.proname !~ 'object' or at <> 1) and random() < 0.4 then 'null::' || sampled(argument)::regtype
            else (select literal from samples where type = sampled(argument) and attempt > 0 order by random() limit 1)
          end order by at) into literals
        from unnest(case when target.provariadic = '"any"'::regtype and target.proname ~ 'build_object' then array['text'::regtype, 'int4'::regtype]::oid[]
          when target.provariadic = '"any"'::regtype and target.prosrc = 'text_concat_ws' then array['text'::regtype, 'int4'::regtype]::oid[]
          else target.proargtypes::oid[] end) with ordinality a (argument, at);
        given = coalesce(array_to_string(literals, ', '), '');
        -- Values, and yet gigabytes.
        continue when target.proname in ('repeat', 'lpad', 'rpad') and given ~ '\\d{6}';
        continue when target.proretset and given ~ '\\d{5}|\\de\\d|year|infinity|Infinity|NaN| BC';
        given = replace(given, '''numbers''::regclass', '''public.numbers''::regclass');
        query = format('select num_nulls(v)::text from (select %s as v) s', case
          when target.prosrc in ('current_user', 'session_user') then target.prosrc
          else format('pg_catalog.%I(%s)', target.proname, given) end);
        if target.proretset then
          query = format('select coalesce(max(num_nulls(x)), 0)::text from (select x from pg_catalog.%I(%s) x limit 100) s', target.proname, given);
        end if;
        answered = answer(query);
        if answered = '0' then got = got + 1;
        elsif answered is distinct from 'error' then nulls = nulls || query;
        end if;
      end loop;
      return json_build_object('function', case when target.prosrc = 'aggregate_dummy' then target.signature else target.prosrc end,
        'values', got, 'nulls', nulls[1:3]);
    end $$;
`
