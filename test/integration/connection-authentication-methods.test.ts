/** What a login has to be like: bound to the channel, by a method that is allowed, in a version of the protocol. */
import { connect, type ConnectionOptions } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type KeyedCertificate, selfSignedBy, type SignatureAlgorithm } from '../support/postgres/certificates.ts'
import { type PrivateServer, startPrivateServer } from '../support/test-server.ts'

const PASSWORD = 'correct horse battery stäple'

const RSA = { modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) } as const

/** Ways to sign, each with its own hash for the channel; Ed25519 has none. */
const ALGORITHMS: Readonly<Record<string, SignatureAlgorithm>> = {
  'ECDSA with SHA-256': { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  'ECDSA with SHA-384': { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  'RSA with SHA-1': { name: 'RSASSA-PKCS1-v1_5', ...RSA, hash: 'SHA-1' },
  'RSA with SHA-512': { name: 'RSASSA-PKCS1-v1_5', ...RSA, hash: 'SHA-512' },
  Ed25519: { name: 'Ed25519' },
}

const servers = new Map<string, { readonly server: PrivateServer; readonly shown: KeyedCertificate }>()

beforeAll(async () => {
  await Promise.all(
    Object.entries(ALGORITHMS).map(async ([name, algorithm]) => {
      const shown = await selfSignedBy(algorithm)
      const methods = ['trust', 'password', 'md5', 'scram-sha-256']
      const server = await startPrivateServer({
        certificate: shown,
        settings: { password_encryption: 'scram-sha-256' },
        hba: [
          'local all postgres trust',
          ...methods.map((method) => `host all by_${method.slice(0, 5)} 127.0.0.1/32 ${method}`),
          'local all all scram-sha-256',
        ],
      })
      const roles = methods.map((method) => `create role by_${method.slice(0, 5)} login password '${PASSWORD}';`)
      await server.query(`set password_encryption = 'scram-sha-256'; ${roles.join(' ')}
        set password_encryption = 'md5'; alter role by_md5 password '${PASSWORD}'`)
      servers.set(name, { server, shown })
    }),
  )
})

afterAll(() => Promise.all(Array.from(servers.values(), ({ server }) => server.remove())))

function options(name: string, more: ConnectionOptions = {}): ConnectionOptions {
  const found = servers.get(name)
  if (found === undefined) throw new Error(`No server signs by ${name}`)
  const { server, shown } = found
  const { host, port } = server
  const tls = { ca: shown.certificate, ...(name === 'RSA with SHA-1' ? { rejectUnauthorized: false } : {}) }
  return { host, port, database: 'postgres', user: 'by_scram', password: PASSWORD, tls, ...more }
}

const ECDSA = 'ECDSA with SHA-256'

async function login(connection: ConnectionOptions): Promise<void> {
  await (await connect(connection)).close()
}

describe('channel binding', () => {
  test.each(Object.keys(ALGORITHMS).filter((name) => name !== 'Ed25519'))('can be required: %s', async (name) => {
    await login(options(name, { channelBinding: 'require' }))
  })

  test.each(['disable', 'prefer'] as const)('%s logs in as well', async (channelBinding) => {
    await login(options(ECDSA, { channelBinding }))
  })

  // A server whose certificate has no hash offers what it cannot do.
  test.each(['disable', 'prefer'] as const)(
    '%s logs in where Ed25519 leaves nothing to bind',
    async (channelBinding) => {
      await login(options('Ed25519', { channelBinding }))
    },
  )

  test('that is required is refused where Ed25519 leaves nothing to bind', async () => {
    await expect(connect(options('Ed25519', { channelBinding: 'require' }))).rejects.toMatchObject({
      name: 'ProtocolError',
      message: expect.stringContaining('nothing that a channel could be bound to'),
    })
  })

  test.each<[string, ConnectionOptions]>([
    ['a connection that is not encrypted', { tls: false }],
    ['a server that wants to know nothing', { user: 'by_trust' }],
    ['a password in clear text', { user: 'by_passw' }],
    ['an MD5 password', { user: 'by_md5' }],
  ])('that is required refuses %s', async (_what, more) => {
    await expect(connect(options(ECDSA, { channelBinding: 'require', ...more }))).rejects.toMatchObject({
      name: 'ProtocolError',
      message: expect.stringContaining('channelBinding is require'),
    })
  })
})

describe('requireAuth', () => {
  const users = { none: 'by_trust', password: 'by_passw', md5: 'by_md5', 'scram-sha-256': 'by_scram' } as const
  type Method = keyof typeof users

  const cases: readonly [string | readonly string[], readonly Method[]][] = [
    ['scram-sha-256', ['scram-sha-256']],
    ['none', ['none']],
    ['md5,password', ['md5', 'password']],
    [
      ['scram-sha-256', 'md5'],
      ['scram-sha-256', 'md5'],
    ],
    ['!none', ['password', 'md5', 'scram-sha-256']],
    ['!password,!md5', ['none', 'scram-sha-256']],
    ['gss,sspi,oauth', []],
  ]

  test.each(cases)('%j admits %j', async (requireAuth, admitted) => {
    const through: string[] = []
    for (const [method, user] of Object.entries(users)) {
      const attempt = login(options(ECDSA, { user, requireAuth }))
      const error = await attempt.catch((caught: unknown) => caught)
      if (error === undefined) through.push(method)
      else
        expect(error).toMatchObject({
          name: 'ProtocolError',
          message: expect.stringContaining('requireAuth does not allow'),
        })
    }
    expect(through.toSorted()).toEqual([...admitted].toSorted())
  })

  test('is read from a connection string, too', async () => {
    const { port } = options(ECDSA)
    const url = `postgres://by_passw:${encodeURIComponent(PASSWORD)}@127.0.0.1:${String(port)}/postgres`
    await expect(connect(`${url}?require_auth=!password`)).rejects.toThrow('requireAuth does not allow')
    await (await connect(`${url}?require_auth=password`)).close()
  })
})

describe('the protocol', () => {
  const version = async (more: ConnectionOptions) => {
    const connection = await connect(options(ECDSA, more))
    try {
      // A statement that is not known yet is described first, and a cancel may find nothing that runs.
      await connection.query('select pg_sleep($1)', [0])
      const query = connection.query('select pg_sleep($1)', [60]).catch((error: unknown) => error)
      await connection.cancel()
      return await query
    } finally {
      await connection.close()
    }
  }

  test.each(['3.0', '3.2', 'latest'] as const)('in version %s logs in, and cancels', async (maxProtocolVersion) => {
    expect(await version({ maxProtocolVersion })).toMatchObject({ code: '57014' })
    expect(await version({ maxProtocolVersion, tls: false })).toMatchObject({ code: '57014' })
  })

  test('3.2 is refused by servers that do not know it, if nothing older will do', async () => {
    const major = servers.get(ECDSA)?.server.majorVersion ?? 0
    const attempt = version({ minProtocolVersion: '3.2', maxProtocolVersion: 'latest' })
    if (major >= 18) expect(await attempt).toMatchObject({ code: '57014' })
    else await expect(attempt).rejects.toThrow('minProtocolVersion')
  })
})

test('SCRAM with more iterations than allowed is refused, and can be allowed', async () => {
  const server = servers.get(ECDSA)?.server
  if (server === undefined || server.majorVersion < 16) return
  await server.query(`set scram_iterations = 120000; create role by_patience login password '${PASSWORD}'`)
  const { host, port } = server
  const patient = { host: server.socketDirectory, port, database: 'postgres', user: 'by_patience', password: PASSWORD }
  await expect(connect({ ...patient })).rejects.toThrow('more than 100000 SCRAM iterations')
  await login({ ...patient, maxScramIterations: 120_000 })
  expect(host).toBe('127.0.0.1')
})
