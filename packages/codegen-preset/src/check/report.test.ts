import { expect, test } from 'vitest'

import { checkReport } from './report.ts'

const result = { files: 1, queries: 2, checked: 1, findings: [], unchecked: [], statements: [] }

test('lines name the place, relative to the folder, and findings make the exit code 1', () => {
  const report = checkReport(
    { ...result, findings: [{ file: '/app/src/a.ts', line: 2, column: 3, text: 'Wrong' }] },
    '/app',
  )
  expect(report).toEqual({
    findings: ['src/a.ts:2:3: Wrong'],
    unchecked: [],
    types: [],
    summary: '2 queries in 1 file, 1 checked as a whole, 0 not or not wholly checkable, 1 finding',
    exitCode: 1,
  })
})

test('what could not be checked is said, and is no failure', () => {
  const report = checkReport(
    { ...result, unchecked: [{ file: '/app/b.sql', line: 1, column: 1, text: 'Not checked: x' }] },
    '/app',
  )
  expect(report).toMatchObject({ unchecked: ['b.sql:1:1: Not checked: x'], exitCode: 0 })
})

test('types of statements are comments that may stand before them, under the place', () => {
  const place = { file: '/app/b.sql', line: 1, column: 1 }
  const statements = [
    { ...place, parameters: ['number | null', '"a" | null'], row: '{ id: number }' },
    { ...place, line: 2, parameters: [], row: null },
  ]
  expect(checkReport({ ...result, statements }, '/app').types).toEqual([
    'b.sql:1:1:',
    '-- @params [number | null, "a" | null]',
    '-- @type { id: number }',
    'b.sql:2:1:',
    '-- @params []',
    '-- The server does not say what its columns are called',
  ])
})

test('nothing in a line controls a terminal or breaks it', () => {
  const findings = [
    { file: '/app/a.sql', line: 1, column: 1, text: 'column "\u001b[31m\n::error::\u202e" does not exist' },
  ]
  expect(checkReport({ ...result, findings }, '/app').findings).toEqual([
    String.raw`a.sql:1:1: column "\u{1b}[31m\u{a}::error::\u{202e}" does not exist`,
  ])
})
