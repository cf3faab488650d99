import fc from 'fast-check'
import { expect, test } from 'vitest'

import { readSqlFile } from './read-sql-file.ts'

function read(text: string): unknown[] {
  return readSqlFile('a.sql', text).queries.map(({ at, type, text: { sql, parameters } }) => [
    at,
    sql,
    type,
    parameters.length,
  ])
}

test('statements end at semicolons that are none of a string, a name or a comment', () => {
  expect(read(`select ';', ";", $$;$$, E'\\';' /* ; */ -- ;\n;; select 2 ;`)).toEqual([
    [0, `select ';', ";", $$;$$, E'\\';' /* ; */ -- ;`, null, 0],
    [47, 'select 2', null, 0],
  ])
})

/** With the reason for those that are no statement of the server's. */
function statements(text: string): string[] {
  return readSqlFile('a.sql', text).queries.map(({ text: { sql, unclear } }) =>
    unclear === null ? sql : `${unclear}: ${sql}`,
  )
}

test.each([
  ['a command of psql', "\\set x 'it\n\\echo it's\r\nselect 1;", ['select 1']],
  [
    'one that sends what is before it',
    'select 1 \\gset a_\nselect 2\\g\nselect 3 \\; select 4',
    ['select 1', 'select 2', 'select 3', 'select 4'],
  ],
  [
    'one within a statement',
    'select 1 \\if true\n, 2; select 3',
    ['a command of psql stands in it: select 1 \\if true\n, 2', 'select 3'],
  ],
  ['rows behind COPY', "copy t (a) from stdin;\n1\tit's;\n\\N\n\\.\nselect 1", ['copy t (a) from stdin', 'select 1']],
  [
    'rows of a line end of its own',
    "COPY t FROM STDIN WITH (format csv);\r\n'\r\n\\.\r\nselect 1;",
    ['COPY t FROM STDIN WITH (format csv)', 'select 1'],
  ],
  ['rows without an end', "copy t from stdin;\n'", ['copy t from stdin']],
  ['COPY from elsewhere', "copy t from 'stdin'; select 1", ["copy t from 'stdin'", 'select 1']],
  [
    'a body without quotes',
    'create or replace function f() returns int begin atomic select case when true then 1 end; end; select 1',
    [
      'it has statements in it: create or replace function f() returns int begin atomic select case when true then 1 end; end',
      'select 1',
    ],
  ],
  [
    'the commands of a rule',
    'create rule r as on insert to t do also (select 1; select 2); select 3',
    ['it has statements in it: create rule r as on insert to t do also (select 1; select 2)', 'select 3'],
  ],
  ['a transaction', 'begin; select 1; end; select 2', ['begin', 'select 1', 'end', 'select 2']],
  ['a bracket that stays open', 'select (1; select 2', ['select (1', 'select 2']],
])('%s', (_, text, expected) => {
  expect(statements(text)).toEqual(expected)
})

test.each(['', ' \n', '-- nothing\n', ';;', '\ufeff'])('%j has none', (text) => {
  expect(readSqlFile('a.sql', text)).toMatchObject({ queries: [], problems: [] })
})

test('tags in the comments before a statement state its types', () => {
  const text = `-- name: one
-- @type {
--   id: number
-- }
-- @params [number,
--   string]
-- name: still one
-- anything else
select $1, $2, '$9';
-- type none
select 1`
  const file = readSqlFile('a.sql', text)
  expect(file.queries.map(({ type }) => type)).toEqual([' {\n   id: number\n }'.slice(1), null])
  const [first] = file.queries
  expect(first!.text.parameters.map(({ start, end }) => file.module!.text.slice(start, end))).toEqual([
    '(null! as (\n[number,\n   string]\n)[0])',
    '(null! as (\n[number,\n   string]\n)[1])',
  ])
  expect(text.slice(first!.at)).toMatch(/^select \$1/)
  expect(text[first!.text.offsetAt(8)]).toBe('$')
})

test.each([
  [`select 'a`, 'a string or a name has no end', 7],
  ['select 1; /* a', 'a comment has no end', 10],
])('%j is not guessed at', (text, reason, at) => {
  expect(readSqlFile('a.sql', text).problems).toEqual([{ at, text: `The file cannot be read: ${reason}` }])
})

test('any text is read or refused, and a statement is what stands there', () => {
  const words = ['create function ', 'begin ', ' end', '(', ')', 'copy a from stdin', '\n\\.\n', '\\g ']
  const parts = fc.array(
    fc.constantFrom(...words, "'", '"', ';', '$$', '--', '/*', '*/', '\n', 'a', '$1', ' ', 'E', '\\'),
    {
      maxLength: 40,
    },
  )
  fc.assert(
    fc.property(parts, (pieces) => {
      const text = pieces.join('')
      for (const { at, text: query } of readSqlFile('a.sql', text).queries) {
        expect(text.startsWith(query.sql, at)).toBe(true)
      }
    }),
  )
})
