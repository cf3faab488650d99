/** A profile for one query: the same SQL on the same connection, each time in its own representation. */
import { connect, createPool } from 'kysely-pgwire'
import { definePgTypes } from 'kysely-pgwire/types'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { faultProxy } from '../support/fault-proxy.ts'
import { sharedServer } from '../support/shared-server.ts'
import type { TestDatabase } from '../support/test-server.ts'

const server = sharedServer()
let database: TestDatabase

beforeAll(async () => {
  database = await server.createDatabase()
  await server.query(`create type price as (cents int8, label text)`, [], database.name)
})

afterAll(() => database.drop())

const bigints = definePgTypes({ int8: 'bigint' })
const numbers = definePgTypes({ int8: 'number' })
const sql = `select $1::int8 as n, array[$1::int8, null] as ns, row($1::int8, 'x')::price as price, row($1::int8) as r`

const profiles = [
  { types: undefined, n: '7' },
  { types: bigints, n: 7n },
  { types: numbers, n: 7 },
] as const

describe.each(['object', 'array'] as const)('rows as %s', (rowMode) => {
  const expected = (n: unknown) => {
    const row = { n, ns: [n, null], price: { cents: n, label: 'x' }, r: [n] }
    return [rowMode === 'object' ? row : Object.values(row)]
  }

  test('three profiles take turns on one connection', async () => {
    await using connection = await connect(database.url)
    for (let round = 0; round < 3; round++) {
      for (const { types, n } of profiles) {
        expect((await connection.query(sql, [7], { types, rowMode })).rows).toEqual(expected(n))
      }
    }
  })

  test('three profiles share a pipeline', async () => {
    await using connection = await connect(database.url)
    const queries = Array.from({ length: 30 }, (_, index) => {
      const { types, n } = profiles[index % 3]!
      return connection.query(sql, [7], { types, rowMode }).then(({ rows }) => ({ rows, n }))
    })
    for (const { rows, n } of await Promise.all(queries)) expect(rows).toEqual(expected(n))
  })

  test('the profile of a pool gives way to that of a query, on every connection', async () => {
    await using pool = createPool({ connection: database.url, max: 3, types: numbers })
    const queries = Array.from({ length: 30 }, (_, index) => {
      const { types, n } = profiles[index % 3]!
      return pool.query(sql, [7], { types, rowMode }).then(({ rows }) => ({ rows, n: types === undefined ? 7 : n }))
    })
    for (const { rows, n } of await Promise.all(queries)) expect(rows).toEqual(expected(n))
  })
})

test('a stream has a profile of its own', async () => {
  await using connection = await connect(database.url)
  for (const { types, n } of profiles) {
    for await (const rows of connection.stream(sql, [7], { types })) {
      expect(rows).toEqual([{ n, ns: [n, null], price: { cents: n, label: 'x' }, r: [n] }])
    }
  }
})

test('a parameter is encoded by the profile of its query', async () => {
  await using connection = await connect(database.url)
  const unsafe = 2n ** 60n
  const wide = 'select $1::int8 as n'
  expect((await connection.query(wide, [unsafe], { types: bigints })).rows).toEqual([{ n: unsafe }])
  await expect(connection.query(wide, [unsafe], { types: numbers })).rejects.toMatchObject({ name: 'CodecError' })
})

test('a profile that is used again costs one round trip, as the connection’s own', async () => {
  await using proxy = await faultProxy(server)
  await using connection = await connect(proxy.through(database.url))
  for (const { types } of profiles) await connection.query(sql, [7], { types })
  const before = proxy.flights
  for (const { types } of profiles) await connection.query(sql, [7], { types })
  expect(proxy.flights - before).toBe(3)
})

test('the connection’s own profile, named again, changes nothing', async () => {
  await using proxy = await faultProxy(server)
  await using connection = await connect(proxy.through(database.url), { types: bigints })
  await connection.query(sql, [7])
  const before = proxy.flights
  expect((await connection.query<{ n: bigint }>(sql, [7], { types: bigints })).rows[0]?.n).toBe(7n)
  expect(proxy.flights - before).toBe(1)
})
