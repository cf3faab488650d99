/** A table of unique numbers in a database of its own, and somebody who looks at it from outside. */
import { connect, type Connection, createPool, type CreatePoolOptions, type Pool } from 'kysely-pgwire'
import { afterAll, beforeAll } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'
import type { TestDatabase } from '../support/test-server.ts'

export interface Ledger {
  readonly url: string
  pool(options?: CreatePoolOptions): Pool
  connect(): Promise<Connection>
  /** All numbers, in order, as somebody else sees them. */
  all(): Promise<number[]>
  empty(): Promise<void>
  query(sql: string): Promise<Record<string, unknown>[]>
}

/** To be called at the top of a test file. */
export function ledger(): Ledger {
  const server = sharedServer()
  let database: TestDatabase
  const query = (sql: string) => server.query(sql, [], database.name)
  beforeAll(async () => {
    database = await server.createDatabase()
    await query('create table ledger (n int4 primary key)')
    await query('create table later (n int4 references ledger deferrable initially deferred)')
  })
  afterAll(() => database.drop())
  return {
    get url() {
      return database.url
    },
    pool: (options) => createPool({ connection: database.url, max: 1, ...options }),
    connect: () => connect(database.url),
    all: async () => (await query('select n from ledger order by n')).map(({ n }) => Number(n)),
    empty: async () => void (await query('truncate ledger cascade')),
    query,
  }
}
