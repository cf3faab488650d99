/**
 * Connections that end anywhere. The oracle is a ledger: every write has a number, and what is in the table afterwards must
 * agree with what the caller was told. `TEST_FAULTS` sets how many, `TEST_SEED` repeats a run.
 */
import { createPool, type Outcome, type Pool } from 'kysely-pgwire'
import { expect, test } from 'vitest'

import { type FaultProxy, faultProxy } from '../support/fault-proxy.ts'
import { type Random, seededRandom } from '../support/random.ts'
import { sharedServer } from '../support/shared-server.ts'

const FAULTS = Number(process.env['TEST_FAULTS'] ?? 300)
const CALLS_PER_FAULT = 12

/** What a caller was told of a write: that it succeeded, or the outcome on its error. */
type Told = 'ok' | Outcome

/** How often a number may be in the table, by what the caller was told. */
const allowed: Readonly<Record<Told, readonly number[]>> = {
  ok: [1],
  applied: [1],
  'not-sent': [0],
  'rolled-back': [0],
  unknown: [0, 1],
}

test(
  `${FAULTS} connections cut at random: no call hangs, lies, is lost or is done twice`,
  { timeout: 180_000 },
  async () => {
    const server = sharedServer()
    await using database = await server.createDatabase()
    await server.query('create table ledger (id int)', [], database.name)
    await using proxy = await faultProxy(server)
    const random = seededRandom()
    const told = new Map<number, Told>()
    const wrong: string[] = []
    let rejected = 0

    for (let fault = 0; fault < FAULTS; fault++) {
      injectFault(proxy, random)
      const pool = createPool({ connection: `${proxy.through(database.url)}?connect_timeout=10`, max: 2 })
      const calls = Array.from({ length: CALLS_PER_FAULT }, () => {
        const id = told.size
        told.set(id, 'unknown')
        return call(pool, id, random)
          .then((complaint) => void (complaint === undefined ? told.set(id, 'ok') : wrong.push(complaint)))
          .catch((error: Error & { outcome?: Outcome }) => {
            rejected++
            if (error.outcome === undefined) wrong.push(`${error.name} without an outcome: ${error.message}`)
            else told.set(id, error.outcome)
          })
      })
      await Promise.all(calls)
      await pool.close()
    }

    const context = `seed ${random.seed}`
    expect(wrong, context).toEqual([])
    expect(rejected, context).toBeGreaterThan(FAULTS)
    const rows = await server.query('select id, count(*)::int as count from ledger group by id', [], database.name)
    const counts = new Map(rows.map((row) => [Number(row['id']), Number(row['count'])]))
    const lies = [...told].filter(([id, what]) => !allowed[what].includes(counts.get(id) ?? 0))
    expect(lies, context).toEqual([])
    // The oracle has seen both sides of it.
    expect(new Set(told.values()).size, context).toBeGreaterThan(2)
  },
)

function injectFault(proxy: FaultProxy, random: Random): void {
  const cutAfterBytes = random.between(1, 3_000)
  const lane = { cutAfterBytes, cutBy: random.pick(['fin', 'reset'] as const) }
  const pieces = random.pick([{}, {}, { pieceBytes: random.between(1, 40) }])
  if (random.pick([true, false])) proxy.setFaults({ toServer: { ...lane, ...pieces } })
  else proxy.setFaults({ toClient: { ...lane, ...pieces } })
}

/** One call that writes its number. Resolves with a complaint when it gives anything wrong. */
function call(pool: Pool, id: number, random: Random): Promise<string | undefined> {
  switch (random.between(0, 3)) {
    case 0:
      return insert(pool, id)
    case 1:
      return insertAndRead(pool, id)
    case 2:
      return insertInTransaction(pool, id)
    default:
      return streamInserts(pool, id)
  }
}

async function insert(pool: Pool, id: number): Promise<string | undefined> {
  const { rowCount } = await pool.query('insert into ledger values ($1)', [id])
  return rowCount === 1 ? undefined : `insert ${id} counted ${rowCount}`
}

async function insertAndRead(pool: Pool, id: number): Promise<string | undefined> {
  const text = `${id}:${'x'.repeat(id % 300)}`
  const sql = 'insert into ledger values ($1) returning id, $2::text as text, array[id, -id] as list'
  const { rows } = await pool.query(sql, [id, text])
  const expected = JSON.stringify([{ id, text, list: [id, -id] }])
  return JSON.stringify(rows) === expected ? undefined : `${JSON.stringify(rows)} is not ${expected}`
}

async function insertInTransaction(pool: Pool, id: number): Promise<string | undefined> {
  await using lease = await pool.acquire()
  const { connection } = lease
  await connection.query('begin')
  try {
    await connection.query('insert into ledger values ($1)', [id])
  } catch (error) {
    // No COMMIT was sent.
    throw Object.assign(error as Error, { outcome: 'rolled-back' })
  }
  const { command } = await connection.query('commit')
  return command === 'COMMIT' ? undefined : `commit of ${id} came back as ${command}`
}

async function streamInserts(pool: Pool, id: number): Promise<string | undefined> {
  await using lease = await pool.acquire()
  const sql = 'insert into ledger select $1::int where $2::int > 0 returning id'
  const rows: unknown[] = []
  for await (const batch of lease.connection.stream(sql, [id, 1], { batchRows: 5 })) rows.push(...batch)
  return JSON.stringify(rows) === JSON.stringify([{ id }]) ? undefined : `stream of ${id} gave ${JSON.stringify(rows)}`
}
