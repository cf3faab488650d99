/** PgBouncer loses its server while a statement is answered, and says so to the client: what is known of the statement then. */
import { connect, type Connection, type PostgresError } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type FaultProxy, faultProxy } from '../support/fault-proxy.ts'
import { type PgBouncer, pgBouncerVersion, startPgBouncer } from '../support/pgbouncer.ts'
import { sharedServer } from '../support/shared-server.ts'
import type { TestDatabase } from '../support/test-server.ts'

const version = await pgBouncerVersion()

const INSERT = 'insert into t values (1)'

describe.skipIf(version === null)(
  version === null ? 'PgBouncer loses its server: it is not installed' : 'PgBouncer loses its server',
  () => {
    const server = sharedServer()
    let database: TestDatabase
    let proxy: FaultProxy
    let bouncer: PgBouncer
    const behind = (text: string) => server.query(text, [], database.name)
    const count = async () => Number((await behind('select count(*) from t'))[0]?.['count'])

    beforeAll(async () => {
      database = await server.createDatabase()
      await behind('create table t (n int4)')
      proxy = await faultProxy(server)
      const settings = { server_login_retry: 1 }
      bouncer = await startPgBouncer(
        { ...server, host: proxy.host, port: proxy.port },
        { poolMode: 'transaction', settings },
      )
    })
    afterAll(async () => {
      await bouncer?.stop()
      await proxy?.close()
      await database?.drop()
    })

    /** A client whose statement is known, so that it travels in one flight. */
    async function open(): Promise<Connection> {
      const client = await connect({ connectionString: bouncer.through(database.url), statementCacheSize: 0 })
      await client.query(INSERT)
      await behind('truncate t')
      return client
    }

    // The server has sent all of its answer by then, and so has committed: how much of it passes is up to the network.
    test.each([
      ['ParseComplete', '1'],
      ['BindComplete', '2'],
      ['CommandComplete', 'C'],
    ])('behind the %s of a statement that was committed: nobody knows', async (_name, type) => {
      await using client = await open()
      const cut = proxy.after(type, 1, (connection) => connection.reset())
      const error = await client.query(INSERT).catch((reason: unknown) => reason as PostgresError)
      await cut
      expect(error).toMatchObject({ severityCode: 'FATAL', outcome: 'unknown', safeToRetry: false })
      expect(await count()).toBe(1)
    })

    test.each<[string, (client: Connection) => Promise<unknown>]>([
      ['a script', (client) => client.execute(INSERT)],
      ['a batch', (client) => client.batch([{ sql: INSERT }])],
      ['an executeMany', (client) => client.executeMany('insert into t values ($1)', [[1]])],
    ])('behind the CommandComplete of %s that was committed: nobody knows', async (_what, run) => {
      await using client = await open()
      const cut = proxy.after('C', 1, (connection) => connection.reset())
      const error = await run(client).catch((reason: unknown) => reason as PostgresError)
      await cut
      expect(error).toMatchObject({ severityCode: 'FATAL', outcome: 'unknown', safeToRetry: false })
      expect(await count()).toBe(1)
    })

    test('behind the commit of a transaction: the server is asked, and it turns out to be committed', async () => {
      await using client = await open()
      let cut: Promise<unknown> | undefined
      await client.transaction(async (tx) => {
        await tx.query(INSERT)
        await tx.query('select 1')
        cut = proxy.after('C', 1, (connection) => connection.reset())
      })
      await cut
      expect(await count()).toBe(1)
    })
  },
)
