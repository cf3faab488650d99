/**
 * Random programs of several users give the same results whether statements share connections or not, on few connections or
 * many, through Kysely or not. A failure prints the seed, which `TEST_SEED` repeats; PGWIRE_FULL=1 runs more.
 */
import fc from 'fast-check'
import { Kysely } from 'kysely'
import { createPool, PgwireDialect, type Pool } from 'kysely-pgwire'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { seededRandom } from '../support/random.ts'
import {
  leftovers,
  type Program,
  type Programs,
  programs,
  runProgram,
  SCHEMA,
  throughKysely,
  throughPool,
  type Way,
} from './lanes-programs.ts'
import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()
const RUNS = process.env['PGWIRE_FULL'] === '1' ? 500 : 30

interface Variant {
  readonly name: string
  readonly db: Kysely<Programs>
  readonly pool: Pool
  readonly shares: boolean
  readonly max: number
  way(owner: number): Way
}

const variants: Variant[] = []

beforeAll(async () => {
  await fixture.query(SCHEMA)
  for (const pipelining of ['off', 'auto'] as const) {
    for (const max of [1, 2, 5]) {
      for (const kysely of [false, true]) {
        const pool = createPool({ connection: fixture.url, max, pipelining, acquireTimeoutMs: 0 })
        const db = new Kysely<Programs>({ dialect: new PgwireDialect({ pool }) })
        const way = (owner: number) => (kysely ? throughKysely(db, owner) : throughPool(pool, db, owner))
        const name = `${pipelining}, ${max} connections, ${kysely ? 'Kysely' : 'pool'}`
        variants.push({ name, db, pool, shares: pipelining === 'auto', max, way })
      }
    }
  }
})
afterAll(() => Promise.all(variants.map(({ db }) => db.destroy())))

/** What all users got, and what is in their table afterwards. */
async function run(variant: Variant, users: readonly Program[]): Promise<unknown> {
  await fixture.query('delete from own')
  const results = await Promise.all(users.map((program, owner) => runProgram(program, variant.way(owner), owner)))
  const own = await fixture.query('select * from own order by owner, key')
  return { results, own }
}

async function left(variant: Variant): Promise<unknown[]> {
  const { pool, max } = variant
  const leases = await Promise.all(Array.from({ length: max }, () => pool.acquire()))
  const all = await Promise.all(leases.map(({ connection }) => leftovers(connection)))
  for (const lease of leases) lease.release()
  return all
}

/** Statements that left together with others, seen from outside: after slow runs it takes up to 2,048 quick ones. */
async function sharing({ pool, max, shares }: Variant): Promise<boolean> {
  const one = 'select * from "shared" where "id" = $1'
  for (let rounds = shares ? 500 : 10; rounds > 0; rounds--) {
    const reads = Array.from({ length: max + 1 }, () => pool.query(one, [1]))
    const { waiting, size } = pool.stats
    await Promise.all(reads)
    if (waiting === 0 && size === max) return true
  }
  return false
}

test(`${RUNS} random programs give the same results with shared connections and without`, async () => {
  const { seed } = seededRandom()
  await fc.assert(
    fc.asyncProperty(programs, async (users) => {
      let expected: unknown
      for (const variant of variants) {
        const result = await run(variant, users)
        expected ??= result
        expect(result, variant.name).toEqual(expected)
      }
      const open = await fixture.query(`
        select state, query from pg_stat_activity
        where datname = current_database() and state like 'idle in transaction%'`)
      expect(open).toEqual([])
    }),
    { numRuns: RUNS, seed, endOnFailure: true },
  )
  for (const variant of variants) {
    const clean = Array.from({ length: variant.max }, () => ({ name: '', locks: 0, tables: 0 }))
    expect(await left(variant), variant.name).toEqual(clean)
    await expect.poll(() => variant.pool.stats).toMatchObject({ busy: 0, waiting: 0, connecting: 0 })
    // It was not the same thing that was compared with itself.
    await expect.poll(() => sharing(variant), { message: variant.name }).toBe(variant.shares)
  }
}, 600_000)
