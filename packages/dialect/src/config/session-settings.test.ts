import { expect, test } from 'vitest'

import type { ConnectionOptions } from './connection-options.ts'
import { resolveConnectionSettings } from './resolve-connection-settings.ts'

function settings(
  connection?: string | ConnectionOptions,
  environment: Record<string, string> = {},
): Readonly<Record<string, string>> {
  return resolveConnectionSettings(connection, { PGUSER: 'u', ...environment }).serverSettings
}

test('options that are settings go to the server under its own names', () => {
  const options = {
    searchPath: ['app', 'My "schema"', 'pg_catalog'],
    statementTimeoutMs: 5000,
    lockTimeoutMs: 0,
    idleInTransactionTimeoutMs: 60_000,
    serverSettings: { work_mem: '64MB' },
  }
  expect(settings(options)).toEqual({
    search_path: '"app", "My ""schema""", "pg_catalog"',
    statement_timeout: '5000',
    lock_timeout: '0',
    idle_in_transaction_session_timeout: '60000',
    work_mem: '64MB',
  })
})

test('a search path in a string is taken as it is', () => {
  expect(settings({ searchPath: '"$user", app' })).toEqual({ search_path: '"$user", app' })
  expect(settings('postgres://h?search_path=a,%22B%22')).toEqual({ search_path: 'a,"B"' })
})

test.each([
  ['1500', '1500'],
  ['1500ms', '1500'],
  ['2s', '2000'],
  ['1.5 min', '90000'],
  ['1h', '3600000'],
  ['1d', '86400000'],
  ['1700us', '2'],
  [' 3 s ', '3000'],
])('a connection string may write a time as %s', (written, ms) => {
  expect(settings(`postgres://h?statement_timeout=${encodeURIComponent(written)}`)).toEqual({ statement_timeout: ms })
})

test.each(['s', '1 year', '-1', '1e3', '1S', '2147483648', ''])('and not as %j', (written) => {
  const read = (): unknown => settings(`postgres://h?lock_timeout=${encodeURIComponent(written)}`)
  if (written === '') expect(read()).toEqual({})
  else expect(read).toThrow('lock_timeout in the connection string')
})

test("the environment's settings come last", () => {
  const environment = { PGOPTIONS: '-c geqo=off', PGTZ: 'Europe/Berlin', PGDATESTYLE: 'ISO', PGGEQO: 'on' }
  expect(settings({}, environment)).toEqual({
    options: '-c geqo=off',
    timezone: 'Europe/Berlin',
    datestyle: 'ISO',
    geqo: 'on',
  })
  const options = { serverSettings: { TimeZone: 'UTC', options: '' } }
  expect(settings(options, environment)).toEqual({ TimeZone: 'UTC', options: '', datestyle: 'ISO', geqo: 'on' })
})

test('settings of several places are merged, name by name', () => {
  const options = {
    connectionString: 'postgres://h?work_mem=1MB&search_path=dsn&lock_timeout=1s&jit=off',
    searchPath: 'object',
    serverSettings: { Work_Mem: '2MB', lock_timeout: '7' },
  }
  expect(settings(options)).toEqual({ search_path: 'object', Work_Mem: '2MB', lock_timeout: '7', jit: 'off' })
})
