/** A call that is given up among others: whatever becomes of it, they get their answers, and no cancel is sent that might hit them. */
import { connect, type Connection } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type FaultProxy, faultProxy } from '../support/fault-proxy.ts'
import { sharedServer } from '../support/shared-server.ts'
import type { TestDatabase } from '../support/test-server.ts'

const server = sharedServer()
const INSERT = 'insert into ledger values ($1)'
/** Waits for whoever holds the lock. */
const WAIT = 'select pg_advisory_xact_lock($1)'
let database: TestDatabase
let proxy: FaultProxy

beforeAll(async () => {
  database = await server.createDatabase()
  proxy = await faultProxy(server)
  await server.query('create table ledger (n int4 primary key)', [], database.name)
})
afterAll(async () => {
  await proxy.close()
  await database.drop()
})

/** A write of one number that can be given up, and whether it takes effect although it was, once it is sent. */
interface Write {
  readonly run: (connection: Connection, n: number, signal: AbortSignal) => Promise<unknown>
  readonly takesEffect: boolean
}

const writes: Readonly<Record<string, Write>> = {
  query: { run: (connection, n, signal) => connection.query(INSERT, [n], { signal }), takesEffect: true },
  batch: {
    run: (connection, n, signal) =>
      connection.batch([{ sql: 'select 1' }, { sql: INSERT, parameters: [n] }], { signal }),
    takesEffect: true,
  },
  'prepared query': {
    run: async (connection, n, signal) => (await prepared(connection)).query([n], { signal }),
    takesEffect: true,
  },
  // Its rows are never complete.
  executeMany: {
    run: (connection, n, signal) =>
      connection.executeMany(
        INSERT,
        (async function* () {
          yield [n]
          await new Promise(() => {})
        })(),
        { signal },
      ),
    takesEffect: false,
  },
}

const statements = new WeakMap<Connection, ReturnType<Connection['prepare']>>()

function prepared(connection: Connection): ReturnType<Connection['prepare']> {
  const known = statements.get(connection) ?? connection.prepare(INSERT)
  statements.set(connection, known)
  return known
}

/** A connection that has described everything, so that calls are sent when they are made. */
async function warmConnection(): Promise<Connection> {
  const connection = await connect(proxy.through(database.url))
  await prepared(connection)
  for (const sql of ['select 1', WAIT, 'select $1::int as n']) await connection.prepare(sql)
  return connection
}

const written = async (n: number) =>
  (await server.query(`select n from ledger where n = ${n}`, [], database.name)).length

describe.each(Object.entries(writes))('%s', (verb, { run, takesEffect }) => {
  const n = Object.keys(writes).indexOf(verb) * 10

  test(`that was sent behind another is let ${takesEffect ? 'be' : 'go'}, and its neighbours are answered`, async () => {
    await using connection = await warmConnection()
    await using holder = await connect(database.url)
    await holder.query('select pg_advisory_lock($1)', [n])
    const before = proxy.connections.length
    const controller = new AbortController()
    const order: string[] = []
    const first = connection.query(WAIT, [n]).then(() => order.push('first'))
    const given = run(connection, n + 1, controller.signal).catch((error: unknown) => {
      order.push('given up')
      return error
    })
    const behind = connection.query('select $1::int as n', [n])
    // Everything that can be sent has been by then.
    await expect.poll(() => server.query(running(connection))).toEqual([{ wait_event: 'advisory' }])
    controller.abort(new Error('enough'))
    expect(await given).toBe(controller.signal.reason)
    await holder.query('select pg_advisory_unlock($1)', [n])
    await first
    expect(order).toEqual(['given up', 'first'])
    expect((await behind).rows).toEqual([{ n }])
    expect(proxy.connections.length).toBe(before)
    expect(await written(n + 1)).toBe(takesEffect ? 1 : 0)
  })

  test('that waits behind a stream is never sent', async () => {
    await using connection = await warmConnection()
    const controller = new AbortController()
    const stream = connection.stream<{ i: number }>('select generate_series(1, 30) as i', [], { batchRows: 10 })
    await stream.next()
    const given = run(connection, n + 2, controller.signal).catch((error: unknown) => error)
    const behind = connection.query('select $1::int as n', [n])
    await new Promise((resolve) => setImmediate(resolve))
    controller.abort(new Error('enough'))
    expect(await given).toBe(controller.signal.reason)
    const rest: number[] = []
    for await (const batch of stream) for (const { i } of batch) rest.push(i)
    expect(rest.length).toBe(20)
    expect((await behind).rows).toEqual([{ n }])
    expect(await written(n + 2)).toBe(0)
  })
})

/** What the server says of it. */
function running({ processId }: Connection): string {
  return `select wait_event from pg_stat_activity where pid = ${processId}`
}
