import { expect, test } from 'vitest'

import { readSingleStatement } from './single-statement.ts'

test.each<[text: string, sql: string, firstWord: string]>([
  ['select 1', 'select 1', 'select'],
  ['select 1;', 'select 1', 'select'],
  [' SELECT 1 ; ; -- done', ' SELECT 1 ', 'select'],
  ['(select 1) union (select 2)', '(select 1) union (select 2)', 'select'],
  ['/* a; /* b; */ */ values (1)', '/* a; /* b; */ */ values (1)', 'values'],
  ["select ';', ''';', \";\"", "select ';', ''';', \";\"", 'select'],
  [String.raw`select E'\';'`, String.raw`select E'\';'`, 'select'],
  [String.raw`select e'a' -- b${'\n'} '\';'`, String.raw`select e'a' -- b${'\n'} '\';'`, 'select'],
  [String.raw`select '\', 1;`, String.raw`select '\', 1`, 'select'],
  [String.raw`select se'\', 1;`, String.raw`select se'\', 1`, 'select'],
  ['select $$;$$, $a$;$$;$a$, a$b$, $1', 'select $$;$$, $a$;$$;$a$, a$b$, $1', 'select'],
  ['select 1 -- ;', 'select 1 -- ;', 'select'],
  [String.raw`select U&"\0041;"`, String.raw`select U&"\0041;"`, 'select'],
  ['select 1-/*;*/-1', 'select 1-/*;*/-1', 'select'],
])('%s is one statement', (text, sql, firstWord) => {
  expect(readSingleStatement(text)).toEqual({ single: true, sql, firstWord })
})

test.each<[text: string, reason: string]>([
  ['', 'it is empty'],
  [' ; -- nothing', 'it is empty'],
  ['select 1; select 2', 'it is more than one'],
  ['select 1; end; drop table users', 'it is more than one'],
  [String.raw`select '\'; drop table users --'`, 'it is more than one'],
  [String.raw`select E'a' '\'; drop table users --'`, 'it is more than one'],
  ['select a$$;$$; select 2', 'it is more than one'],
  ['select 1$$;$$; select 2', 'it is more than one'],
  ['select $1;$1', 'it is more than one'],
  ["select 'a", 'a string or a name in it has no end'],
  [String.raw`select E'a\'`, 'a string or a name in it has no end'],
  ['select "a""', 'a string or a name in it has no end'],
  ['select $a$ $b$', 'a string or a name in it has no end'],
  ['select /* /* */', 'a comment in it has no end'],
  ['select 1\0', 'it has a NUL in it'],
])('%j is none', (text, reason) => {
  expect(readSingleStatement(text)).toEqual({ single: false, reason })
})

test.each(['--', '-- ', "''", '$$', "E'' ", "E''\n--", '/*', '*/', '"', '\\', ' ', '$a'])(
  'a text of %j over and over is read once',
  (part) => {
    expect(readSingleStatement(`select ${part.repeat(200_000)}`).single).toBeTypeOf('boolean')
  },
)
