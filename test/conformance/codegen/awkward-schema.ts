/** What generators get wrong: types that look like others by their names, and values at the edges of their types. */

/** Statement by statement. Every table that is made has rows. */
export const awkwardSchema: readonly string[] = [
  'create schema other',
  'create schema "Odd Schema"',
  // Enums: of one name in several schemas or by case, with labels like syntax, without labels.
  `create type mood as enum ('sad', 'ok', 'happy')`,
  `create type "Mood" as enum ('UPPER', 'it''s', '*/', '', 'a b', 'a_b', E'line\nbreak', '\${x}', '\\')`,
  `create type other.mood as enum ('elsewhere', 'ok')`,
  `create type nothing as enum ()`,
  // What is called like an array type is none.
  `create type _under as enum ('u1', 'u2')`,
  `create type foo as enum ('f')`,
  `create type _foo as enum ('g')`,
  `create type ${'long_enum_name_'.repeat(4)}xyz as enum ('long')`,
  'create domain other.dmood as public.mood',
  'create domain "Odd Schema"."Odd Domain" as int4',
  'create domain deep as "Odd Schema"."Odd Domain"',
  'create domain moods as mood[]',
  'create domain grid as int4[][]',
  'create domain grids as grid[]',
  'create domain anygrid as _int4',
  'create type addr as (street text, mood mood, "Odd Name" int4[][], grid grid)',
  'create type nest as (addr addr, addrs addr[], "constructor" int8, "__proto__" numeric)',
  'create domain home as addr',
  'create type hollow as ()',
  'create type frange as range (subtype = float8, multirange_type_name = fmulti)',
  'create type drange as range (subtype = deep)',
  'create type mrange as range (subtype = mood)',
  'create table acct (id int4 not null, "zz top" text)',
  `create table zz_acct (a acct not null, many acct[] not null, s other.mood)`,
  `insert into zz_acct values (row(1, null), array[row(2, 'x')::acct, null], null)`,
  `create table aa_acct (a acct not null, z zz_acct not null)`,
  `insert into aa_acct values (row(1, 'x'), row(row(1, null), null, 'elsewhere'))`,
  `create table enums (
    a mood not null, b "Mood" not null, c other.mood not null, d _under not null, e _foo not null, f foo not null,
    g other.dmood not null, h ${'long_enum_name_'.repeat(4)}xyz not null, n nothing,
    aa mood[] not null, bb "Mood"[] not null, cc other.mood[] not null, dd _under[] not null, ee _foo[] not null,
    ff foo[] not null, gg other.dmood[] not null, hh ${'long_enum_name_'.repeat(4)}xyz[] not null, nn nothing[],
    aaa mood[][] not null, m moods not null, mm moods[] not null)`,
  `insert into enums select a, b, c, d, 'g', 'f', a, 'long', null,
      array[a, null], array[b, null], array[c], array[d, null], '{g}', '{f,NULL}', array[a]::other.dmood[], '{long}', '{}',
      array[array[a, null], array['ok', a]], array[a, null], array[array[a, null]::moods, null::moods]
    from unnest(enum_range(null::mood)) a, unnest(enum_range(null::"Mood")) b, unnest(enum_range(null::other.mood)) c,
      unnest(enum_range(null::_under)) d`,
  `create table domains (a "Odd Schema"."Odd Domain" not null, aa "Odd Schema"."Odd Domain"[] not null, b deep not null,
    bb deep[] not null, c grid not null, cc grids not null, d anygrid not null, e home not null, ee home[] not null)`,
  `insert into domains values
    (1, '{1,NULL}', 2, '{}', '{{1,2},{NULL,4}}', array['{{1}}'::grid, null::grid], '{{{1}}}', row('s', 'ok', '{{1}}', null), '{}'),
    (-1, '{}', 2, '{3}', '{}', '{}', '{7,NULL}', row(null, null, null, '{{5}}'), array[row('s', null, null, null)::home, null])`,
  `create table composites (a addr not null, aa addr[] not null, n nest not null, nn nest[] not null, h hollow, hh hollow[])`,
  `insert into composites values
    (row('it''s', 'sad', '{{1,NULL}}', '{{1}}'), '{NULL}',
      row(row(null, 'ok', null, null), array[row('x', null, '{}', '{}')::addr, null], 9007199254740993, 'NaN'), '{}', null, '{}'),
    (row(null, null, null, null), array[row('"', null, null, null)::addr],
      row(null, null, -1, 1e300), array[row(null, '{}', null, 1)::nest, null], row(), array[row()::hollow, null])`,
  `create table ranges (f frange not null, ff frange[] not null, fm fmulti not null, d drange not null, m mrange not null,
    i int4range not null, im int4multirange not null, im2 int4multirange[] not null, n numrange not null, t tstzrange not null,
    l int8range not null)`,
  `insert into ranges values
    ('[1.5,2)', '{"(,)",NULL,empty}', '{[1,2),(3,)}', '[1,2]', '[sad,ok]', '(,5)', '{}', '{"{[1,3)}",NULL}', '[NaN,NaN]',
      '[-infinity,infinity]', '[9007199254740993,)'),
    ('empty', '{}', '{(,)}', '(,)', 'empty', 'empty', '{(,)}', '{}', '(,1e300]', '["0044-03-15 00:00:00+00 BC",)', 'empty')`,
  `create table edges (ts timestamp not null, tz timestamptz not null, d date not null, i8 int8 not null, n numeric not null,
    f4 float4 not null, f8 float8 not null, iv interval not null, j json not null, jb jsonb not null, ch "char" not null,
    tss timestamp[] not null, tzs timestamptz[] not null, ds date[] not null, i8s int8[] not null, ns numeric[] not null,
    js jsonb[] not null, chs "char"[] not null)`,
  ...['infinity', '-infinity', '0044-03-15 BC', '9999-12-31', '1970-01-01'].map((day, index) => {
    const number = ['9007199254740993', '-9223372036854775808', '0', '1', '9223372036854775807'][index]!
    const json = ['null', '"text"', '{"a": [1, null, {"__proto__": 2}]}', '[]', '1.5'][index]!
    const float = ['NaN', 'Infinity', '-Infinity', '-0', '1e-40'][index]!
    const numeric = ['NaN', 'Infinity', '-Infinity', '123456789012345678901234567890.000', '-0.1'][index]!
    return `insert into edges values ('${day}', '${day}', '${day}', ${number}, '${numeric}', '${float}', '${float}',
      '1 year -2 days 00:00:00.000001', '${json}', '${json}', ${index === 0 ? "''" : `'\\377'`}, '{${day},NULL}', '{${day},NULL}',
      '{${day},NULL}', '{${number},NULL}', '{${numeric},NULL}', array['${json}'::jsonb, null], '{NULL,a}')`
  }),
]

/** Views over everything there is by then: the same values, by the types that are derived for views. */
export function viewsOver(tables: Iterable<string>): string[] {
  return [...tables].map((name) => `create view "v_${name}" as select * from "${name}"`)
}

/** What is selected from the tables above, by the representations of the defaults. */
export const awkwardTypes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  enums: {
    a: `'sad' | 'ok' | 'happy'`,
    b: `'UPPER' | "it's" | '*/' | '' | 'a b' | 'a_b' | 'line\\nbreak' | '\${x}' | '\\\\'`,
    c: `'elsewhere' | 'ok'`,
    d: `'u1' | 'u2'`,
    e: `'g'`,
    f: `'f'`,
    g: `'sad' | 'ok' | 'happy'`,
    h: `'long'`,
    n: 'null',
    aa: `('sad' | 'ok' | 'happy' | null)[]`,
    cc: `('elsewhere' | 'ok' | null)[]`,
    dd: `('u1' | 'u2' | null)[]`,
    ee: `('g' | null)[]`,
    ff: `('f' | null)[]`,
    gg: `('sad' | 'ok' | 'happy' | null)[]`,
    hh: `('long' | null)[]`,
    nn: 'null[] | null',
    aaa: `('sad' | 'ok' | 'happy' | null)[][]`,
    m: `('sad' | 'ok' | 'happy' | null)[]`,
    mm: `(('sad' | 'ok' | 'happy' | null)[] | null)[]`,
  },
  domains: {
    a: 'number',
    aa: '(number | null)[]',
    b: 'number',
    bb: '(number | null)[]',
    c: '(number | null)[][]',
    cc: '((number | null)[][] | null)[]',
    d: `import('kysely-pgwire/types').PgArray<number>`,
  },
}
