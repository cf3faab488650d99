/** Who is told that a connection is gone, when, and why. */
import { type CloseListener, connect, type Connection, ConnectionError, type Pool } from 'kysely-pgwire'
import { describe, expect, onTestFinished, test } from 'vitest'

import { faultProxy } from '../support/fault-proxy.ts'
import { scriptedServer } from '../support/scripted-server.ts'
import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()
const open = () => connect(fixture.url)

/** A listener of its own on `connection`, and what it was told. */
function listening(connection: Connection): { readonly told: (Error | null)[]; readonly stop: () => void } {
  const told: (Error | null)[] = []
  return { told, stop: connection.onClose((error) => told.push(error)) }
}

function hearWarnings(): Error[] {
  const warnings: Error[] = []
  const warned = (warning: Error): void => void warnings.push(warning)
  process.on('warning', warned)
  onTestFinished(() => void process.off('warning', warned))
  return warnings
}

const tick = () => new Promise((resolve) => setImmediate(resolve))

describe('a listener is told null', () => {
  test('before close resolves, once, however often it is closed', async () => {
    const connection = await open()
    const { told } = listening(connection)
    await connection.close()
    expect(told).toEqual([null])
    await connection.close()
    connection.terminate()
    await tick()
    expect(told).toEqual([null])
  })

  test('behind terminate, and not in the middle of it', async () => {
    const connection = await open()
    const { told } = listening(connection)
    const running = expect(connection.query('select pg_sleep(60)')).rejects.toMatchObject({
      code: 'PGWIRE_CONNECTION_CLOSED',
    })
    connection.terminate()
    expect(told).toEqual([])
    await running
    await expect.poll(() => told).toEqual([null])
  })

  test('where close ran out of time', async () => {
    const connection = await open()
    const { told } = listening(connection)
    const running = connection.query('select pg_sleep(60)').catch(() => {})
    await connection.close({ timeoutMs: 20 })
    await running
    await expect.poll(() => told).toEqual([null])
  })
})

describe('a listener is told what later calls reject with', () => {
  test('of a backend that an administrator has ended', async () => {
    await using connection = await open()
    const { told } = listening(connection)
    await fixture.server.terminate(connection.processId)
    await expect.poll(() => told).toHaveLength(1)
    expect(connection.closed).toBe(true)
    const later = await connection.query('select 1').catch((error: unknown) => error)
    expect(told[0]).toBeInstanceOf(ConnectionError)
    expect(told[0]).toMatchObject({ code: 'PGWIRE_CONNECTION_LOST', serverError: { code: '57P01' } })
    expect(later).toMatchObject({ code: 'PGWIRE_CONNECTION_LOST', message: told[0]?.message })
    await connection.close()
    expect(told).toHaveLength(1)
  })

  test('of a backend that is ended in the middle of a statement, which rejects as well', async () => {
    await using connection = await open()
    const { told } = listening(connection)
    const running = expect(connection.query('select pg_sleep(60)')).rejects.toMatchObject({ code: '57P01' })
    await expect.poll(() => fixture.running('pg_sleep(60)')).toContain(connection.processId)
    await fixture.server.terminate(connection.processId)
    await running
    await expect.poll(() => told).toMatchObject([{ code: 'PGWIRE_CONNECTION_LOST', serverError: { code: '57P01' } }])
  })

  test.each(['cut', 'reset'] as const)('of a network that has %s the connection', async (fault) => {
    await using proxy = await faultProxy(fixture.server)
    await using connection = await connect(proxy.through(fixture.url))
    const { told } = listening(connection)
    proxy[fault]()
    await expect.poll(() => told).toHaveLength(1)
    expect(told[0]).toMatchObject({ code: 'PGWIRE_CONNECTION_LOST', host: proxy.host, port: proxy.port })
    expect(told[0]).toMatchObject({ serverError: undefined, phase: 'ready' })
  })

  test('of a server that breaks the protocol', async () => {
    await using server = await scriptedServer(async (peer) => {
      await peer.login()
      peer.send(Buffer.from('Z\0\0\0\x05I'))
    })
    await using connection = await connect(server.url)
    const { told } = listening(connection)
    await expect.poll(() => told).toMatchObject([{ code: 'PGWIRE_PROTOCOL_VIOLATION' }])
  })

  test('of a server that hangs up right behind the login', async () => {
    await using server = await scriptedServer(async (peer) => {
      await peer.login()
      peer.close()
    })
    await using connection = await connect(server.url)
    const { told } = listening(connection)
    await expect.poll(() => told).toMatchObject([{ code: 'PGWIRE_CONNECTION_LOST' }])
  })

  test('of a connection that is lost while close waits for its statement', async () => {
    const connection = await open()
    const { told } = listening(connection)
    const running = connection.query('select pg_sleep(60)').catch(() => {})
    const closing = connection.close()
    await expect.poll(() => fixture.running('pg_sleep(60)')).toContain(connection.processId)
    await fixture.server.terminate(connection.processId)
    await Promise.all([running, closing])
    expect(told).toMatchObject([{ code: 'PGWIRE_CONNECTION_LOST', serverError: { code: '57P01' } }])
  })
})

test('listeners are told in their order, once each although added twice, and not when they were removed', async () => {
  const connection = await open()
  const order: string[] = []
  const listener = (): unknown => order.push('first')
  connection.onClose(listener)
  const stop = connection.onClose(() => order.push('removed'))
  connection.onClose(() => order.push('second'))
  connection.onClose(listener)
  stop()
  stop()
  await connection.close()
  expect(order).toEqual(['first', 'second'])
})

test('a listener that another one removes is not told', async () => {
  const connection = await open()
  const order: string[] = []
  connection.onClose(() => {
    order.push('first')
    stop()
  })
  const stop = connection.onClose(() => order.push('second'))
  await connection.close()
  expect(order).toEqual(['first'])
})

test('one that comes when the connection is gone is told soon, and the same', async () => {
  const connection = await open()
  const { told } = listening(connection)
  await fixture.server.terminate(connection.processId)
  await expect.poll(() => told).toHaveLength(1)
  const late = listening(connection)
  expect(late.told).toEqual([])
  const removed = listening(connection)
  removed.stop()
  await tick()
  expect(late.told).toEqual(told)
  expect(removed.told).toEqual([])
  connection.terminate()
  const later = listening(connection)
  await tick()
  expect(later.told).toEqual(told)
})

test('one that throws or rejects hurts nobody, and is a warning of the process', async () => {
  const warnings = hearWarnings()
  const connection = await open()
  connection.onClose(() => {
    throw new Error('thrown')
  })
  connection.onClose(async () => {
    throw new Error('rejected')
  })
  const { told } = listening(connection)
  await connection.close()
  await tick()
  expect(told).toEqual([null])
  expect(warnings.map(({ message }) => message)).toEqual(['thrown', 'rejected'])
})

test('what a listener asks of the connection is refused like anything else', async () => {
  await using connection = await open()
  const asked = new Promise<unknown>((resolve) => {
    connection.onClose(() => connection.query('select 1').catch(resolve))
  })
  await fixture.server.terminate(connection.processId)
  await expect(asked).resolves.toMatchObject({ code: 'PGWIRE_CONNECTION_LOST', outcome: 'not-sent' })
})

describe('in a pool', () => {
  /** A notice, by a statement behind which a session need not be reset. */
  const raise = 'drop table if exists no_such_table'
  const notice = 'table "no_such_table" does not exist, skipping'

  /** Has the pool's one connection end, from outside. */
  async function kill(pool: Pool): Promise<void> {
    // It may still be freed of what the last borrower has left, and would be closed for that then.
    await expect.poll(() => pool.stats.idle).toBe(1)
    const { closed } = pool.totals
    await fixture.server.terminate(...(await fixture.backends()))
    await expect.poll(() => pool.totals.closed.lost).toBe(closed.lost + 1)
    await tick()
  }

  test.each(['none', 'smart', 'discard-all'] as const)(
    'the release ends what the borrower has added, also for notices (reset: %s)',
    async (reset) => {
      await using pool = fixture.open({ max: 1, reset })
      const heard: unknown[] = []
      const lease = await pool.acquire()
      const { processId } = lease.connection
      lease.connection.onClose((error) => heard.push(error))
      lease.connection.onNotice(({ message }) => heard.push(message))
      await lease.connection.execute(raise)
      lease.release()
      const next = await pool.acquire()
      expect(next.connection.processId).toBe(processId)
      await next.connection.execute(raise)
      next.release()
      await kill(pool)
      expect(heard).toEqual([notice])
    },
  )

  test.each(['none', 'smart', 'discard-all'] as const)(
    'what onConnect has added stays as long as the connection, and is there once behind a reset (reset: %s)',
    async (reset) => {
      const heard: unknown[] = []
      const onConnect = (connection: Connection): void => {
        connection.onClose((error) => heard.push(error))
        connection.onNotice(({ message }) => heard.push(message))
      }
      await using pool = fixture.open({ max: 1, reset, onConnect })
      for (const sql of ['select 1', `set work_mem = '1234kB'`, raise, 'select 2', raise]) {
        const lease = await pool.acquire()
        const stop = lease.connection.onNotice(() => heard.push('the borrower'))
        if (sql === raise) stop()
        await lease.connection.query(sql)
        lease.release()
      }
      expect(pool.totals.opened).toBe(1)
      expect(heard).toEqual([notice, notice])
      await kill(pool)
      expect(heard).toMatchObject([notice, notice, { serverError: { code: '57P01' } }])
    },
  )

  test('a borrower whose connection is lost is told, although it is released at once', async () => {
    await using pool = fixture.open({ max: 1 })
    const lease = await pool.acquire()
    const { told } = listening(lease.connection)
    const running = lease.connection.query('select pg_sleep(60)').catch(() => lease.release())
    await expect.poll(() => fixture.running('pg_sleep(60)')).toContain(lease.connection.processId)
    await fixture.server.terminate(lease.connection.processId)
    await running
    await expect.poll(() => told).toMatchObject([{ code: 'PGWIRE_CONNECTION_LOST' }])
    await expect(pool.fetchValue('select 1')).resolves.toBe(1)
  })

  test('a borrower is told null when the pool closes', async () => {
    const pool = fixture.open({ max: 1 })
    const lease = await pool.acquire()
    const told = new Promise<Parameters<CloseListener>[0]>((resolve) => void lease.connection.onClose(resolve))
    await pool.close({ timeoutMs: 0 })
    await expect(told).resolves.toBeNull()
    lease.release()
  })
})
