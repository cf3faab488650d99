import { readFile } from 'node:fs/promises'

import { describe, expect, test } from 'vitest'

import { CLASSES } from '../../packages/dialect/src/errors/sqlstate-classes.generated.ts'
import { requestedMajorVersion } from '../../test/support/postgres/binaries.ts'
import { parseConditions } from './condition-names.ts'
import { pathOf, postgresErrorFiles, readConditionList } from './postgres-errors.ts'

test('the generated files are what PostgreSQL’s list says', async () => {
  for (const [file, source] of Object.entries(postgresErrorFiles(await readConditionList()))) {
    expect(await readFile(pathOf(file), 'utf8')).toBe(source)
  }
})

test('every code of the server under test has a class', async () => {
  const classes = parseConditions(await readConditionList(requestedMajorVersion()))
  const codes = classes.flatMap(({ conditions }) => conditions.map(({ sqlstate }) => sqlstate))
  expect(codes.length).toBeGreaterThan(250)
  expect(codes.filter((code) => !CLASSES.has(code))).toEqual([])
})

describe('of a list', () => {
  const list = `
Section: Class 00 - Successful Completion
00000    S    ERRCODE_SUCCESSFUL_COMPLETION    successful_completion

# a comment
Section: Class 22 - Data Exception
22000    E    ERRCODE_DATA_EXCEPTION           data_exception
22008    E    ERRCODE_DATETIME_FIELD_OVERFLOW  datetime_field_overflow
22008    E    ERRCODE_DATETIME_VALUE_OUT_OF_RANGE
22004    E    ERRCODE_NULL_VALUE_NOT_ALLOWED   null_value_not_allowed

Section: Class 39 - Outside Code (and its like)
39004    E    ERRCODE_E_NULL_VALUE_NOT_ALLOWED null_value_not_allowed
`

  test('success, comments and second names are left out', () => {
    expect(parseConditions(list)).toEqual([
      {
        prefix: '22',
        title: 'Data Exception',
        conditions: [
          { sqlstate: '22000', name: 'data_exception' },
          { sqlstate: '22008', name: 'datetime_field_overflow' },
          { sqlstate: '22004', name: 'null_value_not_allowed' },
        ],
      },
      { prefix: '39', title: 'Outside Code', conditions: [{ sqlstate: '39004', name: 'null_value_not_allowed' }] },
    ])
  })

  test('a class without a code of its own is named after its title, and stands in front of a name that is taken', () => {
    const source = postgresErrorFiles(list)['sqlstate-errors.generated.ts']
    expect(source).toContain('export class OutsideCodeError extends PostgresError {')
    expect(source).toContain('export class OutsideCodeNullValueNotAllowedError extends OutsideCodeError {')
    expect(source).toContain('export class NullValueNotAllowedError extends DataError {')
  })

  test('a code below another class is refused', () => {
    expect(() => parseConditions(`${list}23505 E ERRCODE_UNIQUE_VIOLATION unique_violation`)).toThrow('23505')
  })
})
