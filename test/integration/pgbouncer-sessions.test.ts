/** PgBouncer in session mode: a connection of the server belongs to a client until that goes. Nothing has to be set. */
import { connect, createPool } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type PgBouncer, pgBouncerVersion, startPgBouncer } from '../support/pgbouncer.ts'
import { sharedServer } from '../support/shared-server.ts'
import type { TestDatabase } from '../support/test-server.ts'

const version = await pgBouncerVersion()

describe.skipIf(version === null)(
  version === null ? 'PgBouncer in session mode: it is not installed' : 'PgBouncer in session mode',
  () => {
    const server = sharedServer()
    let database: TestDatabase
    let bouncer: PgBouncer
    const url = () => bouncer.through(database.url)

    beforeAll(async () => {
      database = await server.createDatabase()
      bouncer = await startPgBouncer(server, { poolMode: 'session', poolSize: 3 })
    })
    afterAll(async () => {
      await bouncer?.stop()
      await database?.drop()
    })

    test('statements stay prepared, and settings and temporary tables stay', async () => {
      await using client = await connect(url())
      for (let n = 0; n < 3; n++) expect(await client.fetchValue('select $1::int4', [n])).toBe(n)
      const prepared = `select count(*)::int4 from pg_prepared_statements where statement = 'select $1::int4'`
      expect(await client.fetchValue(prepared)).toBe(1)
      await client.query(`set work_mem = '8MB'`)
      await client.query('create temporary table t (n int4)')
      expect(await client.fetchValue('show work_mem')).toBe('8MB')
      expect(await client.fetchValue('select count(*)::int4 from t')).toBe(0)
    })

    test('what a client has prepared is gone with it, and does not meet the next one', async () => {
      for (let round = 0; round < 6; round++) {
        await using client = await connect(url())
        expect(await client.fetchValue('select $1::int4 + 1', [round])).toBe(round + 1)
        expect(
          await client.fetchValue(`select count(*)::int4 from pg_prepared_statements where statement like '%+ 1'`),
        ).toBe(1)
      }
    })

    test('a pool with its defaults serves 10 workers', async () => {
      await using pool = createPool({ connection: url(), max: 3 })
      const work = async (worker: number): Promise<void> => {
        for (let n = 0; n < 50; n++) {
          if (n % 10 === 5)
            await pool.transaction((tx) => tx.query(`select set_config('app.worker', $1, true)`, [String(worker)]))
          else expect(await pool.fetchValue(`select $1::int4 * ${n % 5}`, [n])).toBe(n * (n % 5))
        }
      }
      await Promise.all(Array.from({ length: 10 }, (_, worker) => work(worker)))
    })

    test('a listener hears', async () => {
      await using client = await connect(url())
      const heard: string[] = []
      const listening = await client.listen('news', ({ payload }) => void heard.push(payload))
      await using other = await connect(url())
      await other.notify('news', 'extra')
      while (heard.length === 0) await client.query('select 1')
      expect(heard).toEqual(['extra'])
      void listening
    })

    test('a client beyond the size of the pool waits, and is served when another goes', async () => {
      const clients = await Promise.all([1, 2, 3].map(() => connect(url())))
      await Promise.all(clients.map((client) => client.query('select 1')))
      await using late = await connect(url())
      const answer = late.fetchValue('select 4')
      await clients[0]!.close()
      expect(await answer).toBe(4)
      await Promise.all(clients.map((client) => client.close()))
    })
  },
)
