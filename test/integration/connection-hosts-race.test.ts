/** Addresses of one name that swallow what is sent to them. The system's own look-up cannot be told what to say, so it is played here. */
import type { LookupAddress } from 'node:dns'

import { connect, type ConnectionError, type ConnectionOptions, createPool } from 'kysely-pgwire'
import { beforeEach, describe, expect, test, vi } from 'vitest'

import { errorResponse } from '../support/backend-messages.ts'
import { blackHole } from '../support/black-hole.ts'
import { byPatientClock } from '../support/patient-clock.ts'
import { makeCertificates } from '../support/postgres/certificates.ts'
import { type Script, scriptedServer } from '../support/scripted-server.ts'

const lookup = vi.hoisted(() => vi.fn<(host: string) => Promise<LookupAddress[]>>())
vi.mock('node:dns/promises', () => ({ lookup }))

beforeEach(() => {
  lookup.mockReset()
})

const NAME = 'localhost'

const HOLE = '127.0.0.2'
const OTHER_HOLE = '127.0.0.3'
const SERVER = '127.0.0.1'

function answer(...addresses: readonly string[]): void {
  lookup.mockResolvedValueOnce(addresses.map((address) => ({ address, family: 4 })))
}

const login = (port: number, options: ConnectionOptions = {}): ConnectionOptions => ({
  host: NAME,
  port,
  user: 'app',
  connectTimeoutMs: 0,
  ...options,
})

const welcoming: Script = async (peer) => void (await peer.login())

function rejection(promise: Promise<unknown>): Promise<ConnectionError> {
  return promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error as ConnectionError,
  )
}

/** How many connections this process is making. */
const connecting = (): number => process.getActiveResourcesInfo().filter((name) => name === 'ConnectWrap').length

const makesNone = (): Promise<void> => expect.poll(connecting).toBe(0)

test('each address is tried once, whether it is dead or hangs up', async () => {
  await using server = await scriptedServer((peer) => peer.close())
  answer('127.0.0.4', SERVER, '127.0.0.5')
  const error = await rejection(connect(login(server.port, { tls: false })))
  expect((error.cause as AggregateError).errors).toMatchObject([
    { cause: { code: 'ECONNREFUSED' } },
    { phase: expect.stringMatching(/connecting|authenticating/) },
    { cause: { code: 'ECONNREFUSED' } },
  ])
  expect(server.peers).toHaveLength(1)
})

describe.skipIf(process.platform !== 'linux')('an address that swallows packets', () => {
  test('is passed by, and given up when another one has the connection', async () => {
    await using server = await scriptedServer(welcoming)
    await using hole = await blackHole(HOLE, server.port)
    answer(HOLE, SERVER)
    const connection = await connect(login(hole.port))
    await makesNone()
    connection.terminate()
  })

  test.each(['postgres', 'direct'] as const)('is passed by with TLS, too: %s', async (negotiation) => {
    const certificates = await makeCertificates()
    await using server = await scriptedServer(async (peer) => {
      if (negotiation === 'postgres') {
        await peer.opening()
        peer.send('S')
      }
      await peer.startTls(certificates.server, { ALPNProtocols: ['postgresql'] })
      await peer.login()
    })
    await using hole = await blackHole(HOLE, server.port)
    answer(HOLE, SERVER)
    const connection = await connect(login(hole.port, { tls: { ca: certificates.authority, negotiation } }))
    expect(server.peers).toHaveLength(1)
    connection.terminate()
  })

  test('is waited for together with all that are like it, for as long as there is time', async () => {
    await using hole = await blackHole(HOLE)
    await using other = await blackHole(OTHER_HOLE, hole.port)
    answer(HOLE, OTHER_HOLE)
    const error = await rejection(connect(login(other.port, { connectTimeoutMs: 400 })))
    expect(error).toMatchObject({
      code: 'PGWIRE_CONNECT_TIMEOUT',
      host: NAME,
      phase: 'connecting',
      outcome: 'not-sent',
    })
    expect((error.cause as AggregateError).errors).toHaveLength(2)
    expect(error.message).toContain('within 400 ms: still connecting')
    await makesNone()
  })

  test('is asked again when the one that was faster does not take us', async () => {
    await using server = await scriptedServer(async (peer) => {
      await peer.startup()
      hole.wake()
      peer.send(errorResponse({ S: 'FATAL', V: 'FATAL', C: '53300', M: 'full' }))
    })
    await using hole = await blackHole(HOLE, server.port)
    answer(HOLE, SERVER)
    const error = await rejection(connect(login(hole.port)))
    await hole.visited()
    expect(error).toMatchObject({ code: '53300' })
  })

  test('is left alone when the one that was faster refuses the login', async () => {
    await using server = await scriptedServer(async (peer) => {
      await peer.startup()
      peer.send(errorResponse({ S: 'FATAL', V: 'FATAL', C: '28P01', M: 'no' }))
    })
    await using hole = await blackHole(HOLE, server.port)
    answer(HOLE, SERVER)
    expect(await rejection(connect(login(hole.port)))).toMatchObject({ code: '28P01' })
    await makesNone()
  })

  test('leaves the others time to log in, and they share it', async () => {
    await using server = await scriptedServer(async (peer, index) => {
      if (index > 0) await peer.login()
    })
    await using hole = await blackHole(HOLE, server.port)
    answer(HOLE, SERVER, SERVER)
    const options = login(hole.port, { connectTimeoutMs: 2_000 })
    const connection = await byPatientClock(() => connect(options))
    await server.peers[0]!.closed
    expect(server.peers).toHaveLength(2)
    connection.terminate()
  })

  test('does not hold up a pool that is closed', async () => {
    await using hole = await blackHole(HOLE)
    await using other = await blackHole(OTHER_HOLE, hole.port)
    answer(HOLE, OTHER_HOLE)
    const pool = createPool({ connection: login(other.port) })
    const error = rejection(pool.query('select 1'))
    await expect.poll(connecting).toBeGreaterThan(0)
    await pool.close({ timeoutMs: 1 })
    expect(await error).toMatchObject({ code: 'PGWIRE_POOL_CLOSED' })
    await makesNone()
  })
})
