import { expect, test } from 'vitest'

import { PostgresError } from '../errors/postgres-error.ts'
import { adviseOnLogin, adviseOnStatement } from './pooler-advice.ts'

const errorOf = (code: string, message: string, hint?: string): PostgresError =>
  new PostgresError(
    new Map([['C', code], ['M', message], ...(hint === undefined ? [] : [['H', hint] as const])] as [string, string][]),
  )

test.each([
  ['08P01', 'unsupported startup parameter: search_path', 'ignore_startup_parameters'],
  ['08P01', "bad packet header: '0000004700030002'", 'maxProtocolVersion'],
])('a login that a pooler has refused with %s, %j gets a hint', (code, message, hint) => {
  const error = errorOf(code, message)
  adviseOnLogin(error)
  expect(error.hint).toContain(hint)
})

test.each([
  ['08P01', 'invalid frontend message type 0'],
  ['28P01', 'unsupported startup parameter: search_path'],
])('a login that was refused with %s, %j gets none', (code, message) => {
  const error = errorOf(code, message)
  adviseOnLogin(error)
  expect(error.hint).toBeUndefined()
})

test('a statement that the server does not have gets a hint', () => {
  const error = errorOf('26000', 'prepared statement "x" does not exist')
  adviseOnStatement(error)
  expect(error.hint).toContain('statementCacheSize: 0')
})

test('whatever else is refused gets none', () => {
  const error = errorOf('42804', 'types do not match')
  adviseOnStatement(error)
  expect(error.hint).toBeUndefined()
  const other = new Error('lost')
  adviseOnStatement(other)
  expect(other).not.toHaveProperty('hint')
})

test('the hint of the server is the one to be shown', () => {
  const login = errorOf('08P01', 'unsupported startup parameter: x', 'own')
  adviseOnLogin(login)
  const statement = errorOf('26000', 'gone', 'own')
  adviseOnStatement(statement)
  expect([login.hint, statement.hint]).toEqual(['own', 'own'])
})
