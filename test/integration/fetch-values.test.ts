import { connect, type Connection, createPool, type Pool } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'
import { errorFrom } from './error-from.ts'

const server = sharedServer()
let connection: Connection
let pool: Pool

beforeAll(async () => {
  connection = await connect(server.url)
  pool = createPool({ connection: server.url, max: 1 })
})
afterAll(async () => {
  await connection.close()
  await pool.close()
})

describe.each([
  ['a connection', () => connection],
  ['a pool', () => pool],
])('%s', (_, subject) => {
  const series = 'select n, n * 2 as twice from generate_series(1, $1::int4) n'

  test('fetches rows', async () => {
    expect(await subject().fetch(series, [2])).toEqual([
      { n: 1, twice: 2 },
      { n: 2, twice: 4 },
    ])
    expect(await subject().fetch(series, [0])).toEqual([])
    expect(await subject().fetch(series, [1], { rowMode: 'array' })).toEqual([[1, 2]])
  })

  test('fetches the first row, or null', async () => {
    expect(await subject().fetchRow(series, [2])).toEqual({ n: 1, twice: 2 })
    expect(await subject().fetchRow(series, [0])).toBeNull()
    expect(await subject().fetchRow('')).toBeNull()
  })

  test('fetches a value by position or by name, or null', async () => {
    expect(await subject().fetchValue(series, [2])).toBe(1)
    expect(await subject().fetchValue(series, [2], { column: 1 })).toBe(2)
    expect(await subject().fetchValue(series, [2], { column: 'twice' })).toBe(2)
    expect(await subject().fetchValue(series, [0], { column: 'twice' })).toBeNull()
    expect(await subject().fetchValue('select null::int4')).toBeNull()
    expect(await subject().fetchValue('select 1 as a, 2 as a', [], { column: 'a' })).toBe(2)
    expect(await subject().fetchValue(`select 'value' as "__proto__"`, [], { column: '__proto__' })).toBe('value')
  })

  test('has no value where there is no column', async () => {
    expect(await subject().fetchValue('select')).toBeNull()
    expect(await subject().fetchValue(`set application_name = 'fetched'`)).toBeNull()
  })

  test.each([2, 'N', ''])('refuses a column that does not exist: %j', async (column) => {
    const error = await errorFrom(() => subject().fetchValue(series, [1], { column }))
    expect(error).toMatchObject({ code: 'PGWIRE_USAGE', outcome: 'applied' })
  })

  test.each([-1, 0.5, Number.NaN])('refuses a position that no column can have: %j', async (column) => {
    const error = await errorFrom(() => subject().fetchValue('select pg_sleep(10)', [], { column }))
    expect(error).toMatchObject({ code: 'PGWIRE_USAGE', outcome: 'not-sent' })
  })

  test('rejects with the error of the statement, and with the stack of the caller', async () => {
    const error = await errorFrom(async function caller() {
      await subject().fetchValue('select 1 / $1::int4', [0])
    })
    expect(error).toMatchObject({ code: '22012', outcome: 'rolled-back' })
    expect(error.stack).toContain('caller')
  })
})
