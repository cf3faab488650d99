/** A real server that is restarted, in every way there is, while a hundred clients are at work. PGWIRE_FULL=1 goes on for 30 s. */
import { createPool, type Pool } from 'kysely-pgwire'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { type PrivateServer, startPrivateServer } from '../support/test-server.ts'
import { LedgerLoad, SCHEMA } from './ledger-load.ts'

const LASTS_MS = process.env['PGWIRE_FULL'] === '1' ? 30_000 : 8_000

/** How soon all clients of a pool are served behind the return of their server: the longest pause of its attempts, and as much again. */
const RECOVERY_MS = 2_000

const MAX = 10

let server: PrivateServer

/** Ways to take a server away from its clients and back; each resolves when it accepts connections again. */
const restarts: Readonly<Record<string, (pool: Pool) => Promise<void>>> = {
  fast: () => server.restart('fast'),
  immediate: () => server.restart('immediate'),
  'killed backend': async () => {
    const back = server.log.waitFor(/database system is ready to accept connections/)
    const [victim] = await server.backends()
    server.signalBackend(victim!, 'SIGKILL')
    await back
  },
  'killed postmaster': () => server.restart('crash'),
  // Long enough for the pool to try ever more rarely.
  'long outage': async (pool) => {
    await server.stop()
    const { failed } = pool.totals
    await expect.poll(() => pool.totals.failed - failed).toBeGreaterThan(6)
    await server.start()
  },
}

beforeAll(async () => {
  // What is acknowledged has left the process, and survives its death.
  server = await startPrivateServer({ settings: { synchronous_commit: true, full_page_writes: true } })
  await server.query(SCHEMA)
})

afterAll(() => server.remove())

/** The connections that the server has, by what they do. */
const backends = async (): Promise<unknown[]> => {
  const pids = await server.backends()
  return server.query('select distinct state from pg_stat_activity where pid = any($1)', [pids])
}

test(
  'each call settles, none is told a lie, and everybody is served soon behind each return',
  { timeout: 120_000 },
  async () => {
    await using pool = createPool({ connection: server.url, max: MAX })
    await using load = new LedgerLoad(pool)
    const slow: { readonly way: string; readonly ms: number; readonly failures: number }[] = []
    const end = performance.now() + LASTS_MS
    do {
      for (const [way, restart] of Object.entries(restarts)) {
        await load.more(1_000)
        await restart(pool)
        const { failed } = pool.totals
        const { connecting } = pool.stats
        const ms = await load.everybody()
        // Nothing fails but what was on its way: nobody waits for a second pause.
        const failures = pool.totals.failed - failed
        if (failures > connecting || ms > RECOVERY_MS) slow.push({ way, ms, failures })
      }
    } while (performance.now() < end)
    await load.settle(server)
    expect(slow).toEqual([])

    // Nothing is left behind, here or there.
    const { size, idle, busy, connecting, waiting } = pool.stats
    expect({ busy, connecting, waiting }).toEqual({ busy: 0, connecting: 0, waiting: 0 })
    expect(size).toBe(idle)
    expect(size).toBeLessThanOrEqual(MAX)
    expect(await backends()).toEqual([{ state: 'idle' }])
    expect(await server.backends()).toHaveLength(size)
    const { opened, closed, timedOut, refused } = pool.totals
    expect(opened - sum(Object.values(closed))).toBe(size)
    expect({ timedOut, refused }).toEqual({ timedOut: 0, refused: 0 })
    await pool.close()
    expect(pool.totals.opened).toBe(sum(Object.values(pool.totals.closed)))
    await expect.poll(() => server.backends()).toEqual([])
  },
)

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
