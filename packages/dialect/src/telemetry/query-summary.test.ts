import fc from 'fast-check'
import { expect, test } from 'vitest'

import { querySummary, withoutLiterals } from './query-summary.ts'

const summaries: readonly (readonly [string, string])[] = [
  ['select "name" from "person" where "id" = $1', 'SELECT person'],
  ['select * from public.person p join "pet" on pet.owner = p.id', 'SELECT public.person pet'],
  ['select * from "my table"', 'SELECT "my table"'],
  ['insert into orders select * from users', 'INSERT orders SELECT users'],
  ['insert into a values ($1) on conflict (b) do update set c = 1', 'INSERT a'],
  ['update only person set name = $1 from pet', 'UPDATE person pet'],
  ['delete from person using pet', 'DELETE person pet'],
  ['merge into a using b on true when matched then delete', 'MERGE a b DELETE'],
  ['select * from person for update', 'SELECT person'],
  ['with gone as (delete from a returning *) select * from gone', 'DELETE a SELECT gone'],
  ['select (select count(*) from b) from a', 'SELECT SELECT b a'],
  ['(select 1 from a) union (select 1 from a)', 'SELECT a SELECT a'],
  ['copy t (a) from stdin (format csv)', 'COPY t'],
  ['truncate table a', 'TRUNCATE a'],
  ['create table if not exists a (b int4)', 'CREATE TABLE a'],
  ['create or replace view v as select 1 from t', 'CREATE VIEW v SELECT t'],
  ['create unique index concurrently if not exists i on t (a)', 'CREATE INDEX i'],
  ['drop table if exists a', 'DROP TABLE a'],
  ['begin', 'BEGIN'],
  ['set search_path to app', 'SET'],
  ['values (1)', 'VALUES'],
  ['-- a comment\n/* from nowhere */ select 1', 'SELECT'],
  ["select 'from a' || $$from b$$", 'SELECT'],
  ['select 1; delete from a', 'SELECT DELETE a'],
  ['', ''],
  ['  ;', ''],
]

test.each(summaries)('%s is %s', (sql, summary) => {
  expect(querySummary(sql)).toBe(summary)
})

test('what differs in its values alone has the same summary', () => {
  expect(querySummary('select 1 from a where b in (1, 2)')).toBe(querySummary("select 'x' from a where b in (3)"))
})

test('a summary has 255 characters at most, and ends with a whole word', () => {
  const sql = Array.from({ length: 200 }, (_, index) => `select 1 from table_${index}`).join(' union ')
  const summary = querySummary(sql)
  expect(summary.length).toBeLessThanOrEqual(255)
  expect(summary).toMatch(/^(SELECT table_\d+ ?)+( SELECT)?$/)
  expect(querySummary(`select * from ${'x'.repeat(1000)}`)).toBe('SELECT')
})

const texts: readonly (readonly [string, string])[] = [
  ["select 'a', 'it''s', '' from t", 'select ?, ?, ? from t'],
  ["select e'it\\'s', E'\\\\', b'01', x'ff', u&'a'", 'select ?, ?, ?, ?, ?'],
  ['select 1, 1.5, .5, 1e10, 0xFF, 1_000', 'select ?, ?, ?, ?, ?, ?'],
  ['select $$a$$, $tag$ $other$ $tag$, $1', 'select ?, ?, $1'],
  ['select a1, "b2", t.c3 from t4', 'select a1, "b2", t.c3 from t4'],
  ['select 1 -- secret', 'select ?'],
  ['select a /* secret */ from b', 'select a   from b'],
  ['select a/* secret */from b', 'select a from b'],
]

test.each(texts)('%s is shown as %s', (sql, text) => {
  expect(withoutLiterals(sql)).toBe(text)
})

// Whichever way these are read, by a setting or by a server that refuses them, nothing of a literal is shown.
const ambiguous = [
  "select 'C:\\', 'secret'",
  "select 'it\\'s secret'",
  "select 'secret",
  'select $$secret',
  'select $Tag$ $tag$ secret $Tag$',
  "select \"broken, 'secret'",
  'select 1 /* secret',
  'select 1 /* outer /* inner */ secret */',
  "select e'secret\\",
  "select 'a''secret'",
]

test.each(ambiguous)('%s does not show it', (sql) => {
  expect(withoutLiterals(sql)).not.toContain('secret')
  expect(querySummary(sql)).not.toContain('secret')
})

const literal = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  .map((text) => `secret${text.replaceAll(/[\0$]/g, '')}secret`)

test('no literal of a well-formed statement is shown, whatever it holds', () => {
  const quoted = literal.map((text) => `'${text.replaceAll("'", "''").replaceAll('\\', '')}'`)
  const escaped = literal.map((text) => `E'${text.replaceAll(/['\\]/g, (char) => `\\${char}`)}'`)
  const dollar = literal.map((text) => `$q$${text}$q$`)
  fc.assert(
    fc.property(fc.array(fc.oneof(quoted, escaped, dollar), { minLength: 1, maxLength: 5 }), (literals) => {
      const sql = `select ${literals.join(', ')} from "t"`
      expect(withoutLiterals(sql)).toBe(`select ${literals.map(() => '?').join(', ')} from "t"`)
      expect(querySummary(sql)).toBe('SELECT t')
    }),
  )
})

test('any text is read to its end, and never throws', () => {
  const part = fc.constantFrom(
    "'",
    '"',
    '\\',
    '$',
    '$$',
    '$a$',
    '/*',
    '*/',
    '--',
    '\n',
    'select',
    'from',
    ' ',
    '1',
    '.',
    'é',
    '😀',
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 60 }), (parts) => {
      const sql = parts.join('')
      expect(typeof querySummary(sql)).toBe('string')
      expect(withoutLiterals(sql).length).toBeLessThanOrEqual(sql.length + 1)
    }),
  )
})

test.each([
  ["'", 200_000],
  ['"', 200_000],
  ['"a', 100_000],
  ['$', 200_000],
  ['/*', 100_000],
  ["\\'", 100_000],
  ['a.', 100_000],
])('%s, %d times, is read in linear time', (part, times) => {
  expect(withoutLiterals(part.repeat(times)).length).toBeLessThanOrEqual(part.length * times)
})
