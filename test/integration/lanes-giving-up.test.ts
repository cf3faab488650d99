import { QueryTimeoutError } from 'kysely-pgwire'
import { beforeAll, expect, test, vi } from 'vitest'

import { type Random, seededRandom } from '../support/random.ts'
import { LOOKUP, prove } from './lanes-fixture.ts'
import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()
const ROUNDS = process.env['PGWIRE_FULL'] === '1' ? 1_000 : 150

beforeAll(() => fixture.query('create table entry (id int4 primary key)'))

/** A cancel that takes longer costs the connection. */
const connection = () => `${fixture.url}?cancel_timeout_ms=60000`

const COUNT = 'select count(*)::int4 as n from generate_series(1, $1::int4)'

test('one that is given up in the middle is told at once, and its neighbours get what they asked for', async () => {
  await using pool = fixture.open({ max: 1 })
  await prove(pool, 1)
  const controller = new AbortController()
  const before = Array.from({ length: 10 }, (_, n) => pool.fetchValue(LOOKUP, [n]))
  const refused = pool.query(LOOKUP, [1_000], { signal: controller.signal })
  const behind = Array.from({ length: 10 }, (_, n) => pool.fetchValue(LOOKUP, [n + 10]))
  const given = refused.catch((error: unknown) => expect(error).toBe(controller.signal.reason))
  const sent = new Promise(setImmediate).then(() => controller.abort())
  await expect(Promise.all([...before, ...behind])).resolves.toEqual(Array.from({ length: 20 }, (_, n) => n))
  await sent
  await given
  await expect(pool.fetchValue(LOOKUP, [7])).resolves.toBe(7)
})

test('one that is given up before it leaves is never sent', async () => {
  await using pool = fixture.open({ max: 1 })
  const insert = (id: number, signal?: AbortSignal) => pool.query('insert into entry values ($1)', [id], { signal })
  let id = 0
  await prove(pool, 1, (signal) => insert(++id, signal))
  const controller = new AbortController()
  const lookups = [pool.fetchValue(LOOKUP, [1]), pool.fetchValue(LOOKUP, [2])]
  const given = insert(1_000_000, controller.signal)
  controller.abort()
  await expect(given).rejects.toBe(controller.signal.reason)
  await expect(Promise.all(lookups)).resolves.toEqual([1, 2])
  await expect(fixture.query('select id from entry where id = 1000000')).resolves.toEqual([])
})

/** Asks, and gives up at some time, or in some time; or does not. Resolves with what went wrong. */
async function ask(rows: number, random: Random, pool: ReturnType<typeof fixture.open>): Promise<string[]> {
  const controller = new AbortController()
  const how = random.pick(['stay', 'stay', 'stay', 'abort', 'abort', 'timeout'] as const)
  const options = how === 'timeout' ? { timeoutMs: random.between(1, 5) } : { signal: controller.signal }
  const answer = pool.fetchValue<number>(COUNT, [rows], options)
  if (how === 'abort') {
    const turns = random.between(0, 6)
    void (async () => {
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
      controller.abort()
    })()
  }
  try {
    const value = await answer
    return value === rows ? [] : [`${value} is not ${rows}`]
  } catch (error) {
    const own = how === 'timeout' ? error instanceof QueryTimeoutError : error === controller.signal.reason
    return own && how !== 'stay' ? [] : [`${how}: ${String(error)}`]
  }
}

test(`a cancel never hits anybody else: ${ROUNDS} rounds of 30 statements, a half of which are given up at random`, async () => {
  const random = seededRandom()
  await using pool = fixture.open({ connection: connection(), max: 3, acquireTimeoutMs: 0 })
  await prove(pool, 3, (signal) => pool.query(COUNT, [1], { signal }))
  // Those of the pools before may be on their way out.
  await expect.poll(() => fixture.backends()).toHaveLength(3)
  const backends = await fixture.backends()
  const wrong: string[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const rows = () => random.pick([1, 10, 1_000, 20_000] as const)
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask(rows(), random, pool)))
    wrong.push(...answers.flat())
  }
  expect(wrong, `seed ${random.seed}`).toEqual([])
  await expect.poll(() => pool.stats).toEqual({ size: 3, idle: 3, busy: 0, connecting: 0, waiting: 0 })
  // No connection was lost on the way.
  expect(await fixture.backends()).toEqual(backends)
}, 120_000)

test('a statement that is always given up in time is not taken for a short one', async () => {
  await using pool = fixture.open({ max: 1, acquireTimeoutMs: 0 })
  await prove(pool, 1, (signal) => pool.query(COUNT, [1], { signal }))
  const slow = pool.query(COUNT, [50_000_000], { timeoutMs: 200 })
  await expect(slow).rejects.toThrow(QueryTimeoutError)
  await expect.poll(() => pool.stats.idle).toBe(1)
  const queries = [pool.query(LOOKUP, [1]), pool.query(COUNT, [1])]
  expect(pool.stats.waiting).toBe(1)
  await Promise.all(queries)
})

test('those who give up behind a slow statement are not taken for slow themselves', async () => {
  await using pool = fixture.open({ max: 1, acquireTimeoutMs: 0 })
  await prove(pool, 1, (signal) => pool.query(COUNT, [1], { signal }))
  const slow = pool.query(COUNT, [3_000_000])
  const behind = Array.from({ length: 20 }, (_, n) => pool.query(LOOKUP, [n], { timeoutMs: 100 }))
  expect(pool.stats.waiting).toBe(0)
  await Promise.allSettled(behind)
  await slow
  // What nobody waits for any more is still being answered.
  await expect.poll(() => pool.stats.idle).toBe(1)
  const lookups = Array.from({ length: 20 }, (_, n) => pool.query(LOOKUP, [n]))
  expect(pool.stats.waiting).toBe(0)
  await Promise.all(lookups)
})

test('no listener stays on a signal', async () => {
  const { signal } = new AbortController()
  const added = vi.spyOn(signal, 'addEventListener')
  const removed = vi.spyOn(signal, 'removeEventListener')
  await using pool = fixture.open({ max: 1 })
  await prove(pool, 1)
  await Promise.all(Array.from({ length: 150 }, (_, n) => pool.query(LOOKUP, [n], { signal })))
  expect(added.mock.calls.length).toBeGreaterThan(150)
  for (const [, listener] of added.mock.calls) expect(removed).toHaveBeenCalledWith('abort', listener)
})

test('several that were given up and still run are cancelled, and their connection serves again', async () => {
  await using pool = fixture.open({ connection: connection(), max: 1 })
  await prove(pool, 1, (signal) => pool.query(COUNT, [1], { signal }))
  const pid = await pool.fetchValue<number>('select pg_backend_pid()')
  const controller = new AbortController()
  // Each of them would take minutes.
  const given = [1, 2, 3].map(() => pool.query(COUNT, [2_000_000_000], { signal: controller.signal }))
  await new Promise(setImmediate)
  controller.abort()
  for (const one of given) await expect(one).rejects.toBe(controller.signal.reason)
  await expect(pool.fetchValue(LOOKUP, [7])).resolves.toBe(7)
  await expect(pool.fetchValue('select pg_backend_pid()')).resolves.toBe(pid)
})
