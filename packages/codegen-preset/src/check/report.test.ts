import { expect, test } from 'vitest'

import { checkReport } from './report.ts'

const result = { files: 1, queries: 2, checked: 1, findings: [], unchecked: [] }

test('lines name the place, relative to the folder, and findings make the exit code 1', () => {
  const report = checkReport(
    { ...result, findings: [{ file: '/app/src/a.ts', line: 2, column: 3, text: 'Wrong' }] },
    '/app',
  )
  expect(report).toEqual({
    findings: ['src/a.ts:2:3: Wrong'],
    unchecked: [],
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
