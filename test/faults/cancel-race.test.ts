/** A cancel names a connection and no statement: it must never hit the statement behind the one it was meant for. */
import dns from 'node:dns/promises'
import { syncBuiltinESMExports } from 'node:module'

import { connect, type Connection } from 'kysely-pgwire'
import { describe, expect, onTestFinished, test, vi } from 'vitest'

import { dataRow, int32 } from '../support/backend-messages.ts'
import { faultProxy } from '../support/fault-proxy.ts'
import { MemoryPostgres } from '../support/memory-postgres.ts'
import { seededRandom } from '../support/random.ts'
import { scriptedServer } from '../support/scripted-server.ts'
import { sharedServer } from '../support/shared-server.ts'

const CANCELS = Number(process.env['TEST_CANCELS'] ?? 1_200)
const LANES = 4

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error as Error,
  )

/** What one lane of cancels saw. */
interface Tally {
  cancelled: number
  late: number
  innocent: number
}

async function race(
  connection: Connection,
  cancels: number,
  cancelOne: (ms: number) => Promise<boolean>,
): Promise<Tally> {
  const random = seededRandom()
  const tally: Tally = { cancelled: 0, late: 0, innocent: 0 }
  // Follows the speed of the machine, so that both are met on any.
  let most = 3
  for (let index = 0; index < cancels; index++) {
    const hit = await cancelOne(random.between(0, Math.round(most)))
    most = Math.min(Math.max(most * (hit ? 0.9 : 1.1), 2), 200)
    if (hit) tally.cancelled++
    else tally.late++
    // At once, while the cancel may still be on its way.
    const { rows } = await connection.query('select $1::int as innocent', [index])
    expect(rows).toEqual([{ innocent: index }])
    tally.innocent++
  }
  return tally
}

describe('cancels that come near the end of a query', () => {
  const lanes = Array.from({ length: LANES }, (_, index) => index)

  test(`by cancel(): of ${CANCELS} none hits the next query`, { timeout: 120_000 }, async () => {
    const tallies = await Promise.all(
      lanes.map(async () => {
        const connection = await connect(sharedServer().url)
        // One that is only being described is never late.
        await connection.query('select pg_sleep($1)', [0])
        const tally = await race(connection, CANCELS / LANES, async (ms) => {
          const query = connection.query('select pg_sleep($1)', [ms / 1000]).then(
            () => false,
            (error: { code?: string }) => {
              expect(error.code).toBe('57014')
              return true
            },
          )
          // The answer may come before, while or after the cancel is under way.
          void connection.cancel()
          return query
        })
        expect(connection.closed).toBe(false)
        await connection.close()
        return tally
      }),
    )
    expect(sum(tallies, 'innocent')).toBe(CANCELS)
    expect(sum(tallies, 'cancelled')).toBeGreaterThan(0)
    expect(sum(tallies, 'late')).toBeGreaterThan(0)
  })

  test(`by a signal: of ${CANCELS / 2} none hits the next query`, { timeout: 120_000 }, async () => {
    const tallies = await Promise.all(
      lanes.map(async () => {
        const connection = await connect(sharedServer().url)
        const tally = await race(connection, CANCELS / 2 / LANES, async (ms) => {
          const controller = new AbortController()
          const query = connection.query(`select pg_sleep(${ms / 1000})`, [], { signal: controller.signal }).then(
            () => false,
            (error: unknown) => {
              expect(error).toBe(controller.signal.reason)
              return true
            },
          )
          setTimeout(() => controller.abort(), ms)
          return query
        })
        expect(connection.closed).toBe(false)
        await connection.close()
        return tally
      }),
    )
    expect(sum(tallies, 'innocent')).toBe(CANCELS / 2)
    expect(sum(tallies, 'cancelled')).toBeGreaterThan(0)
  })
})

describe('a cancel that cannot be delivered destroys the connection, because nobody knows when it would strike:', () => {
  async function sleeping(connection: Connection): Promise<Error> {
    const query = failure(connection.query('select pg_sleep(60)'))
    const event = 'select wait_event from pg_stat_activity where pid = $1'
    await expect.poll(() => sharedServer().query(event, [connection.processId])).toEqual([{ wait_event: 'PgSleep' }])
    await connection.cancel()
    return query
  }

  test('the server refuses the second connection', async () => {
    const server = sharedServer()
    await using proxy = await faultProxy(server)
    const connection = await connect(proxy.through(server.url))
    proxy.refuse()
    const error = await sleeping(connection)
    expect(error).toMatchObject({
      name: 'ConnectionError',
      code: 'PGWIRE_CONNECTION_LOST',
      outcome: 'unknown',
      cause: { code: 'PGWIRE_CONNECT_FAILED' },
    })
    expect(connection.closed).toBe(true)
  })

  test('the second connection is swallowed by the network', async () => {
    const server = sharedServer()
    await using proxy = await faultProxy(server)
    const connection = await connect(`${proxy.through(server.url)}?cancel_timeout_ms=500`)
    const query = failure(connection.query('select pg_sleep(60)'))
    const event = 'select wait_event from pg_stat_activity where pid = $1'
    await expect.poll(() => server.query(event, [connection.processId])).toEqual([{ wait_event: 'PgSleep' }])
    proxy.stall()
    await connection.cancel()
    expect(await query).toMatchObject({ code: 'PGWIRE_CONNECTION_LOST', outcome: 'unknown' })
    expect(connection.closed).toBe(true)
  })

  test('the server gave no key', async () => {
    await using server = await scriptedServer(async (peer) => {
      await peer.startup()
      peer.send(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]), Buffer.from([0x5a, 0, 0, 0, 5, 0x49]))
      await peer.until('sync')
    })
    const connection = await connect(server.url)
    const query = failure(connection.query('select 1'))
    await (await server.peer(0)).until('sync').catch(() => {})
    await connection.cancel()
    expect(await query).toMatchObject({ code: 'PGWIRE_CONNECTION_LOST', outcome: 'unknown' })
    expect(connection.closed).toBe(true)
  })
})

test('a cancel of an idle connection does nothing, not even connect', async () => {
  const server = sharedServer()
  await using proxy = await faultProxy(server)
  const connection = await connect(proxy.through(server.url))
  await connection.cancel()
  expect(proxy.connections.length).toBe(1)
  await connection.close()
})

test('a cancel while a stream’s reader takes its time does nothing, and the stream goes on', async () => {
  const server = sharedServer()
  await using proxy = await faultProxy(server)
  const connection = await connect(proxy.through(server.url))
  const fetchedAhead = proxy.after('s', 2)
  const stream = connection.stream('select generate_series(1, 25) as i', [], { batchRows: 10 })
  const lengths = [(await stream.next()).value?.length]
  await fetchedAhead
  // Its bytes are with us before those of the answer to somebody who asked later.
  await server.query('select 1')
  await connection.cancel()
  expect(proxy.connections.length).toBe(1)
  for await (const batch of stream) lengths.push(batch.length)
  expect(lengths).toEqual([10, 10, 5])
  await connection.close()
})

test('a cancel that comes too late for a batch resolves, and the stream goes on', async () => {
  const postgres = new MemoryPostgres({
    three: { columns: [{ name: 'i', typeOid: 23 }], rows: [1, 2, 3].map((i) => dataRow(int32(i))), tag: 'SELECT 3' },
  })
  const asked = Promise.withResolvers<void>()
  const late = Promise.withResolvers<void>()
  await using server = await scriptedServer(async (peer, index) => {
    if (index > 0) {
      await peer.opening()
      late.resolve()
      peer.close()
      return
    }
    await peer.login()
    for (let executes = 0; ;) {
      const message = await peer.message()
      if (message.type === 'execute' && ++executes === 2) {
        asked.resolve()
        await late.promise
      }
      peer.send(...postgres.answer(message))
    }
  })
  const connection = await connect(server.url)
  const stream = connection.stream('three', [], { batchRows: 1 })
  await stream.next()
  await asked.promise
  await connection.cancel()
  expect(connection.closed).toBe(false)
  const rest: unknown[] = []
  for await (const batch of stream) rest.push(...batch)
  expect(rest).toEqual([{ i: 2 }, { i: 3 }])
  await connection.close({ timeoutMs: 0 })
})

test('a cancel goes to the server of the connection, wherever the host’s name leads by now', async () => {
  const { port } = sharedServer()
  const addresses = ['127.0.0.1']
  const lookup = vi
    .spyOn(dns, 'lookup')
    .mockImplementation((() => Promise.resolve([{ address: addresses.shift() ?? '127.0.0.99', family: 4 }])) as never)
  syncBuiltinESMExports()
  onTestFinished(() => {
    lookup.mockRestore()
    syncBuiltinESMExports()
  })
  const url = new URL(sharedServer().url)
  url.hostname = 'several.example'
  url.port = String(port)
  const connection = await connect(url.href)
  const query = failure(connection.query('select pg_sleep(30)'))
  const event = 'select wait_event from pg_stat_activity where pid = $1'
  await expect.poll(() => sharedServer().query(event, [connection.processId])).toEqual([{ wait_event: 'PgSleep' }])
  await connection.cancel()
  expect(await query).toMatchObject({ code: '57014' })
  expect(connection.closed).toBe(false)
  await connection.close()
})

test('a cancel with others behind the running query is not sent: it might hit them', async () => {
  const server = sharedServer()
  await using proxy = await faultProxy(server)
  const connection = await connect(proxy.through(server.url))
  const queries = [connection.execute('select pg_sleep(0.05)'), connection.execute('select 2')]
  await connection.cancel()
  await Promise.all(queries)
  expect(proxy.connections.length).toBe(1)
  await connection.close()
})

test('what is asked during a cancel is sent only when the second connection is closed and the query answered', async () => {
  await using server = await scriptedServer(async (peer, index) => {
    if (index === 0) {
      await peer.login({ processId: 11, secretKey: 22 })
      return
    }
    expect(await peer.opening()).toMatchObject({ type: 'cancelRequest', processId: 11 })
  })
  const connection = await connect(server.url)
  const first = connection.execute('first')
  const peer = await server.peer(0)
  await peer.message('query')
  const cancelled = connection.cancel()
  const second = connection.execute('second')
  const canceller = await server.peer(1)
  await expect.poll(() => canceller.received.length).toBe(1)
  peer.send(Buffer.from('I\0\0\0\u0004', 'latin1'), Buffer.from('Z\0\0\0\u0005I', 'latin1'))
  await first
  expect(peer.received.filter(({ type }) => type === 'query').length).toBe(1)
  canceller.close()
  expect(await peer.message('query')).toEqual({ type: 'query', sql: 'second' })
  await cancelled
  peer.send(Buffer.from('I\0\0\0\u0004', 'latin1'), Buffer.from('Z\0\0\0\u0005I', 'latin1'))
  await second
  connection.terminate()
})

function sum(tallies: readonly Tally[], key: keyof Tally): number {
  return tallies.reduce((total, tally) => total + tally[key], 0)
}
