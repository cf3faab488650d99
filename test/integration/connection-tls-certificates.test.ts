/** What each side shows of itself, and the limits that the client sets to TLS. */
import { execFile } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect, promisify } from 'node:util'

import { connect, type ConnectionOptions } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

import { type Certificates, makeCertificates } from '../support/postgres/certificates.ts'
import { type PrivateServer, startPrivateServer } from '../support/test-server.ts'

const PASSPHRASE = 'a-phrase-that-nobody-guesses'

let certificates: Certificates
let server: PrivateServer
let modern: PrivateServer
let directory: string
let encryptedKey: string
let files: Readonly<
  Record<'authority' | 'certificate' | 'key' | 'encryptedKey' | 'revocations' | 'noRevocations', string>
>

beforeAll(async () => {
  certificates = await makeCertificates()
  directory = await mkdtemp(join(tmpdir(), 'pgwire-certificates-'))
  const { authority, client, revocations, noRevocations } = certificates
  const cipher = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: PASSPHRASE } as const
  encryptedKey = createPrivateKey(client.key).export(cipher).toString()
  const contents = {
    authority,
    certificate: client.certificate,
    key: client.key,
    encryptedKey,
    revocations,
    noRevocations,
  }
  const written = Object.entries(contents).map(async ([name, content]) => [name, await secret(name, content)] as const)
  files = Object.fromEntries(await Promise.all(written)) as typeof files
  const hba = [
    'local all all trust',
    'hostssl all client_role 127.0.0.1/32 cert',
    'hostssl all all 127.0.0.1/32 scram-sha-256',
  ]
  ;[server, modern] = await Promise.all([
    startPrivateServer({ certificate: 'server', hba, settings: { ssl_max_protocol_version: 'TLSv1.2' } }),
    startPrivateServer({ certificate: 'server', settings: { ssl_min_protocol_version: 'TLSv1.3' } }),
  ])
  await server.query('create role client_role login')
})

afterAll(async () => {
  await Promise.all([server.remove(), modern.remove()])
  await rm(directory, { recursive: true })
})

async function secret(name: string, content: string, folder = directory): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  await chmod(path, 0o600)
  return path
}

const asClient = (tls: ConnectionOptions['tls']): ConnectionOptions => ({
  host: server.host,
  port: server.port,
  database: 'postgres',
  user: 'client_role',
  tls,
})

const urlOf = ({ port }: PrivateServer, user: string, parameters: Record<string, string>): string =>
  `postgres://${user}@127.0.0.1:${port}/postgres?${new URLSearchParams(parameters).toString()}`

async function subjectOf(connection: string | ConnectionOptions): Promise<unknown> {
  await using open = await connect(connection)
  const { rows } = await open.query('select client_dn as subject from pg_stat_ssl where pid = pg_backend_pid()')
  return rows[0]?.['subject']
}

const failure = (connection: string | ConnectionOptions): Promise<Error> =>
  connect(connection).then(
    () => expect.unreachable('it connected'),
    (error: unknown) => error as Error,
  )

describe('a certificate of the client', () => {
  const SUBJECT = '/CN=client_role'

  test.each<[string, () => ConnectionOptions['tls']]>([
    ['as text', () => ({ cert: certificates.client.certificate, key: certificates.client.key })],
    [
      'as bytes',
      () => ({ cert: Buffer.from(certificates.client.certificate), key: Buffer.from(certificates.client.key) }),
    ],
    [
      'with an encrypted key',
      () => ({ cert: certificates.client.certificate, key: encryptedKey, passphrase: PASSPHRASE }),
    ],
  ])('%s is taken', async (_what, tls) => {
    const options = tls()
    expect(await subjectOf(asClient({ ...(options as object), ca: certificates.authority }))).toBe(SUBJECT)
  })

  test.each<[string, () => Record<string, string>]>([
    ['', () => ({ sslcert: files.certificate, sslkey: files.key })],
    [
      ' with an encrypted key',
      () => ({ sslcert: files.certificate, sslkey: files.encryptedKey, sslpassword: PASSPHRASE }),
    ],
  ])('in files%s is taken', async (_what, parameters) => {
    const url = urlOf(server, 'client_role', {
      sslmode: 'verify-full',
      sslrootcert: files.authority,
      ...parameters(),
    })
    expect(await subjectOf(url)).toBe(SUBJECT)
  })

  test('in ~/.postgresql is taken, unless sslcertmode=disable', async () => {
    const folder = join(directory, '.postgresql')
    await mkdir(folder)
    await secret('postgresql.crt', certificates.client.certificate, folder)
    await secret('postgresql.key', certificates.client.key, folder)
    vi.stubEnv('HOME', directory)
    try {
      const parameters = { sslmode: 'verify-full', sslrootcert: files.authority }
      expect(await subjectOf(urlOf(server, 'client_role', parameters))).toBe(SUBJECT)
      const none = { ...parameters, sslcertmode: 'disable' }
      expect(await failure(urlOf(server, 'client_role', none))).toMatchObject({ code: '28000' })
    } finally {
      vi.unstubAllEnvs()
    }
  })

  test('that is missing is missed by the server', async () => {
    expect(await failure(asClient({ ca: certificates.authority }))).toMatchObject({
      name: expect.any(String),
      code: '28000',
    })
  })

  test('of somebody that the server does not trust ends in an error with the place', async () => {
    const { certificate: cert, key } = certificates.selfSigned
    const error = await failure(asClient({ ca: certificates.authority, cert, key }))
    expect(error).toMatchObject({ name: 'ConnectionError', code: 'PGWIRE_CONNECT_FAILED', port: server.port })
  })

  test.each<[string, () => { key: string; passphrase?: string }]>([
    ['a wrong passphrase', () => ({ key: encryptedKey, passphrase: 'wrong phrase' })],
    ['no passphrase', () => ({ key: encryptedKey })],
    ['the key of another certificate', () => ({ key: certificates.selfSigned.key })],
    ['a key that is none', () => ({ key: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n' })],
  ])('with %s is a ConfigError that tells nothing of it', async (_what, keyed) => {
    const error = await failure(
      asClient({ ca: certificates.authority, cert: certificates.client.certificate, ...keyed() }),
    )
    expect(error).toMatchObject({ name: 'ConfigError', code: 'PGWIRE_CONFIG' })
    const shown = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error)
    expect(shown).not.toContain('phrase-that')
    expect(shown).not.toContain('wrong phrase')
    expect(shown).not.toContain(encryptedKey.slice(60, 100))
  })
})

describe('a certificate of the server that its authority has revoked', () => {
  test.each<[string, (list: 'revocations' | 'noRevocations') => ConnectionOptions | string]>([
    [
      'tls.crl',
      (list) => {
        const { port, user, password } = server
        return { host: '127.0.0.1', port, user, password, tls: { ca: certificates.authority, crl: certificates[list] } }
      },
    ],
    [
      'sslcrl',
      (list) => {
        const parameters = { sslmode: 'verify-full', sslrootcert: files.authority, sslcrl: files[list] }
        return urlOf(server, `${server.user}:${server.password}`, parameters)
      },
    ],
  ])('is refused where %s has the list', async (_what, options) => {
    expect(await failure(options('revocations'))).toMatchObject({
      code: 'PGWIRE_CONNECT_FAILED',
      phase: 'tls',
      cause: { code: 'CERT_REVOKED' },
    })
    await using connection = await connect(options('noRevocations'))
    expect((await connection.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })
})

describe('versions of TLS', () => {
  const version = async (to: PrivateServer, bounds: Record<string, string>): Promise<unknown> => {
    const parameters = { sslmode: 'verify-full', sslrootcert: files.authority, ...bounds }
    await using connection = await connect(urlOf(to, `${to.user}:${to.password}`, parameters))
    const { rows } = await connection.query('select version from pg_stat_ssl where pid = pg_backend_pid()')
    return rows[0]?.['version']
  }

  test('are those that both can', async () => {
    expect(await version(server, {})).toBe('TLSv1.2')
    expect(await version(modern, {})).toBe('TLSv1.3')
    expect(await version(server, { ssl_max_protocol_version: 'tlsv1.2' })).toBe('TLSv1.2')
    expect(await version(modern, { ssl_min_protocol_version: 'TLSv1.3' })).toBe('TLSv1.3')
  })

  test('that the client does not want end the attempt', async () => {
    await expect(version(server, { ssl_min_protocol_version: 'TLSv1.3' })).rejects.toMatchObject({
      code: 'PGWIRE_CONNECT_FAILED',
      phase: 'tls',
    })
    await expect(version(modern, { ssl_max_protocol_version: 'TLSv1.2' })).rejects.toMatchObject({
      code: 'PGWIRE_CONNECT_FAILED',
    })
  })

  test.each([
    [{ ssl_min_protocol_version: 'TLSv1.3', ssl_max_protocol_version: 'TLSv1.2' }],
    [{ ssl_min_protocol_version: 'SSLv3' }],
    [{ ssl_max_protocol_version: 'TLSv9' }],
  ])('%j is a ConfigError', async (bounds) => {
    await expect(version(server, bounds)).rejects.toMatchObject({ code: 'PGWIRE_CONFIG' })
  })

  test('can be set in an options object', async () => {
    const { port, user, password } = modern
    const tls = { ca: certificates.authority, maxVersion: 'TLSv1.2' } as const
    expect(await failure({ host: '127.0.0.1', port, user, password, tls })).toMatchObject({ phase: 'tls' })
  })
})

describe('direct TLS', () => {
  const direct = (more: Record<string, string> = {}): string => {
    const parameters = { sslmode: 'verify-full', sslrootcert: files.authority, sslnegotiation: 'direct', ...more }
    return urlOf(modern, `${modern.user}:${modern.password}`, parameters)
  }

  test('connects, carries large results and cancels where the server knows it', async () => {
    if (modern.majorVersion < 17) {
      expect(await failure(direct())).toMatchObject({ code: 'PGWIRE_CONNECT_FAILED', phase: 'tls' })
      return
    }
    await using connection = await connect(direct())
    const { rows } = await connection.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()')
    expect(rows).toEqual([{ ssl: true }])
    const text = await connection.query(`select repeat('é', 1000000) as text`)
    expect(text.rows).toEqual([{ text: 'é'.repeat(1_000_000) }])
    // A statement that is not known yet is described first, and a cancel may find nothing that runs.
    await connection.query('select pg_sleep($1)', [0])
    const query = connection.query('select pg_sleep($1)', [60]).catch((error: unknown) => error)
    await connection.cancel()
    expect(await query).toMatchObject({ code: '57014' })
  })

  test('can be asked for in an options object', async () => {
    const { port, user, password } = modern
    const tls = { ca: certificates.authority, negotiation: 'direct' } as const
    const attempt = connect({ host: '127.0.0.1', port, user, password, tls })
    if (modern.majorVersion < 17) await expect(attempt).rejects.toMatchObject({ phase: 'tls' })
    else await (await attempt).close()
  })
})

describe('in a process of its own', () => {
  const run = promisify(execFile)
  const source = `
    import { connect } from 'kysely-pgwire'
    for (const url of process.argv.slice(1)) {
      const connection = await connect(url)
      await connection.close()
    }
    console.log('connected')`
  const node = (environment: Record<string, string>, ...urls: string[]) =>
    run(process.execPath, ['--input-type=module', '--eval', source, ...urls], {
      cwd: join(import.meta.dirname, '..'),
      env: { ...process.env, ...environment },
    })

  test('sslrootcert=system trusts the roots of the system, and those that Node was given', async () => {
    const login = `${server.user}:${server.password}`
    const url = urlOf(server, login, { sslrootcert: 'system' })
    await expect(node({}, url)).rejects.toMatchObject({ stderr: expect.stringContaining('SELF_SIGNED_CERT_IN_CHAIN') })
    for (const variable of ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS']) {
      expect((await node({ [variable]: files.authority }, url)).stdout).toBe('connected\n')
    }
  })

  test('that nobody verifies the server is told once', async () => {
    const login = `${server.user}:${server.password}`
    const unverified = urlOf(server, login, { sslmode: 'require' })
    const { stderr } = await node({}, unverified, unverified, unverified)
    expect(stderr.match(/PGWIRE_TLS_UNVERIFIED/g)).toHaveLength(1)
    expect(stderr).not.toContain(server.password)
  })

  test('nothing is told where it was verified', async () => {
    const login = `${server.user}:${server.password}`
    const parameters = { sslmode: 'verify-full', sslrootcert: files.authority }
    expect((await node({}, urlOf(server, login, parameters))).stderr).not.toContain('PGWIRE')
  })
})
