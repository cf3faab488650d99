/** What the pool tests share: a database per file, and pools that are closed at the end of their block. */
import { createPool, type CreatePoolOptions, type Pool } from 'kysely-pgwire'
import { afterAll, beforeAll } from 'vitest'

import { sharedServer } from '../support/shared-server.ts'
import type { TestDatabase, TestServer } from '../support/test-server.ts'

export interface PoolFixture {
  readonly server: TestServer
  readonly url: string
  open(options?: CreatePoolOptions): Pool
  backends(): Promise<number[]>
  /** Runs a statement in the database on a connection of its own, through `pg`. */
  query(sql: string, parameters?: readonly unknown[]): Promise<Record<string, unknown>[]>
  /** Process ids of the backends that run a statement which contains `text`. */
  running(text: string): Promise<number[]>
}

/** To be called at the top of a test file. */
export function poolFixture(): PoolFixture {
  const server = sharedServer()
  let database: TestDatabase
  beforeAll(async () => {
    database = await server.createDatabase()
  })
  afterAll(() => database.drop())

  const query: PoolFixture['query'] = (text, parameters = []) => server.query(text, parameters, database.name)
  return {
    server,
    get url() {
      return database.url
    },
    open: (options) => createPool({ connection: database.url, ...options }),
    backends: () => server.backends(database.name),
    query,
    running: async (text) => {
      const rows = await query(
        `select pid from pg_stat_activity
          where state = 'active' and position($1 in query) > 0 and pid <> pg_backend_pid() and datname = current_database()`,
        [text],
      )
      return rows.map((row) => Number(row['pid']))
    },
  }
}
