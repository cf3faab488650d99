/** What the tests of replicas share: a primary, and a standby that follows it, with some rows in a table. */
import { type ConnectionOptions, createPool, type CreatePoolOptions, type Pool } from 'kysely-pgwire'
import { afterAll, beforeAll, vi } from 'vitest'

import { type ReplicatedPair, startReplicatedPair } from '../faults/replicated-pair.ts'
import type { PrivateServer } from '../support/test-server.ts'

export interface ReplicaFixture {
  readonly primary: PrivateServer
  readonly standby: PrivateServer
  /** Options of a connection to the primary. */
  readonly connection: ConnectionOptions
  /** A pool on the primary with the standby as its replica, closed at the end of its block. */
  open(options?: CreatePoolOptions): Pool
  /** Resolves when the standby has all that the primary has. */
  caughtUp(): Promise<void>
}

/** A port of this machine on which nobody listens: that of a server which is stopped. */
export const NOBODY: ConnectionOptions = { host: '127.0.0.1', port: 1 }

/** Whether the statement has run on a standby. */
export const ON_STANDBY = 'select pg_is_in_recovery()'

/** To be called at the top of a test file. */
export function replicaFixture(): ReplicaFixture {
  let pair: ReplicatedPair
  beforeAll(async () => {
    pair = await startReplicatedPair()
    // The tests stop the standby, and the primary is not to wait for it.
    await pair.primary.query(`alter system set synchronous_standby_names = ''`)
    // Its snapshots would keep rows that a test wants removed.
    await pair.primary.query('alter system set autovacuum = off')
    await pair.primary.query('select pg_reload_conf()')
    await pair.primary.query('create table item (id int primary key, name text not null)')
    await pair.primary.query(`insert into item values (1, 'pen'), (2, 'ink')`)
    await caughtUp()
  })
  afterAll(() => pair[Symbol.asyncDispose]())

  const caughtUp = async (): Promise<void> => {
    const [{ lsn } = {}] = await pair.primary.query('select pg_current_wal_lsn()::text as lsn')
    const there = async (): Promise<unknown> => {
      const [row] = await pair.standby.query('select pg_last_wal_replay_lsn() >= $1::pg_lsn as there', [lsn])
      return row?.['there']
    }
    await vi.waitUntil(there, { timeout: 30_000 })
  }
  const connection = (): ConnectionOptions => {
    const { host, port, user, password, database } = pair.primary
    return { host, port, user, password, database }
  }
  return {
    get primary() {
      return pair.primary
    },
    get standby() {
      return pair.standby
    },
    get connection() {
      return connection()
    },
    open: (options) => createPool({ connection: connection(), replicas: [{ port: pair.standby.port }], ...options }),
    caughtUp,
  }
}
