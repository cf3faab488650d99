import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import type { Pool } from 'kysely-pgwire'
import { expect, test, vi } from 'vitest'

import { faultProxy } from '../support/fault-proxy.ts'
import { stopTime } from '../support/stopped-time.ts'
import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()

/** Uses `count` connections at once. */
async function use(pool: Pool, count: number): Promise<void> {
  const leases = await Promise.all(Array.from({ length: count }, () => pool.acquire()))
  for (const lease of leases) lease.release()
}

test('connections that are idle for long enough are closed, and more can be opened', async () => {
  await using pool = fixture.open({ max: 4, idleTimeoutMs: 50 })
  await use(pool, 4)
  expect(pool.stats.size).toBe(4)
  await expect.poll(() => pool.stats.size).toBe(0)
  await expect.poll(() => fixture.backends()).toEqual([])
  await expect(pool.query('select 1 as one')).resolves.toMatchObject({ rows: [{ one: 1 }] })
})

test('min connections are opened on first use, and stay', async () => {
  await using pool = fixture.open({ min: 2, max: 5, idleTimeoutMs: 50 })
  expect(pool.stats.size).toBe(0)
  await pool.query('select 1')
  await expect.poll(() => pool.stats.size).toBe(2)
  await use(pool, 5)
  expect(pool.stats.size).toBe(5)
  await expect.poll(() => pool.stats.size).toBe(2)
  // Those that were closed are still on their way out.
  await expect.poll(() => fixture.backends()).toHaveLength(2)
  const kept = await fixture.backends()
  await pool.query('select pg_sleep(0.15)')
  await expect(fixture.backends()).resolves.toEqual(kept)
})

test('min connections that die are replaced', async () => {
  await using pool = fixture.open({ min: 2 })
  await pool.query('select 1')
  await expect.poll(() => pool.stats.idle).toBe(2)
  const dead = await fixture.backends()
  await fixture.server.terminate(...dead)
  await expect.poll(() => fixture.backends()).toHaveLength(2)
  const alive = await fixture.backends()
  for (const pid of dead) expect(alive).not.toContain(pid)
})

test('a connection that is being closed counts until the server has hung up', async () => {
  await using proxy = await faultProxy(fixture.server)
  // The server may take a second to hang up.
  stopTime()
  await using pool = fixture.open({ connection: proxy.through(fixture.url), max: 1, idleTimeoutMs: 20 })
  await pool.query('select 1')
  proxy.stall()
  await expect.poll(() => (vi.advanceTimersByTime(20), pool.stats.size), { interval: 5 }).toBe(0)
  const query = pool.query('select 1 as one')
  expect(pool.stats).toMatchObject({ size: 0, connecting: 0, waiting: 1 })
  proxy.resume()
  await expect(query).resolves.toMatchObject({ rows: [{ one: 1 }] })
})

test('a connection that is used again and again is not closed for being idle', async () => {
  await using pool = fixture.open({ max: 1, idleTimeoutMs: 60 })
  const pid = async () =>
    (await pool.query<{ pid: number }>('select pg_backend_pid() as pid, pg_sleep(0.02)')).rows[0]?.pid
  const first = await pid()
  for (let round = 0; round < 10; round++) expect(await pid()).toBe(first)
})

test('a process with idle connections ends by itself', async () => {
  const program = `
    import { createPool } from 'kysely-pgwire'
    const pool = createPool({ connection: process.env.URL, min: 2, idleTimeoutMs: 0 })
    await pool.query('select 1')
    console.log('done')
  `
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd,
    env: { ...process.env, URL: fixture.url },
    timeout: 50_000,
  })
  await expect(run).resolves.toMatchObject({ stdout: 'done\n' })
})
