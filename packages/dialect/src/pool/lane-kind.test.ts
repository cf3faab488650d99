import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { type LaneKind, laneKindOf } from './lane-kind.ts'

const byHand: Record<LaneKind, readonly string[]> = {
  read: [
    'select 1',
    'SELECT 1;',
    '((select 1) union (select 2)) order by 1',
    'values (1), (2)',
    'with a as not materialized (select 1) select * from a',
    `select 'set_config(1)', "pg" from t -- pg_sleep(1)`,
    "select /* set_config('a', 'b', false) */ 1",
    `select $$ pg_sleep(1) $$, $x$ into $$ $x$`,
    `select E'it\\'s insert' from t`,
    'select "update", "into" from t',
    'select t."delete" from t',
    `select now(), count(*) filter (where a > 1) over (partition by b)`,
    'select * from generate_series(1, 3) as g (n)',
    'select * from unnest($1::int4[]) with ordinality as u (a, b)',
    'select a[1], (b).c, d::numeric(10, 2) from t',
    `select interval '1 day', timestamp (3) '2020-01-01', extract(year from a) from t`,
    'select date_trunc($1, a), array(select 1), row(1, 2), cast(a as char(3)) from t',
    'select a from t where b in (1, 2) and c = any ($1) and not exists (select 1)',
    'select a, rank() over (order by b rows between unbounded preceding and current row) from t',
    'select trim(leading from a), substring(a from 2 for 3), overlay(a placing b from 1) from t',
    'select 1 from a join b using (id) cross join lateral (select 1) as l',
    'select percentile_cont(0.5) within group (order by a) from t group by grouping sets ((a), ()), rollup (b)',
  ],
  write: [
    'insert into t values (1)',
    'insert into s.t (a) values (1)',
    'insert into "s"."t" ("a") overriding system value values (1)',
    'WITH a AS (INSERT INTO t (b) VALUES (1) RETURNING *) SELECT * FROM a',
    'update t set (a, b) = (1, 2)',
    'delete from t where current of c',
    'merge into t using u on t.a = u.a when matched then delete when not matched then insert (a) values (1)',
    'select * from t for update of t nowait',
    'select * from t for key share',
    '(select * from t for share)',
    'insert into t (a) select lower(b) from u',
    'insert into t values (1) on conflict (a) where b do update set c = excluded.c',
  ],
  alone: [
    '',
    ' -- nothing',
    ';',
    'begin',
    'commit',
    'set a.b = 1',
    'show all',
    'reset all',
    'discard all',
    'lock table t',
    'listen c',
    'notify c',
    'do $$ begin end $$',
    'call p()',
    'execute p',
    'prepare p as select 1',
    'declare c cursor for select 1',
    'fetch 1 from c',
    'explain select 1',
    'explain analyze delete from t',
    'copy t to stdout',
    'create temp table t (a int4)',
    'table t',
    'vacuum',
    'savepoint s',
    '"select" 1',
    // A table, and perhaps a temporary one.
    'select 1 into t',
    'select * into temp t from u',
    'select 1 as a into temporary table t',
    'with a as (select 1) select * into t from a',
    'select 1 as insert, 2 into t',
    // Functions that read or change a session, however they are written.
    `select set_config('a.b', 'c', false)`,
    `select SET_CONFIG ('a.b', 'c', false)`,
    `select "set_config"('a.b', 'c', false)`,
    `select set_config/**/('a.b', 'c', false)`,
    `select set_config -- a\n('a.b', 'c', false)`,
    `select pg_catalog.set_config('a.b', 'c', false)`,
    `select pg_catalog . "set_config" ('a.b', 'c', false)`,
    `select current_setting('a.b')`,
    `select 1 where set_config('a.b', 'c', false) = ''`,
    `select * from set_config('a.b', 'c', false)`,
    `select * from t, lateral set_config('a.b', 'c', false)`,
    `select (((select set_config('a.b', 'c', false))))`,
    `select 'x'||set_config('a.b', 'c', false)`,
    `select -set_config('a.b', 'c', false)`,
    `with a as (select set_config('a.b', 'c', false)) select * from a`,
    `insert into t values (set_config('a.b', 'c', false))`,
    `insert into t (a) select lastval()`,
    `update t set a = currval('s')`,
    `delete from t returning setval('s', 1)`,
    `select U&"set\\005fconfig"('a.b', 'c', false)`,
    `select pg_sleep(1)`,
    `select PG_SLEEP(1)`,
    `select "pg_sleep"(1)`,
    `select pg_advisory_lock(1)`,
    `select pg_try_advisory_lock_shared(1)`,
    `select pg_notify('a', 'b')`,
    `select pg_backend_pid()`,
    `select pg_export_snapshot()`,
    'select * from pg_locks',
    'select * from "pg_prepared_statements"',
    'insert into pg_temp.t values (1)',
    'select setseed(0.5)',
    `select lo_creat(-1)`,
    `select dblink('')`,
    `select crm.lower('a')`,
    `select "lower"('a')`,
    `select my_function(1)`,
    `select größe(1)`,
    `select ran\u212a()`,
    `select\u00a0set_config('a', 'b', false)`,
    // What a backslash means depends on the session.
    `select '\\' , set_config('a', 'b', false) --'`,
    `select 'a\\b'`,
    // Letters behind a number are a word to older servers.
    'select 1into temp t',
    'select $1into temp t',
    // What the server refuses.
    `select 'a`,
    'select "a',
    'select $a$',
  ],
}

for (const kind of ['read', 'write', 'alone'] as const) {
  describe(`${kind}, by hand`, () => {
    test.each(byHand[kind])('%s', (statement) => {
      expect(laneKindOf(statement)).toBe(kind)
    })
  })
}

const pieces = {
  read: ['select', 'lower', '(', 'a', ')', 'from', 't', 'where', 'b', 'in', '(', '$1', ',', `'c'`, ')'],
  write: [
    'with',
    'w',
    'as',
    '(',
    'insert',
    'into',
    's',
    '.',
    't',
    '(',
    'a',
    ')',
    'values',
    '(',
    '1',
    ')',
    'returning',
    'b',
    ')',
    'select',
    '*',
    'from',
    'w',
  ],
  alone: ['select', 'a', ',', 'set_config', '(', `'a'`, ',', `'b'`, ',', 'false', ')', 'from', 't'],
} satisfies Record<LaneKind, string[]>

const gap = fc.constantFrom(
  ' ',
  '\n',
  '\t\r\n',
  ' -- select pg_sleep(1)\n',
  '/* insert into */',
  ' /* a /* b */ \' " */ ',
)

test.each(['read', 'write', 'alone'] as const)(
  '%s stays so in any case, with any space and comment between',
  (kind) => {
    const words = pieces[kind]
    const lengths = { minLength: words.length, maxLength: words.length }
    fc.assert(
      fc.property(fc.array(gap, lengths), fc.array(fc.boolean(), lengths), (gaps, upper) => {
        const statement = words.map((word, at) => (upper[at] ? word.toUpperCase() : word) + gaps[at]).join('')
        expect(laneKindOf(statement), statement).toBe(kind)
      }),
    )
  },
)

test('no text whatsoever throws, and none with a call of a function of the session is shared', () => {
  const fragment = fc.constantFrom(
    'select',
    'insert into',
    'with',
    'as',
    'from',
    'values',
    'into',
    'recursive',
    'a',
    '"',
    "'",
    "''",
    '$$',
    '$x$',
    "E'",
    '\\',
    '/*',
    '*/',
    '--',
    '\n',
    '(',
    ')',
    ',',
    '.',
    '1',
    '$1',
    'U&"',
    'lower',
    ';',
    ' ',
  )
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 20 }), (parts) => {
      expect(['read', 'write', 'alone']).toContain(laneKindOf(parts.join(' ')))
      // Whatever stands before it: where the scanner is not inside of a string or a comment, it has to notice.
      const sealed = laneKindOf(`select ${parts.join(' ')}`)
      if (sealed === 'alone') return
      expect(laneKindOf(`select ${parts.join(' ')} , x = pg_sleep(1)`)).toBe(
        endsInside(parts.join(' ')) ? sealed : 'alone',
      )
    }),
    { numRuns: 2_000 },
  )
})

/** In a comment to the end of the line, or in one that nobody has closed. */
function endsInside(text: string): boolean {
  return laneKindOf(`select ${text} pg_locks`) !== 'alone'
}
