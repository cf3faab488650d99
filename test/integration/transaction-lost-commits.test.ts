/** A connection that is lost around a COMMIT: what the transaction says of itself is what the ledger says. */
import { type CommitUnknownError, createPool, type Pool } from 'kysely-pgwire'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { faultProxy, type FaultProxy } from '../support/fault-proxy.ts'
import { ledger } from './ledger.ts'

const facts = ledger()
let proxy: FaultProxy

beforeAll(async () => {
  const { hostname, port } = new URL(facts.url)
  proxy = await faultProxy({ host: hostname, port: Number(port) })
})
afterAll(() => proxy.close())
beforeEach(() => facts.empty())

const open = (): Pool => createPool({ connection: proxy.through(facts.url), max: 1 })

/** Runs a transaction that inserts `n`, warm, and says what it told. */
async function insert(pool: Pool, n: number, beforeCommit?: () => void): Promise<string> {
  try {
    await pool.transaction(async (transaction) => {
      await transaction.query('insert into ledger values ($1)', [n])
      if (beforeCommit === undefined) return
      // Behind this, the id is known.
      await transaction.query('select 1')
      beforeCommit()
    })
    return 'committed'
  } catch (error) {
    return (error as { outcome: string }).outcome
  }
}

describe('a commit whose answer is lost', () => {
  test('is found to have happened', async () => {
    await using pool = open()
    await insert(pool, 0)
    const told = await insert(pool, 1, () => void proxy.after('C', 1, (connection) => connection.cut()))
    expect(told).toBe('committed')
    expect(await facts.all()).toEqual([0, 1])
    expect(await pool.fetchValue('select 1')).toBe(1)
  })

  test('is found not to have happened where the COMMIT never arrived', async () => {
    await using pool = open()
    await insert(pool, 0)
    // The question is answered before the function ends, and the COMMIT is held back until the connection is cut.
    const told = await insert(pool, 1, () => {
      const connection = proxy.connections.at(-1)
      connection?.toServer.stall()
      setTimeout(() => connection?.reset(), 20)
    })
    expect(told).toBe('rolled-back')
    expect(await facts.all()).toEqual([0])
  })

  test('is waited for while the server still works on it', async () => {
    await using pool = open()
    await insert(pool, 0)
    await facts.query(`create function slowly() returns trigger language plpgsql as
      $$ begin perform pg_sleep(0.3); return null; end $$`)
    await facts.query(`create constraint trigger slowly after insert on ledger deferrable initially deferred
      for each row execute function slowly()`)
    try {
      const told = await insert(pool, 1, () => void setTimeout(() => proxy.connections.at(-1)?.reset(), 50))
      expect(told).toBe((await facts.all()).includes(1) ? 'committed' : 'rolled-back')
    } finally {
      await facts.query('drop function slowly cascade')
    }
  })

  test('stays unknown where nobody can be asked', async () => {
    await using pool = open()
    await insert(pool, 0)
    let unknown: CommitUnknownError | undefined
    try {
      await pool.transaction(async (transaction) => {
        await transaction.query('insert into ledger values (1)')
        await transaction.query('select 1')
        proxy.refuse()
        void proxy.after('C', 1, (connection) => connection.cut())
      })
    } catch (error) {
      unknown = error as CommitUnknownError
    } finally {
      await proxy.accept()
    }
    expect(unknown).toMatchObject({
      name: 'CommitUnknownError',
      code: 'PGWIRE_COMMIT_UNKNOWN',
      outcome: 'unknown',
      cause: { code: 'PGWIRE_CONNECTION_LOST' },
    })
    const id = unknown?.transactionId ?? ''
    const [row] = await facts.query(`select pg_xact_status('${id}') as status`)
    expect(row).toEqual({ status: 'committed' })
  })
})

test('the id of a transaction costs no round trip', async () => {
  await using pool = open()
  for (let n = 0; n < 3; n++) await insert(pool, n)
  const before = proxy.flights
  await insert(pool, 3)
  expect(proxy.flights - before).toBe(3)
})

test('a connection that is cut anywhere in a transaction tells the truth', { timeout: 120_000 }, async () => {
  await using pool = open()
  await insert(pool, 0)
  const lane = () => proxy.connections.at(-1)!
  for (let n = -2; n < 0; n++) await insert(pool, n)
  const down = lane().toClient.bytes
  const up = lane().toServer.bytes
  await insert(pool, -3)
  const bytesDown = lane().toClient.bytes - down
  const bytesUp = lane().toServer.bytes - up
  const told = new Map<number, string>()
  for (let n = 1; n <= 150; n++) {
    await pool.query('select 1')
    const connection = proxy.connections.at(-1)!
    // Warm, so that a transaction is as long as the one that was measured, and around its end more often than not.
    await pool.transaction((transaction) => transaction.query('insert into ledger values ($1)', [-10 - n]))
    const bytes = connection.toClient.bytes
    const upward = connection.toServer.bytes
    if (n % 2 === 0) {
      proxy.setFaults({ toClient: { cutAfterBytes: bytes + bytesDown - ((n * 3) % 120), cutBy: 'reset' } })
    } else proxy.setFaults({ toServer: { cutAfterBytes: upward + bytesUp - ((n * 3) % 90), cutBy: 'fin' } })
    // Whoever asks afterwards is let through.
    void connection.closed.then(() => proxy.setFaults({}))
    told.set(n, await insert(pool, n))
    proxy.setFaults({})
    await pool.query('select 1').catch(() => {})
  }
  const present = new Set(await facts.all())
  const outcomes = [...told.values()]
  for (const [n, outcome] of told) {
    if (outcome === 'committed') expect(present.has(n), `${n} was committed`).toBe(true)
    else if (outcome === 'rolled-back' || outcome === 'not-sent') expect(present.has(n), `${n}: ${outcome}`).toBe(false)
  }
  const count = (wanted: string) => outcomes.filter((outcome) => outcome === wanted).length
  expect(count('committed')).toBeGreaterThan(5)
  expect(count('rolled-back')).toBeGreaterThan(5)
  // Left are those whose id was lost as well.
  expect(count('unknown')).toBeLessThan(outcomes.length / 2)
})
