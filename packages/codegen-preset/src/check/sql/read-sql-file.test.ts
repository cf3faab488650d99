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
  const parts = fc.array(fc.constantFrom("'", '"', ';', '$$', '--', '/*', '*/', '\n', 'a', '$1', ' ', 'E', '\\'), {
    maxLength: 40,
  })
  fc.assert(
    fc.property(parts, (pieces) => {
      const text = pieces.join('')
      for (const { at, text: query } of readSqlFile('a.sql', text).queries) {
        expect(text.startsWith(query.sql, at)).toBe(true)
      }
    }),
  )
})
