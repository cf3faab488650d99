/** What counts as an answer of a server that is asked whether it is there, and what it makes of being asked. */
import { connect, type ConnectionOptions } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { resolveConnectionSettings } from '../../packages/dialect/src/config/resolve-connection-settings.ts'
import { probeServer } from '../../packages/dialect/src/connection/probe-server.ts'
import { faultProxy } from '../support/fault-proxy.ts'
import { pgBouncerVersion, startPgBouncer } from '../support/pgbouncer.ts'
import { type Certificates, makeCertificates } from '../support/postgres/certificates.ts'
import { holdPort } from '../support/postgres/held-port.ts'
import { type ScriptedPeer, scriptedServer } from '../support/scripted-server.ts'
import { sharedServer } from '../support/shared-server.ts'
import { type PrivateServer, startPrivateServer } from '../support/test-server.ts'

const LONG_MS = 20_000

const shared = sharedServer()
const bouncer = await pgBouncerVersion()

function probe(url: string, timeoutMs = LONG_MS, signal = new AbortController().signal): Promise<Error | null> {
  const settings = resolveConnectionSettings(url, {})
  return probeServer(settings, { address: settings.hosts[0], encrypted: false }, timeoutMs, signal)
}

test.each<[string, (peer: ScriptedPeer) => Promise<void>]>([
  ['S', async (peer) => peer.send(Buffer.from('S'))],
  ['N', async (peer) => peer.send(Buffer.from('N'))],
  ['an error of its own', async (peer) => peer.send(Buffer.from('EFATAL'))],
])('%s is an answer', async (_what, script) => {
  await using server = await scriptedServer(script)
  expect(await probe(server.url)).toBe(null)
  await server.peers[0]?.closed
})

test('a server that hangs up without a word has not answered', async () => {
  await using server = await scriptedServer((peer) => peer.close())
  expect(await probe(server.url)).toMatchObject({ code: 'PGWIRE_CONNECT_FAILED' })
})

test('nor has one that says nothing in time, and the socket is gone', async () => {
  await using server = await scriptedServer(() => {})
  expect(await probe(server.url, 50)).toMatchObject({
    code: 'PGWIRE_CONNECT_TIMEOUT',
    message: expect.stringContaining('within 50 ms'),
  })
  await server.peers[0]?.closed
})

test('nor one that refuses the connection', async () => {
  await using held = await holdPort()
  expect(await probe(`postgres://127.0.0.1:${held.port}/x`)).toMatchObject({ cause: { code: 'ECONNREFUSED' } })
})

test('a probe that nobody wants any more ends at once, and finds nothing', async () => {
  await using server = await scriptedServer(() => {})
  const abandoned = new AbortController()
  const asked = probe(server.url, LONG_MS, abandoned.signal)
  const peer = await server.peer(0)
  abandoned.abort()
  expect(await asked).toBe(null)
  await peer.closed
})

test('PostgreSQL answers', async () => {
  expect(await probe(shared.url)).toBe(null)
})

test.skipIf(bouncer === null)('PgBouncer answers, also when it takes no more clients', async () => {
  await using full = await startPgBouncer(shared, { poolMode: 'transaction', settings: { max_client_conn: 1 } })
  const url = full.through(shared.url)
  // The first to come: PgBouncer may count a probe for a while as one of its clients.
  const client = await connect({ connectionString: url, statementCacheSize: 0 })
  await expect(connect(url)).rejects.toMatchObject({ name: expect.stringMatching(/Error$/) })
  expect(await probe(url)).toBe(null)
  await client.query('select 1')
  await client.close()
  expect(await probe(url)).toBe(null)
})

describe('a server with TLS', () => {
  let certificates: Certificates
  let server: PrivateServer

  beforeAll(async () => {
    certificates = await makeCertificates()
    server = await startPrivateServer({ certificate: 'server' })
  })
  afterAll(() => server.remove())

  test.for(['postgres', 'direct'] as const)(
    'is asked by TLS (%s), and does not complain of it',
    async (negotiation, context) => {
      context.skip(negotiation === 'direct' && server.majorVersion < 17, 'It has to ask for TLS')
      await using proxy = await faultProxy(server)
      const { user, password, database } = server
      const options: ConnectionOptions = {
        host: proxy.host,
        port: proxy.port,
        user,
        password,
        database,
        tls: { ca: certificates.authority, negotiation },
        probeAfterMs: 1_000,
      }
      await using holder = await connect(server.url)
      await holder.query('select pg_advisory_lock(1)')
      await using connection = await connect(options)
      const { position } = server.log
      const waiting = connection.query('select pg_advisory_xact_lock(1)')
      await expect.poll(() => proxy.connections.length).toBeGreaterThan(2)
      await holder.query('select pg_advisory_unlock(1)')
      await waiting
      await Promise.all(proxy.connections.slice(1).map((one) => one.closed))
      await server.query('select 1')
      expect(server.log.since(position)).not.toMatch(/SSL|EOF|startup/)
    },
  )
})
