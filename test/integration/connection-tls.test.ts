import { connect, type ConnectionOptions, createPool } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type CertificateName, type Certificates, makeCertificates } from '../support/postgres/certificates.ts'
import { type PrivateServer, startPrivateServer } from '../support/test-server.ts'

let certificates: Certificates
const servers = new Map<CertificateName | 'none', PrivateServer>()

beforeAll(async () => {
  certificates = await makeCertificates()
  const names = ['server', 'wrongHost', 'expired', 'selfSigned'] as const
  await Promise.all([
    ...names.map(async (certificate) => {
      const hba = ['hostssl all all 127.0.0.1/32 scram-sha-256', 'local all all trust']
      servers.set(certificate, await startPrivateServer({ certificate, hba }))
    }),
    startPrivateServer().then((server) => servers.set('none', server)),
  ])
})

afterAll(() => Promise.all([...servers.values()].map((server) => server.remove())))

function options(name: CertificateName | 'none', tls: ConnectionOptions['tls'], host?: string): ConnectionOptions {
  const server = servers.get(name)
  if (server === undefined) throw new Error(`No server shows ${name}`)
  const { port, user, password, database } = server
  return { host: host ?? server.host, port, user, password, database, ...(tls === undefined ? {} : { tls }) }
}

describe('a verified connection', () => {
  test.each(['127.0.0.1', 'localhost'])('to %s is encrypted', async (host) => {
    await using connection = await connect(options('server', { ca: certificates.authority }, host))
    const sql = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()'
    expect((await connection.query(sql)).rows).toEqual([{ ssl: true }])
  })

  test('carries large results and parameters', async () => {
    await using connection = await connect(options('server', { ca: certificates.authority }))
    const bytes = Buffer.alloc(3_000_000, 'äöü')
    const { rows } = await connection.query('select $1::bytea as bytes, repeat($2, 1000000) as text', [bytes, 'é'])
    expect(rows).toEqual([{ bytes, text: 'é'.repeat(1_000_000) }])
  })

  test('cancels over TLS as well', async () => {
    // The server takes no connection without TLS.
    await using connection = await connect(options('server', { ca: certificates.authority }))
    // A statement that is not known yet is described first, and a cancel may find nothing that runs.
    await connection.query('select pg_sleep($1)', [0])
    const query = connection.query('select pg_sleep($1)', [60]).catch((error: unknown) => error)
    await connection.cancel()
    expect(await query).toMatchObject({ code: '57014' })
    expect((await connection.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  test('serves a pool', async () => {
    await using pool = createPool({ connection: options('server', { ca: certificates.authority }), max: 3 })
    const results = await Promise.all(Array.from({ length: 20 }, (_, n) => pool.query('select $1::int as n', [n])))
    expect(results.map(({ rows }) => rows[0])).toEqual(Array.from({ length: 20 }, (_, n) => ({ n })))
  })
})

describe('is refused with the phase and the reason:', () => {
  test.each<[string, CertificateName | 'none', ConnectionOptions['tls'] | 'ca', string | undefined]>([
    ['an authority that nobody trusts', 'server', true, 'SELF_SIGNED_CERT_IN_CHAIN'],
    ['a certificate for another host', 'wrongHost', 'ca', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['an expired certificate', 'expired', 'ca', 'CERT_HAS_EXPIRED'],
    ['a self-signed certificate', 'selfSigned', 'ca', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['a server without TLS', 'none', 'ca', undefined],
  ])('%s', async (_what, name, tls, code) => {
    const { authority } = certificates
    const error = await connect(options(name, tls === 'ca' ? { ca: authority } : tls)).catch(
      (caught: unknown) => caught,
    )
    expect(error).toMatchObject({
      name: 'ConnectionError',
      code: 'PGWIRE_CONNECT_FAILED',
      phase: 'tls',
      outcome: 'not-sent',
    })
    expect(error).toMatchObject({ cause: code === undefined ? expect.any(Error) : { code } })
  })

  test('plaintext, by a server that wants TLS', async () => {
    const error = await connect(options('server', false)).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ name: 'InvalidAuthorizationSpecificationError', code: '28000' })
  })
})

test('sslmode=require encrypts without asking who it is', async () => {
  const server = servers.get('selfSigned')
  await using connection = await connect(`${server?.url}?sslmode=require`)
  const sql = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()'
  expect((await connection.query(sql)).rows).toEqual([{ ssl: true }])
})
