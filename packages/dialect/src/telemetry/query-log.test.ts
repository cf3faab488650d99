import { expect, test } from 'vitest'

import { formatQueryLog, type QueryLogEntry } from './query-log.ts'

const entry: QueryLogEntry = {
  verb: 'query',
  sql: 'select name from users',
  durationMs: 1.416,
  slow: false,
  rowCount: 3,
  tag: undefined,
  bytesSent: 40,
  bytesReceived: 90,
  roundTrips: 1,
  statementCacheHit: true,
  error: undefined,
  connection: { processId: 1, host: 'localhost', port: 5432, database: 'shop', user: 'app' },
}

test.each<[Partial<QueryLogEntry>, string]>([
  [{}, '    1.42 ms  select name from users  3 rows'],
  [{ rowCount: 1 }, '    1.42 ms  select name from users  1 row'],
  [{ rowCount: null }, '    1.42 ms  select name from users'],
  [{ slow: true, durationMs: 12_345.678 }, '12345.68 ms  slow  select name from users  3 rows'],
  [{ tag: 'users.list' }, '    1.42 ms  users.list  select name from users  3 rows'],
  [{ sql: 'select\n   1' }, '    1.42 ms  select 1  3 rows'],
  [
    { parameters: [1, 'a', null, 5n, new Uint8Array(3), { b: 1 }] },
    '    1.42 ms  select name from users  [1, "a", null, 5n, <3 bytes>, {"b":1}]  3 rows',
  ],
  [{ parameters: [] }, '    1.42 ms  select name from users  3 rows'],
  [
    { error: { name: 'PostgresError', code: '42P01', message: 'relation "a" does not exist' } },
    '    1.42 ms  select name from users  PostgresError 42P01 relation "a" does not exist',
  ],
  [
    { error: { name: 'PostgresError', code: '22P02', message: undefined } },
    '    1.42 ms  select name from users  PostgresError 22P02',
  ],
])('%o is one line', (more, line) => {
  expect(formatQueryLog({ ...entry, ...more })).toBe(line)
})

test('colours say whether it went well, and take nothing away', () => {
  const plain = formatQueryLog({ ...entry, tag: 'a' })
  const coloured = formatQueryLog({ ...entry, tag: 'a' }, { colours: true })
  expect(coloured).toContain('\u001B[32m')
  expect(formatQueryLog({ ...entry, slow: true }, { colours: true })).toContain('\u001B[33m')
  // oxlint-disable-next-line no-control-regex
  expect(coloured.replaceAll(/\u001B\[\d+m/g, '')).toBe(plain)
})

test('a long statement is cut where it is told, and no character with it', () => {
  expect(formatQueryLog({ ...entry, sql: 'select 12345' }, { maxSqlLength: 8 })).toContain('select 1…')
  const line = formatQueryLog({ ...entry, sql: `select '${'😀'.repeat(600)}'` }, { maxSqlLength: 9 })
  expect(line.isWellFormed()).toBe(true)
})

test('what a statement, a tag or a value contains forges no line and no colour', () => {
  const nasty = 'a\r\nb\u001B[31mc\u2028d\0'
  const line = formatQueryLog({ ...entry, sql: nasty, tag: nasty, parameters: [nasty] })
  // oxlint-disable-next-line no-control-regex
  expect(line).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u2028\u2029]/)
})

test('a value that cannot be written does no harm', () => {
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  expect(formatQueryLog({ ...entry, parameters: [circular, Symbol('s'), undefined] })).toContain('[<object>, ')
})
