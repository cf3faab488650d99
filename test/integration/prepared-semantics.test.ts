import { connect, type Connection } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import {
  bindComplete,
  commandComplete,
  dataRow,
  errorResponse,
  int32,
  parameterDescription,
  parseComplete,
  readyForQuery,
  rowDescription,
} from '../support/backend-messages.ts'
import { scriptedServer } from '../support/scripted-server.ts'
import { errorFrom } from './error-from.ts'
import { ledger } from './ledger.ts'

const facts = ledger()
let connection: Connection

beforeAll(async () => {
  connection = await facts.connect()
})
afterAll(() => connection.close())

test('a statement means what its search path says, whenever it is run', async () => {
  await connection.execute(`
    create schema one; create table one.place as select 'one' as name;
    create schema two; create table two.place as select 2 as name`)
  const names = []
  for (const schema of ['one', 'two', 'one']) {
    await connection.execute(`set search_path = ${schema}`)
    names.push(await connection.fetchValue('select name from place'))
    names.push(await connection.cursor<{ name: unknown }>('select name from place').next())
  }
  const row = (name: unknown) => ({ done: false, value: { name } })
  expect(names).toEqual(['one', row('one'), 2, row(2), 'one', row('one')])
  await connection.execute('reset search_path')
})

test.each([
  ['auto', true],
  ['force_custom_plan', false],
  ['force_generic_plan', true],
])('the server plans as it is told to: %s', async (mode, generic) => {
  const sql = `select n from ledger where n = $1 /* ${mode} */`
  await connection.execute(`set plan_cache_mode = ${mode}`)
  for (let n = 0; n < 12; n++) await connection.query(sql, [n])
  const plans = 'select generic_plans > 0 as generic from pg_prepared_statements where statement = $1'
  expect(await connection.fetch(plans, [sql])).toEqual([{ generic }])
  await connection.execute('reset plan_cache_mode')
})

test('a prepared statement outlives its place in the cache', async () => {
  await using small = await connect(`${facts.url}?statement_cache_size=4`)
  using statement = await small.prepare('select $1::int4 + 1 as n')
  for (let round = 0; round < 3; round++) {
    for (let n = 0; n < 10; n++) await small.query(`select ${n}`)
    expect(await statement.fetchValue([round])).toBe(round + 1)
    expect(await statement.cursor([round]).fetch(2)).toEqual([{ n: round + 1 }])
  }
})

test('without a cache no statement is left on the server', async () => {
  await using without = await connect(`${facts.url}?statement_cache_size=0`)
  await without.query('select $1::int', [1])
  await without.batch([{ sql: 'select 1' }, { sql: 'select 2' }])
  await without.executeMany('select $1::int', [[1], [2]])
  await without.cursor('select 1').fetch(2)
  const [left] = await without.execute('select name from pg_prepared_statements')
  expect(left?.rows).toEqual([])
})

test('statements that cannot be parsed do not stand in the way of the same ones once they can', async () => {
  const ask = () => connection.query('select n from late')
  const refused = await Promise.allSettled([ask(), ask(), connection.query('select 1'), ask()])
  expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'rejected'])
  await connection.execute('create table late as select 7 as n')
  expect((await Promise.all([ask(), ask()])).map(({ rows }) => rows)).toEqual([[{ n: 7 }], [{ n: 7 }]])
})

test('a cursor has the parameters with which it was made, whatever becomes of their array', async () => {
  using statement = await connection.prepare('select $1::int4 as n')
  const parameters = [1]
  const made = [
    statement.cursor<{ n: number }>(parameters),
    connection.cursor<{ n: number }>('select $1::int4 as n', parameters),
  ]
  const streams = [
    statement.stream<{ n: number }>(parameters),
    connection.stream<{ n: number }>('select $1::int4 as n', parameters),
  ]
  parameters[0] = 2
  for (const cursor of made) expect(await cursor.fetch(2)).toEqual([{ n: 1 }])
  for (const stream of streams) for await (const batch of stream) expect(batch).toEqual([{ n: 1 }])
})

describe('a cursor that has ended holds nothing: in its transaction the table can be dropped', () => {
  test.each(['read to its end', 'left early', 'closed'])('%s', async (way) => {
    await connection.transaction(async (transaction) => {
      await transaction.query('create table held as select generate_series(1, 1000) as n')
      const cursor = transaction.cursor('select n from held', [], { prefetch: 100 })
      if (way === 'closed') {
        await cursor.fetch(3)
        await cursor.close()
      } else {
        let read = 0
        for await (const row of cursor) if (row !== null && ++read === 3 && way === 'left early') break
      }
      await transaction.query('drop table held')
    })
  })
})

test('a statement that the server always forgets is prepared again once, and then the error is told', async () => {
  let executed = 0
  await using server = await scriptedServer(async (peer) => {
    await peer.login()
    let known = true
    for (let skipping = false; ;) {
      const message = await peer.message()
      if (message.type === 'sync') {
        skipping = false
        peer.send(readyForQuery())
      } else if (skipping) continue
      else if (message.type === 'parse') peer.send(parseComplete())
      else if (message.type === 'describe') {
        peer.send(parameterDescription(), rowDescription({ name: 'n', typeOid: 23 }))
      } else if (message.type === 'bind' && known) peer.send(bindComplete())
      else if (message.type === 'bind') {
        executed++
        skipping = true
        peer.send(errorResponse({ S: 'ERROR', V: 'ERROR', C: '26000', M: 'it is gone' }))
      } else if (message.type === 'execute') {
        known = false
        peer.send(dataRow(int32(1)), commandComplete('SELECT 1'))
      }
    }
  })
  const forgetful = await connect(server.url)
  expect(await forgetful.fetchValue('select n')).toBe(1)
  expect(await errorFrom(() => forgetful.query('select n'))).toMatchObject({ code: '26000', outcome: 'rolled-back' })
  expect(executed).toBe(2)
  forgetful.terminate()
})
