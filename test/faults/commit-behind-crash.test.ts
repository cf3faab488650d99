/**
 * A server that dies behind a COMMIT it was never to write down. What it gives out again, once it is back, are the numbers of the
 * transactions that it has lost: another one may be committed under the number of this one.
 */
import { createPool, type Pool } from 'kysely-pgwire'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { faultProxy, type FaultProxy, type ProxiedConnection } from '../support/fault-proxy.ts'
import { type PrivateServer, startPrivateServer } from '../support/test-server.ts'

let server: PrivateServer
let proxy: FaultProxy

beforeAll(async () => {
  // What is not committed stays in memory.
  server = await startPrivateServer({
    settings: { wal_writer_delay: '10s', synchronous_commit: true, autovacuum: false },
  })
  proxy = await faultProxy(server)
  await server.query('create table ledger (n int4 primary key)')
})

afterAll(async () => {
  await proxy.close()
  await server.remove()
})

const crashes: Readonly<Record<string, () => Promise<void>>> = {
  'an immediate shutdown': () => server.restart('immediate'),
  'a killed backend': async () => {
    const back = server.log.waitFor(/database system is ready to accept connections/)
    const [victim] = await server.backends()
    server.signalBackend(victim!, 'SIGKILL')
    await back
  },
}

const open = (): Pool => createPool({ connection: proxy.through(server.url), max: 1 })

/** Runs a transaction that inserts `n`, with its number known and the way of its COMMIT prepared; says what it told. */
function insert(pool: Pool, n: number, beforeCommit: (id: string) => void): Promise<string> {
  const committed = pool.transaction(async (transaction) => {
    await transaction.query('insert into ledger values ($1)', [n])
    beforeCommit((await transaction.fetchValue<string>('select pg_current_xact_id()::text')) ?? '')
  })
  return committed.then(
    () => 'committed',
    (error: { outcome: string }) => error.outcome,
  )
}

const isThere = async (n: number): Promise<boolean> =>
  (await server.query('select from ledger where n = $1', [n])).length === 1

test.each(Object.entries(crashes))(
  'behind %s, another transaction of the same number is not taken for it',
  async (_, crash) => {
    await server.query('truncate ledger')
    await using pool = open()
    await insert(pool, 0, () => {})
    let lost = ''
    const told = insert(pool, 1, (id) => {
      lost = id
      // The COMMIT does not arrive, and nobody is let in before its number has been given out again.
      proxy.stall()
    })
    await expect.poll(() => lost).not.toBe('')
    await crash()
    let given = ''
    for (let n = 2; given !== lost; n++) {
      const sql = 'insert into ledger values ($1) returning pg_current_xact_id()::text as id'
      const [row] = await server.query(sql, [n])
      given = String(row?.['id'])
      expect(BigInt(given)).toBeLessThanOrEqual(BigInt(lost))
    }
    proxy.resume()
    expect(await told).toBe('unknown')
    expect(await isThere(1)).toBe(false)
  },
)

test('behind an orderly restart, a commit whose answer was lost is still found', async () => {
  await server.query('truncate ledger')
  await using pool = open()
  await insert(pool, 0, () => {})
  let answer: Promise<ProxiedConnection> | undefined
  const told = insert(pool, 1, () => {
    answer = proxy.after('C', 1, (connection) => connection.stall())
  })
  await expect.poll(() => answer).toBeDefined()
  const connection = await answer
  await server.restart('fast')
  connection?.cut()
  expect(await told).toBe('committed')
  expect(await isThere(1)).toBe(true)
})
