/** `prepare: false`: nothing of the statement is kept, neither here nor on the server. */
import { connect, type Connection, createPool, UsageError } from 'kysely-pgwire'
import { definePgTypes } from 'kysely-pgwire/types'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import { faultProxy } from '../support/fault-proxy.ts'
import { sharedServer } from '../support/shared-server.ts'
import type { TestDatabase } from '../support/test-server.ts'

const server = sharedServer()
let database: TestDatabase

beforeAll(async () => {
  database = await server.createDatabase()
})

afterAll(() => database.drop())

const behindOurBack = (sql: string) => server.query(sql, [], database.name)

beforeEach(() => behindOurBack('drop table if exists t; create table t (n int4, name text)'))

const open = () => connect(database.url)
const prepare = false

/** The statements that the server has under a name, without what a transaction asks to be told from others. */
async function prepared(connection: Connection): Promise<unknown[]> {
  const [result] = await connection.execute(
    `select statement from pg_prepared_statements where name like '\\_p%' and statement not like '%xact_id%' order by 1`,
  )
  return (result?.rows ?? []).flat()
}

test('every verb leaves nothing on the server', async () => {
  await using connection = await open()
  const sql = 'select $1::int4 as n, array[$1::int4] as ns, $2::text as name'
  const rows = [{ n: 7, ns: [7], name: 'x' }]
  for (let round = 0; round < 3; round++) {
    expect((await connection.query(sql, [7, 'x'], { prepare })).rows).toEqual(rows)
    expect(await connection.fetch(sql, [7, 'x'], { prepare })).toEqual(rows)
    expect(await connection.fetchRow(sql, [7, 'x'], { prepare })).toEqual(rows[0])
    expect(await connection.fetchValue(sql, [7, 'x'], { prepare, column: 'name' })).toBe('x')
    const queries = [{ sql, parameters: [7, 'x'] }, { sql: 'select 1 as one' }, { sql, parameters: [7, 'x'] }]
    const results = await connection.batch([...queries, queries[0]!], { prepare })
    expect(results.map((result) => result.rows)).toEqual([rows, [{ one: 1 }], rows, rows])
    for await (const batch of connection.stream(sql, [7, 'x'], { prepare })) expect(batch).toEqual(rows)
    for await (const row of connection.cursor(sql, [7, 'x'], { prepare })) expect(row).toEqual(rows[0])
    const inserted = await connection.executeMany(
      'insert into t values ($1, $2)',
      [
        [1, 'a'],
        [2, 'b'],
      ],
      {
        prepare,
        atomic: round === 0,
        chunkRows: 1,
      },
    )
    expect(inserted.rowCount).toBe(2)
    await connection.transaction((tx) => tx.query(sql, [7, 'x'], { prepare }))
  }
  expect(await prepared(connection)).toEqual([])
  expect(await behindOurBack('select count(*)::int4 as n from t')).toEqual([{ n: 6 }])
})

test('what is prepared already stays so, and a statement is kept when it is asked for without the option', async () => {
  await using connection = await open()
  await connection.query('select 1 as one')
  expect((await connection.query('select 1 as one', [], { prepare })).rows).toEqual([{ one: 1 }])
  expect((await connection.query('select 2 as two', [], { prepare })).rows).toEqual([{ two: 2 }])
  expect(await prepared(connection)).toEqual(['select 1 as one'])
  await connection.query('select 2 as two', [], { prepare: true })
  expect(await prepared(connection)).toEqual(['select 1 as one', 'select 2 as two'])
})

test('it costs two round trips, each time', async () => {
  await using proxy = await faultProxy(server)
  await using connection = await connect(proxy.through(database.url))
  for (let round = 0; round < 3; round++) {
    const before = proxy.flights
    await connection.query('select $1::int4 as n', [1], { prepare })
    expect(proxy.flights - before).toBe(2)
  }
  await connection.query('select $1::int4 as n', [1])
  for (const [options, flights] of [
    [{}, 1],
    [{ prepare }, 2],
    [{}, 1],
  ] as const) {
    const before = proxy.flights
    await connection.query('select $1::int4 as n', [1], options)
    expect(proxy.flights - before).toBe(flights)
  }
})

test('it sees what has changed since', async () => {
  await using connection = await open()
  await behindOurBack(`insert into t values (1, 'a')`)
  const sql = 'select * from t'
  expect((await connection.query(sql, [], { prepare })).rows).toEqual([{ n: 1, name: 'a' }])
  await behindOurBack(`alter table t add column more int8 default 5, alter column n type text`)
  expect((await connection.query(sql, [], { prepare })).rows).toEqual([{ n: '1', name: 'a', more: '5' }])
  await connection.transaction(async (tx) => {
    await tx.execute('alter table t drop column name')
    expect((await tx.query(sql, [], { prepare })).rows).toEqual([{ n: '1', more: '5' }])
  })
})

test('types of the database’s own, and a profile for the query, work as ever', async () => {
  await using connection = await open()
  await behindOurBack(`drop type if exists price; create type price as (cents int8, label text)`)
  const sql = `select $1::price as price, $2::int8 as n`
  const parameters = [{ cents: '5', label: 'x' }, 9]
  const options = { prepare, types: definePgTypes({ int8: 'bigint' }) }
  expect((await connection.query(sql, parameters, { prepare })).rows).toEqual([
    { price: { cents: '5', label: 'x' }, n: '9' },
  ])
  expect((await connection.query(sql, parameters, options)).rows).toEqual([{ price: { cents: 5n, label: 'x' }, n: 9n }])
  expect(await prepared(connection)).toEqual([])
})

test('an error leaves the connection usable', async () => {
  await using connection = await open()
  await expect(connection.query('select 1 / $1::int4', [0], { prepare })).rejects.toMatchObject({ code: '22012' })
  await expect(connection.query('selec', [], { prepare })).rejects.toMatchObject({ code: '42601' })
  await expect(connection.query('select $1::int4', [1.5], { prepare })).rejects.toMatchObject({ name: 'CodecError' })
  await expect(connection.query('select $1::int4', [], { prepare })).rejects.toThrow(UsageError)
  expect((await connection.query('select 1 as one', [], { prepare })).rows).toEqual([{ one: 1 }])
})

test('200 at once, prepared and not, on connections that share what they know', async () => {
  await using pool = createPool({ connection: database.url, max: 3 })
  const queries = Array.from({ length: 200 }, async (_, n) => {
    const sql = `select $1::int4 as n, ${n % 7} as variant`
    const { rows } = await pool.query(sql, [n], { prepare: n % 2 === 0 })
    expect(rows).toEqual([{ n, variant: n % 7 }])
  })
  await Promise.all(queries)
  await using lease = await pool.acquire()
  // One that two have described at the same time has two names, until the next Parse closes one.
  expect(new Set(await prepared(lease.connection)).size).toBeLessThanOrEqual(7)
})

test('DISCARD ALL and DEALLOCATE ALL do not matter to it', async () => {
  await using connection = await open()
  for (const script of ['discard all', 'deallocate all', 'discard plans']) {
    expect((await connection.query('select 1 as one', [], { prepare })).rows).toEqual([{ one: 1 }])
    await connection.execute(script)
  }
  expect((await connection.query('select 1 as one', [], { prepare })).rows).toEqual([{ one: 1 }])
})

test.each([1, 'false', null])('a prepare that is %o is refused', async (value) => {
  await using connection = await open()
  const options = { prepare: value as unknown as boolean }
  await expect(connection.query('select 1', [], options)).rejects.toThrow(UsageError)
})
