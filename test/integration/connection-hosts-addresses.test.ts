/** Names that stand for several addresses. The system's own look-up cannot be told what to say, so it is played here. */
import type { LookupAddress } from 'node:dns'

import { connect, type ConnectionError, type ConnectionOptions, createPool } from 'kysely-pgwire'
import { beforeEach, expect, test, vi } from 'vitest'

import { errorResponse, readyForQuery } from '../support/backend-messages.ts'
import { byPatientClock } from '../support/patient-clock.ts'
import { scriptedServer } from '../support/scripted-server.ts'

const lookup = vi.hoisted(() => vi.fn<(host: string) => Promise<LookupAddress[]>>())
vi.mock('node:dns/promises', () => ({ lookup }))

beforeEach(() => {
  lookup.mockReset()
})

const NAME = 'db.example'

/** The whole of 127.0.0.0/8 is this machine, and all but one of these have nobody who listens. */
function answer(...addresses: readonly string[]): void {
  lookup.mockResolvedValueOnce(addresses.map((address) => ({ address, family: 4 })))
}

function login(port: number, options: ConnectionOptions = {}): ConnectionOptions {
  return { host: NAME, port, user: 'app', password: 'horse', ...options }
}

function rejection(promise: Promise<unknown>): Promise<ConnectionError> {
  return promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error as ConnectionError,
  )
}

test('the next address is tried when one is dead', async () => {
  await using server = await scriptedServer(async (peer) => void (await peer.login()))
  answer('127.0.0.12', '127.0.0.13', '127.0.0.1')
  const connection = await connect(login(server.port))
  expect(server.peers).toHaveLength(1)
  connection.terminate()
})

test('the next address is tried when one is full', async () => {
  await using server = await scriptedServer(async (peer, index) => {
    if (index > 0) return void (await peer.login())
    await peer.startup()
    peer.send(errorResponse({ S: 'FATAL', V: 'FATAL', C: '53300', M: 'full' }))
  })
  answer('127.0.0.1', '127.0.0.1')
  const connection = await connect(login(server.port))
  expect(server.peers).toHaveLength(2)
  connection.terminate()
})

test('the name is looked up for each connect', async () => {
  await using server = await scriptedServer(async (peer) => void (await peer.login()))
  answer('127.0.0.12')
  await rejection(connect(login(server.port)))
  answer('127.0.0.1')
  const connection = await connect(login(server.port))
  expect(lookup).toHaveBeenCalledTimes(2)
  connection.terminate()
})

test('a cancel request goes to the address that was connected to', async () => {
  await using server = await scriptedServer(async (peer, index) => {
    if (index > 0) {
      expect(await peer.opening()).toMatchObject({ type: 'cancelRequest' })
      return peer.close()
    }
    await peer.login()
    await peer.message('query')
    await (
      await server.peer(1)
    ).closed
    peer.send(errorResponse({ S: 'ERROR', V: 'ERROR', C: '57014', M: 'cancelled' }), readyForQuery())
  })
  answer('127.0.0.12', '127.0.0.1')
  const connection = await connect(login(server.port))
  const running = rejection(connection.execute('select pg_sleep(60)'))
  await connection.cancel()
  expect(await running).toMatchObject({ code: '57014' })
  expect(lookup).toHaveBeenCalledTimes(1)
  connection.terminate()
})

test('an address is not looked up', async () => {
  await using server = await scriptedServer(async (peer) => void (await peer.login()))
  const connection = await connect(login(server.port, { host: '127.0.0.1' }))
  expect(lookup).not.toHaveBeenCalled()
  connection.terminate()
})

test('when all are dead, the error has the name, and each address as a reason', async () => {
  answer('127.0.0.12', '127.0.0.13')
  const error = await rejection(connect(login(1)))
  expect(error).toMatchObject({ host: NAME, port: 1, code: 'PGWIRE_CONNECT_FAILED', cause: { code: 'ECONNREFUSED' } })
  for (const part of [`${NAME}:1`, '127.0.0.12', '127.0.0.13']) expect(error.message).toContain(part)
})

test('a name that is looked up for too long is given up, and a late answer left alone', async () => {
  await using server = await scriptedServer(async (peer) => void (await peer.login()))
  const { promise, resolve } = Promise.withResolvers<LookupAddress[]>()
  lookup.mockReturnValueOnce(promise)
  const error = await rejection(connect(login(server.port, { connectTimeoutMs: 30 })))
  expect(error).toMatchObject({ code: 'PGWIRE_CONNECT_TIMEOUT', host: NAME, outcome: 'not-sent' })
  expect(error.message).toContain('within 30 ms: still looking up its address')
  resolve([{ address: '127.0.0.1', family: 4 }])
  await new Promise((after) => setImmediate(after))
  expect(server.peers).toHaveLength(0)
})

test('a name that is looked up for too long leaves the next host its share', async () => {
  await using server = await scriptedServer(async (peer) => void (await peer.login()))
  lookup.mockReturnValueOnce(new Promise(() => {}))
  const host = [NAME, '127.0.0.1']
  const options = login(server.port, { host, connectTimeoutMs: 600 })
  const connection = await byPatientClock(() => connect(options))
  connection.terminate()
})

test('a pool that is closed does not wait for a look-up', async () => {
  lookup.mockReturnValueOnce(new Promise(() => {}))
  const pool = createPool({ connection: login(1, { connectTimeoutMs: 0 }) })
  const error = rejection(pool.query('select 1'))
  await pool.close({ timeoutMs: 1 })
  expect(await error).toMatchObject({ code: 'PGWIRE_POOL_CLOSED' })
})
