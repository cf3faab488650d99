/** `connection.listen` and `unlisten`: callbacks of a connection that does other things as well. */
import { connect, type Connection, type Notification } from 'kysely-pgwire'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { poolFixture } from './pool-fixture.ts'

const fixture = poolFixture()
let connection: Connection
let other: Connection

beforeAll(async () => {
  other = await connect(fixture.url)
})
afterAll(() => other.close())

beforeEach(async () => {
  connection = await connect(fixture.url)
})
afterEach(() => connection.close())

async function serverListens(to: Connection = connection): Promise<unknown[]> {
  const { rows } = await to.query<{ name: string }>('select pg_listening_channels() as name order by 1')
  return rows.map((row) => row.name)
}

function noting(): { readonly heard: string[]; readonly callback: (notification: Notification) => void } {
  const heard: string[] = []
  return { heard, callback: ({ payload }) => void heard.push(payload) }
}

test('callbacks are called in the order in which they came, each once, between the answers of queries', async () => {
  const calls: unknown[] = []
  const first = (notification: Notification) => void calls.push(['first', notification])
  const second = async ({ payload }: Notification) => void calls.push(['second', payload])
  await Promise.all([connection.listen('a', first), connection.listen('a', second), connection.listen('a', first)])
  await other.notify('a', 'one')
  await connection.query('select 1')
  const notification = { processId: other.processId, channel: 'a', payload: 'one' }
  expect(calls).toEqual([
    ['first', notification],
    ['second', 'one'],
  ])
})

test('a channel is left with its last callback', async () => {
  const [first, second] = [noting(), noting()]
  await connection.listen('A b', first.callback)
  await connection.listen('A b', second.callback)
  await connection.unlisten('A b', first.callback)
  expect(await serverListens()).toEqual(['A b'])
  await connection.notify('A b', 'to itself')
  await connection.unlisten('A b', second.callback)
  expect(await serverListens()).toEqual([])
  expect(connection.listening).toBe(false)
  expect([first.heard, second.heard]).toEqual([[], ['to itself']])
})

test('without a callback, unlisten leaves the channel; unlistenAll leaves all of them', async () => {
  for (const channel of ['a', 'b', 'c']) {
    await connection.listen(channel, noting().callback)
    await connection.listen(channel, noting().callback)
  }
  await connection.unlisten('a')
  expect(await serverListens()).toEqual(['b', 'c'])
  await connection.unlistenAll()
  expect(await serverListens()).toEqual([])
  await connection.unlisten('never listened to', noting().callback)
})

test('a callback that throws, rejects or removes others keeps no other from being called', async () => {
  const errors: unknown[] = []
  const onError = (error: unknown) => void errors.push(error)
  const last = noting()
  const thrower = () => {
    throw new Error('thrown')
  }
  await connection.listen('a', thrower, { onError })
  await connection.listen('a', () => Promise.reject(new Error('rejected')), { onError })
  await connection.listen('a', () => void connection.unlisten('a', thrower))
  await connection.listen('a', last.callback)
  await connection.notify('a', 'one')
  await connection.notify('a', 'two')
  expect(last.heard).toEqual(['one', 'two'])
  expect(errors).toEqual([new Error('thrown'), new Error('rejected'), new Error('rejected')])
})

test('without onError, what a callback throws is a warning of the process', async () => {
  const warned = new Promise((resolve) => process.once('warning', resolve))
  await connection.listen('a', () => {
    throw new Error('nobody is told')
  })
  await connection.notify('a')
  expect(await warned).toMatchObject({ message: 'nobody is told' })
})

test('a callback may use the connection that calls it', async () => {
  const answered = Promise.withResolvers<unknown>()
  await connection.listen('a', ({ payload }) => {
    connection.query('select $1::text as echo', [payload]).then(({ rows }) => answered.resolve(rows), answered.reject)
  })
  await connection.notify('a', 'echoed')
  expect(await answered.promise).toEqual([{ echo: 'echoed' }])
})

describe('inside a transaction', () => {
  test('it listens from the commit on', async () => {
    const { heard, callback } = noting()
    await connection.execute('begin')
    await connection.listen('a', callback)
    await other.notify('a', 'too early')
    await connection.execute('commit')
    await other.notify('a', 'heard')
    await connection.query('select 1')
    expect(heard).toEqual(['heard'])
  })

  test('after a rollback it does not listen, until it is asked to again', async () => {
    const { heard, callback } = noting()
    const begun = connection.execute('begin')
    const listening = connection.listen('a', callback)
    await Promise.all([begun, listening, connection.execute('rollback')])
    expect(await serverListens()).toEqual([])
    expect(connection.listening).toBe(true)
    await connection.listen('a', callback)
    await other.notify('a', 'heard')
    await connection.query('select 1')
    expect(heard).toEqual(['heard'])
  })

  test('that has failed, it rejects with the error of the server, and the callback is forgotten', async () => {
    const { heard, callback } = noting()
    const kept = noting()
    await connection.listen('a', kept.callback)
    await connection.execute('begin')
    await expect(connection.query('select 1/0')).rejects.toMatchObject({ code: '22012' })
    await expect(connection.listen('a', callback)).rejects.toMatchObject({ code: '25P02' })
    await connection.execute('rollback')
    await connection.notify('a', 'heard')
    expect([heard, kept.heard]).toEqual([[], ['heard']])
  })
})

test('after UNLISTEN by hand, asking again listens again', async () => {
  const { heard, callback } = noting()
  await connection.listen('a', callback)
  await connection.execute('unlisten *')
  await connection.listen('a', callback)
  await connection.notify('a', 'heard')
  expect(heard).toEqual(['heard'])
})

test('a connection that is lost or closed rejects', async () => {
  const { callback } = noting()
  await connection.listen('a', callback)
  await other.query('select pg_terminate_backend($1, 5000)', [connection.processId])
  await expect.poll(() => connection.closed).toBe(true)
  await expect(connection.listen('b', callback)).rejects.toMatchObject({ name: 'ConnectionError', outcome: 'not-sent' })
  await connection.close()
  await expect(connection.unlisten('a')).rejects.toMatchObject({ name: 'UsageError' })
})

describe('a connection that goes back to its pool', () => {
  test('listens no more, and the next borrower hears nothing', async () => {
    await using pool = fixture.open({ max: 1 })
    const { heard, callback } = noting()
    const lease = await pool.acquire()
    const { processId } = lease.connection
    await lease.connection.listen('a', callback)
    lease.release()
    await using next = await pool.acquire()
    expect(next.connection.processId).toBe(processId)
    expect(await serverListens(next.connection)).toEqual([])
    await next.connection.notify('a', 'to nobody')
    await next.connection.query('select 1')
    expect(heard).toEqual([])
  })

  test('in the middle of listening, the same', async () => {
    await using pool = fixture.open({ max: 1 })
    const lease = await pool.acquire()
    const { processId } = lease.connection
    await lease.connection.execute('begin')
    const calls = [
      lease.connection.listen('a', noting().callback),
      lease.connection.listen('b', noting().callback),
      lease.connection.unlisten('a'),
    ]
    lease.release()
    await Promise.all(calls)
    await using next = await pool.acquire()
    expect(next.connection).toMatchObject({ processId, listening: false, transactionStatus: 'I' })
    expect(await serverListens(next.connection)).toEqual([])
  })
})
