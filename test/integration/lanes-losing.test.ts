/** Connections that end while statements share them. The oracle is a ledger: what is in it must agree with what was told. */
import { createPool, type Outcome, type Pool } from 'kysely-pgwire'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'

import { type FaultProxy, faultProxy } from '../support/fault-proxy.ts'
import { type Random, seededRandom } from '../support/random.ts'
import { LOOKUP, prove } from './lanes-fixture.ts'
import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()
const FAULTS = process.env['PGWIRE_FULL'] === '1' ? 600 : 80

beforeAll(() => fixture.query('create table ledger (id int4)'))

const unhandled: unknown[] = []
const note = (error: unknown): void => void unhandled.push(error)
beforeEach(() => void process.on('unhandledRejection', note))
afterEach(async () => {
  await new Promise(setImmediate)
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})

const insert = (pool: Pool, id: number, signal?: AbortSignal): Promise<unknown> =>
  pool.query('insert into ledger values ($1)', [id], { signal })

/** How often a number may be in the table, by what the caller was told. */
const allowed: Readonly<Record<'ok' | Outcome, readonly number[]>> = {
  ok: [1],
  applied: [1],
  'not-sent': [0],
  'rolled-back': [0],
  unknown: [0, 1],
}

test('those who had not left when their connection died go to another one, and are executed once', async () => {
  await using pool = fixture.open({ max: 1 })
  let id = 0
  await prove(pool, 1, (signal) => insert(pool, --id, signal))
  const lease = await pool.acquire()
  const { connection } = lease
  lease.release()
  const lookups = Array.from({ length: 20 }, (_, n) => pool.fetchValue(LOOKUP, [n]))
  const write = insert(pool, 1)
  const waiting = [insert(pool, 2), pool.fetchValue(LOOKUP, [20])]
  expect(pool.stats.waiting).toBe(2)
  connection.terminate()
  await expect(Promise.all(lookups)).resolves.toEqual(Array.from({ length: 20 }, (_, n) => n))
  await Promise.all([write, ...waiting])
  await expect(fixture.query('select id from ledger where id > 0 order by id')).resolves.toEqual([{ id: 1 }, { id: 2 }])
  expect(pool.stats).toMatchObject({ size: 1, idle: 1, waiting: 0 })
})

test('those who had left are told that nobody knows, each by an error of its own', async () => {
  await using proxy = await faultProxy(fixture.server)
  await using pool = createPool({ connection: proxy.through(fixture.url), max: 1, acquireTimeoutMs: 0 })
  await prove(pool, 1)
  proxy.stall()
  const lookups = Array.from({ length: 20 }, (_, n) => pool.query(LOOKUP, [n]))
  await new Promise(setImmediate)
  proxy.reset()
  proxy.resume()
  const results = await Promise.allSettled(lookups)
  const errors = results.map((result) => (result.status === 'rejected' ? result.reason : null))
  for (const error of errors) expect(error).toMatchObject({ code: 'PGWIRE_CONNECTION_LOST', outcome: 'unknown' })
  expect(new Set(errors).size).toBe(20)
  await expect(pool.fetchValue(LOOKUP, [1])).resolves.toBe(1)
})

test('an administrator who ends the backend under a load loses nobody', async () => {
  await using pool = fixture.open({ max: 2, acquireTimeoutMs: 0 })
  await prove(pool, 2)
  const work = { over: false, asked: 0, answered: 0, refused: 0 }
  const riders = Array.from({ length: 100 }, async (_, n) => {
    while (!work.over) {
      work.asked++
      await pool.fetchValue(LOOKUP, [n]).then(
        (value) => {
          expect(value).toBe(n)
          work.answered++
        },
        (error: unknown) => {
          expect(error).toMatchObject({ outcome: expect.stringMatching(/unknown|rolled-back/) })
          work.refused++
        },
      )
    }
  })
  for (let kill = 0; kill < 15; kill++) {
    const [pid] = await fixture.backends()
    if (pid !== undefined) await fixture.server.terminate(pid)
  }
  work.over = true
  await Promise.all(riders)
  expect(work.answered + work.refused).toBe(work.asked)
  expect(work.answered).toBeGreaterThan(0)
  expect(work.refused).toBeGreaterThan(0)
  await expect.poll(() => pool.stats).toMatchObject({ busy: 0, waiting: 0, connecting: 0 })
})

/** Ends what is open at some byte of either direction. */
function injectFault(proxy: FaultProxy, random: Random): void {
  const direction = random.pick(['toServer', 'toClient'] as const)
  const now = Math.max(...proxy.connections.map((connection) => connection[direction].bytes))
  const cutAfterBytes = now + random.between(1, 2_000)
  proxy.setFaults({ [direction]: { cutAfterBytes, cutBy: random.pick(['fin', 'reset'] as const) } })
}

test(`${FAULTS} connections that are cut at random under those who share them: nobody hangs, is lost or is done twice`, async () => {
  const random = seededRandom()
  const context = `seed ${random.seed}`
  const told = new Map<number, 'ok' | Outcome>()
  const wrong: string[] = []
  let id = 10_000
  for (let fault = 0; fault < FAULTS; fault++) {
    await using proxy = await faultProxy(fixture.server)
    const max = random.between(1, 3)
    const pool = createPool({ connection: proxy.through(fixture.url), max, acquireTimeoutMs: 0 })
    let learning = -1_000_000 * (fault + 1)
    await prove(pool, max, (signal) => insert(pool, --learning, signal))
    injectFault(proxy, random)
    const calls = Array.from({ length: 40 }, async () => {
      const n = ++id
      const writes = random.between(0, 3) === 0
      if (writes) told.set(n, 'unknown')
      let settlements = 0
      try {
        const result = writes ? await insert(pool, n) : await pool.fetchValue(LOOKUP, [n])
        settlements++
        if (writes) told.set(n, 'ok')
        else if (result !== n) wrong.push(`${String(result)} is not ${n}`)
      } catch (error) {
        const { outcome, name, message } = error as Error & { outcome?: Outcome }
        if (outcome === undefined) wrong.push(`${name} without an outcome: ${message}`)
        else if (writes) told.set(n, outcome)
      }
      if (settlements > 1) wrong.push(`${n} was settled twice`)
    })
    await Promise.all(calls)
    // Back to full health, once the network is.
    proxy.setFaults({})
    const healthy = async (): Promise<boolean> => {
      const lookups = Array.from({ length: max }, (_, n) => pool.query(LOOKUP, [n]))
      return (await Promise.allSettled(lookups)).every(({ status }) => status === 'fulfilled')
    }
    await expect.poll(healthy, { message: context }).toBe(true)
    expect(pool.stats, context).toMatchObject({ busy: 0, waiting: 0 })
    await pool.close()
  }
  expect(wrong, context).toEqual([])
  const rows = await fixture.query('select id, count(*)::int4 as count from ledger where id > 10000 group by id')
  const counts = new Map(rows.map((row) => [Number(row['id']), Number(row['count'])]))
  const lies = [...told].filter(([n, what]) => !allowed[what].includes(counts.get(n) ?? 0))
  expect(lies, context).toEqual([])
  // The oracle has seen both sides of it.
  expect(new Set(told.values()).size, context).toBeGreaterThan(1)
}, 180_000)
