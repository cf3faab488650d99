/** What is told of statements whose sending or failing is out of the ordinary. Each row is checked against the table. */
import { connect, type Connection } from 'kysely-pgwire'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'
import type { TestDatabase } from '../support/test-server.ts'
import { errorFrom } from './error-from.ts'

const server = sharedServer()
let database: TestDatabase
let connection: Connection

beforeAll(async () => {
  database = await server.createDatabase()
  const setUp = `
    create table facts (n int, unique (n) deferrable initially deferred);
    create procedure keep_and_fail() language plpgsql as
      $$ begin insert into facts values (1); commit; perform 1 / 0; end $$`
  for (const statement of setUp.split(/;\n(?= {4}create)/)) await server.query(statement, [], database.name)
  connection = await connect(database.url)
})

afterAll(async () => {
  await connection.close()
  await database.drop()
})

beforeEach(() => server.query('truncate facts', [], database.name))

const facts = async (): Promise<number> => (await server.query('select n from facts', [], database.name)).length

describe('an outcome', () => {
  test('is unknown for a procedure that committed before it failed', async () => {
    const error = await errorFrom(() => connection.query('call keep_and_fail()'))
    expect(error).toMatchObject({ code: '22012', outcome: 'unknown' })
    expect(await facts()).toBe(1)
  })

  test('is unknown for a script that committed before it failed', async () => {
    const error = await errorFrom(() => connection.execute('insert into facts values (1); commit; select 1 / 0'))
    expect(error).toMatchObject({ code: '22012', outcome: 'unknown' })
    expect(await facts()).toBe(1)
  })

  test('is rolled-back for a script that is one transaction', async () => {
    const error = await errorFrom(() => connection.execute('insert into facts values (1); select 1 / 0'))
    expect(error).toMatchObject({ code: '22012', outcome: 'rolled-back' })
    expect(await facts()).toBe(0)
  })

  test('is rolled-back when a row could not be decoded and the statement failed after that', async () => {
    // The first row has no Date; the second value divides by zero.
    const error = await errorFrom(() =>
      connection.query(`select case n when 1 then timestamptz '290000-01-01' else now() + (1 / (2 - n)) * interval '1 s' end
        from generate_series(1, 2) n`),
    )
    expect(error).toMatchObject({ code: '22012', outcome: 'rolled-back' })
  })

  test('is rolled-back when a returned row could not be decoded and the transaction failed at its end', async () => {
    const error = await errorFrom(() =>
      connection.query(`insert into facts values (1), (1) returning timestamptz '290000-01-01'`),
    )
    expect(error).toMatchObject({ code: '23505', outcome: 'rolled-back' })
    expect(await facts()).toBe(0)
  })

  test('is applied when only the decoding failed', async () => {
    const error = await errorFrom(() =>
      connection.query(`insert into facts values (1) returning timestamptz '290000-01-01'`),
    )
    expect(error).toMatchObject({ code: 'PGWIRE_DECODE', outcome: 'applied' })
    expect(await facts()).toBe(1)
  })
})

describe('a query', () => {
  test('that is aborted in the tick in which it was made is never sent', async () => {
    const insert = 'insert into facts values ($1)'
    await connection.query(insert, [0])
    for (let n = 1; n <= 20; n++) {
      const controller = new AbortController()
      const aborted = connection.query(insert, [n], { signal: controller.signal })
      const reason = new Error('never mind')
      controller.abort(reason)
      await expect(aborted).rejects.toBe(reason)
    }
    await connection.settled()
    expect(await facts()).toBe(1)
  })

  test('whose neighbour is aborted in the same tick is answered as if there had been none', async () => {
    const controller = new AbortController()
    const sql = 'select $1::int4 as n'
    await connection.query(sql, [0])
    const before = connection.query(sql, [1])
    const aborted = connection.query(sql, [2], { signal: controller.signal })
    controller.abort()
    const after = connection.query(sql, [3])
    await expect(aborted).rejects.toBe(controller.signal.reason)
    expect((await before).rows).toEqual([{ n: 1 }])
    expect((await after).rows).toEqual([{ n: 3 }])
  })

  test('sends the parameters that it was given, whatever becomes of the array', async () => {
    const fresh = await connect(database.url)
    for (let round = 0; round < 2; round++) {
      const parameters = [1]
      const first = fresh.query('select $1::int4 as n', parameters)
      parameters[0] = 2
      const second = fresh.query('select $1::int4 as n', parameters)
      parameters[0] = 3
      expect((await first).rows).toEqual([{ n: 1 }])
      expect((await second).rows).toEqual([{ n: 2 }])
    }
    await fresh.close()
  })

  test('made while another is being encoded follows behind it', async () => {
    const sql = 'select $1::jsonb as value'
    await connection.query(sql, [{}])
    let inner: Promise<unknown> | undefined
    const nosy = {
      toJSON: () => {
        inner ??= connection.query('select 2 as two').then((result) => result.rows)
        return { from: 'toJSON' }
      },
    }
    expect((await connection.query(sql, [nosy])).rows).toEqual([{ value: { from: 'toJSON' } }])
    expect(await inner).toEqual([{ two: 2 }])
    expect((await connection.query('select 3 as three')).rows).toEqual([{ three: 3 }])
  })
})
