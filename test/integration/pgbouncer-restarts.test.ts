/** PgBouncer is killed under load, and comes back: who is told what, and whether it is true. */
import { createPool } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type PgBouncer, type PoolMode, pgBouncerVersion, startPgBouncer } from '../support/pgbouncer.ts'
import { sharedServer } from '../support/shared-server.ts'
import type { TestDatabase } from '../support/test-server.ts'

const version = await pgBouncerVersion()

const WORKERS = 20
const KILLS = 4

/** By what a call said: rows that must be there, must not be, or may. */
interface Told {
  readonly applied: number[]
  readonly absent: number[]
  readonly unknown: number[]
}

describe.skipIf(version === null)(
  version === null ? 'PgBouncer killed under load: it is not installed' : 'PgBouncer killed under load',
  () => {
    const server = sharedServer()
    let database: TestDatabase
    const behind = (text: string) => server.query(text, [], database.name)
    beforeAll(async () => {
      database = await server.createDatabase()
    })
    afterAll(() => database.drop())

    /** Inserts numbers until PgBouncer is back for the last time and each worker has been served after that. */
    async function load(bouncer: PgBouncer, over: () => boolean): Promise<Told> {
      const told: Told = { applied: [], absent: [], unknown: [] }
      const connection = { connectionString: bouncer.through(database.url), statementCacheSize: 0 }
      await using pool = createPool({ connection, max: 6, pipelining: 'off', acquireTimeoutMs: 0 })
      let next = 0
      const insert = async (n: number): Promise<void> => {
        const text = 'insert into ledger values ($1)'
        if (n % 3 === 0) await pool.query(text, [n])
        else if (n % 3 === 1) await pool.transaction((tx) => tx.query(text, [n]))
        else await pool.batch([{ sql: text, parameters: [n] }, { sql: 'select 1' }])
      }
      const work = async (): Promise<void> => {
        for (let last = false; !last;) {
          const goes = over()
          const n = next++
          try {
            await insert(n)
            told.applied.push(n)
            last = goes
          } catch (error) {
            const { outcome } = error as { outcome?: string }
            if (outcome === 'applied') told.applied.push(n)
            else if (outcome === 'unknown') told.unknown.push(n)
            else told.absent.push(n)
          }
        }
      }
      await Promise.all(Array.from({ length: WORKERS }, work))
      expect(pool.stats).toMatchObject({ busy: 0, waiting: 0 })
      return told
    }

    test.each<PoolMode>(['session', 'transaction'])(
      'in %s mode: every call is answered truly, and service goes on',
      async (poolMode) => {
        await behind('drop table if exists ledger; create table ledger (n int4 primary key)')
        await using bouncer = await startPgBouncer(server, { poolMode, poolSize: 6 })
        let back = false
        const loading = load(bouncer, () => back)
        for (let kill = 0; kill < KILLS; kill++) {
          const [before] = await behind('select count(*)::int4 as n from ledger')
          const served = async () => Number((await behind('select count(*)::int4 as n from ledger'))[0]?.['n'])
          while ((await served()) < Number(before?.['n']) + 50);
          await bouncer.kill()
          await bouncer.start()
        }
        back = true
        const { applied, absent, unknown } = await loading
        const there = new Set((await behind('select n from ledger')).map(({ n }) => Number(n)))
        expect(applied.filter((n) => !there.has(n))).toEqual([])
        expect(absent.filter((n) => there.has(n))).toEqual([])
        expect([...there].filter((n) => !applied.includes(n) && !unknown.includes(n))).toEqual([])
        expect(absent.length + unknown.length).toBeGreaterThan(0)
      },
    )
  },
)
