import { expect, test } from 'vitest'

import { PostgresError } from '../errors/postgres-error.ts'
import { QueryTimeoutError } from '../errors/query-timeout-error.ts'
import { UsageError } from '../errors/usage-error.ts'
import { errorSummary } from './error-summary.ts'

const refused = (code: string, message: string): PostgresError =>
  new PostgresError(
    new Map([
      ['S', 'FEHLER'],
      ['V', 'ERROR'],
      ['C', code],
      ['M', message],
      ['D', 'Key (email)=(secret) already exists.'],
    ]),
  )

test.each([
  ['42P01', 'relation "a" does not exist'],
  ['23505', 'duplicate key value violates unique constraint "a_key"'],
  ['57014', 'canceling statement due to user request'],
  ['40001', 'could not serialize access'],
])('%s is told with its message', (code, message) => {
  expect(errorSummary(refused(code, message))).toMatchObject({ code, message })
})

test.each(['22P02', '22001', 'P0001', 'XX000', 'HV000', '99999', ''])(
  '%s is told without its message, which may quote a value',
  (code) => {
    const summary = errorSummary(refused(code, 'invalid input syntax for type integer: "secret"'))
    expect(summary.message).toBeUndefined()
    expect(JSON.stringify(summary)).not.toContain('secret')
  },
)

test('the driver’s own errors are told with their messages', () => {
  expect(errorSummary(new UsageError('The connection is closed'))).toEqual({
    name: 'UsageError',
    code: 'PGWIRE_USAGE',
    message: 'The connection is closed',
  })
  expect(errorSummary(new QueryTimeoutError(20, 'unknown')).message).toContain('20 ms')
})

test('of the errors of others only the class and the code are told', () => {
  const own = Object.assign(new RangeError('secret'), { code: '42P01' })
  expect(errorSummary(own)).toEqual({ name: 'RangeError', code: '42P01', message: undefined })
  expect(errorSummary(Object.assign(new Error('secret'), { code: 7 }))).toEqual({
    name: 'Error',
    code: undefined,
    message: undefined,
  })
})

test.each([null, undefined, 'secret', 7, {}])('%o, thrown by somebody, says nothing', (thrown) => {
  expect(errorSummary(thrown)).toEqual({ name: 'Error', code: undefined, message: undefined })
})
