import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import { describe, expect, test } from 'vitest'

import { differentLookups, type BenchSchema } from './drivers/kysely-schema.ts'
import { onConnections, onServer, parametersOf, type Workload } from './workload.ts'
import { workloads } from './workloads.ts'

const one: Workload = {
  name: 'one',
  title: '',
  sql: 'select 1',
  columns: {},
  parameters: [-1, true],
  connections: 1,
  inFlight: 1,
  verb: 'query',
}

describe('the parameters of an execution', () => {
  test('are the same each time without keys', () => {
    expect(parametersOf(one, 0)).toEqual([-1, true])
    expect(parametersOf(one, 9)).toEqual([-1, true])
  })

  test('are a key of its own otherwise', () => {
    expect([0, 1, 2].map((n) => parametersOf({ ...one, keys: 10_000 }, n))).toEqual([[1], [7920], [5839]])
  })

  test('are as many keys as it makes lookups, those that single lookups would ask for', () => {
    const single = Array.from({ length: 6 }, (_, n) => parametersOf({ ...one, keys: 100 }, n)[0])
    const batches = [0, 1].flatMap((n) => parametersOf({ ...one, keys: 100, keysPerExecution: 3 }, n))
    expect(batches).toEqual(single)
  })
})

test('only row queries are spread over more connections', () => {
  expect(onConnections(one, 7)).toMatchObject({ connections: 7, inFlight: 7 })
  expect(onConnections({ ...one, keys: 5 }, 7)).toMatchObject({ connections: 1, inFlight: 1 })
  expect(onConnections({ ...one, table: '_bulk' }, 7)).toMatchObject({ connections: 1, inFlight: 1 })
  expect(onConnections({ ...one, verb: 'connect' }, 7)).toMatchObject({ connections: 1, inFlight: 1 })
})

test('a workload with a user of its own has a URL of its own, without the password and without TLS', () => {
  const url = 'postgres://postgres:secret@127.0.0.1:5432/postgres'
  expect(onServer(one, url)).toBe(one)
  expect(onServer({ ...one, user: 'someone' }, url).url).toBe(
    'postgres://someone@127.0.0.1:5432/postgres?sslmode=disable',
  )
})

test('the lookups of a batch are as many statements', () => {
  const db = new Kysely<BenchSchema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
  const { keysPerExecution = 1 } = workloads.find(({ name }) => name === 'kysely-batch') ?? {}
  const ids = Array.from({ length: keysPerExecution }, (_, n) => n)
  expect(ids).toHaveLength(20)
  expect(new Set(differentLookups(db, ids).map((query) => query.compile().sql)).size).toBe(20)
})
