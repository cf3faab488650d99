/** A pool whose server shows a certificate that cannot be trusted: everybody is told why, nothing is told of the password, and nobody is let in. */
import { inspect } from 'node:util'

import { createPool, type Pool } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type CertificateName, type Certificates, makeCertificates } from '../support/postgres/certificates.ts'
import { type PrivateServer, startPrivateServer } from '../support/test-server.ts'

const PASSWORD = 'not-to-be-seen'

let certificates: Certificates
let server: PrivateServer

beforeAll(async () => {
  certificates = await makeCertificates()
  server = await startPrivateServer({ certificate: 'server' })
  await server.query(`create role app login password '${PASSWORD}'`)
})

afterAll(() => server.remove())

function open(): Pool {
  const { host, port } = server
  const login = { user: 'app', password: PASSWORD, database: 'postgres' }
  return createPool({ connection: { host, port, ...login, tls: { ca: certificates.authority } }, max: 2 })
}

/** Has new connections meet another certificate. */
const show = (certificate: CertificateName): Promise<void> => server.reconfigure({ certificate })

describe.each([
  ['expired', 'CERT_HAS_EXPIRED'],
  ['wrongHost', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['selfSigned', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
] as const)('the certificate is %s', (name, code) => {
  test('everybody who waits learns why, and nothing of the password; behind a new one the pool serves', async () => {
    await show(name)
    await using pool = open()
    const { position } = server.log
    const calls = await Promise.allSettled([
      ...Array.from({ length: 20 }, () => pool.query('select 1')),
      pool.acquire(),
      pool.transaction((transaction) => transaction.query('select 1')),
      pool.warmUp(),
    ])
    for (const call of calls) {
      const error: unknown = call.status === 'rejected' ? call.reason : null
      expect(error).toMatchObject({
        name: 'ConnectionError',
        code: 'PGWIRE_CONNECT_FAILED',
        phase: 'tls',
        host: '127.0.0.1',
        port: server.port,
        outcome: 'not-sent',
        cause: { code },
      })
      expect(inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error)).not.toContain(PASSWORD)
    }
    expect(inspect(pool, { depth: 9, showHidden: true })).not.toContain(PASSWORD)
    expect(pool.stats).toEqual({ size: 0, idle: 0, busy: 0, connecting: 0, waiting: 0 })
    expect(pool.totals).toMatchObject({ opened: 0 })
    // Nobody has got as far as to say who they are.
    expect(server.log.since(position)).not.toContain('password authentication')

    await show('server')
    expect(await pool.fetchValue('select ssl from pg_stat_ssl where pid = pg_backend_pid()')).toBe(true)
  })

  test('connections from before live on, and their replacements are refused', async () => {
    await show('server')
    await using pool = open()
    expect(await pool.fetchValue('select 1')).toBe(1)
    await show(name)
    expect(await pool.fetchValue('select 1')).toBe(1)
    pool.expireConnections()
    await expect(pool.query('select 1')).rejects.toMatchObject({ phase: 'tls', cause: { code } })
  })
})
