/** What is read from directories for TLS, what is written of it, and who has to ask for the client's certificate. */
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { connect, ConnectionError } from 'kysely-pgwire'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { type Certificates, foreignRevocations, makeCertificates } from '../support/postgres/certificates.ts'
import { type PrivateServer, startPrivateServer } from '../support/test-server.ts'

let certificates: Certificates
/** Asks each client for a certificate. */
let asking: PrivateServer
let indifferent: PrivateServer
let home: string
let directory: string

beforeAll(async () => {
  certificates = await makeCertificates()
  ;[asking, indifferent] = await Promise.all([
    startPrivateServer({ certificate: 'server' }),
    startPrivateServer({ certificate: 'server', settings: { ssl_ca_file: '' } }),
  ])
  home = await mkdtemp(join(tmpdir(), 'pgwire-tls-files-'))
})

beforeEach(async () => {
  directory = await mkdtemp(join(home, 'test-'))
})

afterAll(async () => {
  await Promise.all([asking.remove(), indifferent.remove()])
  await rm(home, { recursive: true })
})

async function file(name: string, content: string): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, content)
  await chmod(path, 0o600)
  return path
}

async function login(server: PrivateServer, parameters: Record<string, string>): Promise<unknown> {
  const sslrootcert = await file('root.crt', certificates.authority)
  const query = new URLSearchParams({ sslmode: 'verify-full', sslrootcert, ...parameters }).toString()
  const { host, port, user, password } = server
  await using connection = await connect(`postgres://${user}:${password}@${host}:${port}/postgres?${query}`)
  return await connection.fetchValue('select version from pg_stat_ssl where pid = pg_backend_pid()')
}

describe('sslcrldir', () => {
  const listed = (name: string, content: string): Promise<string> => file(`lists/${name}`, content)

  beforeEach(() => mkdir(join(directory, 'lists')))

  const lists = (): { sslcrldir: string } => ({ sslcrldir: join(directory, 'lists') })

  test('has what the authority has revoked in any of its files, under as many names as it likes', async () => {
    await listed('README', 'no list')
    await mkdir(join(directory, 'lists', 'more'))
    await symlink('gone', join(directory, 'lists', 'dangling.r0'))
    const path = await listed('some.crl', certificates.revocations)
    await symlink(path, join(directory, 'lists', '0a1b2c3d.r0'))
    await expect(login(asking, lists())).rejects.toMatchObject({ phase: 'tls', cause: { code: 'CERT_REVOKED' } })
  })

  test('lets pass what nobody has revoked', async () => {
    await listed('empty.crl', certificates.noRevocations)
    expect(await login(asking, lists())).toMatch(/^TLS/)
  })

  test('is read together with sslcrl', async () => {
    await listed('empty.crl', certificates.noRevocations)
    const sslcrl = await file('revoked.crl', certificates.revocations)
    await expect(login(asking, { ...lists(), sslcrl })).rejects.toMatchObject({ cause: { code: 'CERT_REVOKED' } })
  })

  test('without a list is refused, and so is one that is not there', async () => {
    const refused = { name: 'ConfigError' }
    await expect(login(asking, lists())).rejects.toMatchObject(refused)
    await expect(login(asking, { sslcrldir: join(directory, 'nowhere') })).rejects.toMatchObject(refused)
  })
})

test('each of the lists in one file counts', async () => {
  const other = await foreignRevocations()
  const sslcrl = await file('two.crl', `${other}\n${certificates.revocations}`)
  await expect(login(asking, { sslcrl })).rejects.toMatchObject({ cause: { code: 'CERT_REVOKED' } })
  const { host, port, user, password } = asking
  const tls = { ca: certificates.authority, crl: Buffer.from(`${other}\n${certificates.revocations}`) }
  await expect(connect({ host, port, user, password, tls })).rejects.toMatchObject({ cause: { code: 'CERT_REVOKED' } })
})

describe('sslkeylogfile', () => {
  test.each(['TLSv1.2', 'TLSv1.3'])(
    'gets the secrets of each connection with %s, and nobody else may read it',
    async (version) => {
      const sslkeylogfile = join(directory, 'keys.log')
      const bounds = { ssl_min_protocol_version: version, ssl_max_protocol_version: version }
      await login(asking, { ...bounds, sslkeylogfile })
      const first = await readFile(sslkeylogfile, 'latin1')
      expect(first).toMatch(/^(?:[A-Z0-9_]+ [0-9a-f]{64} [0-9a-f]+\n)+$/)
      expect(first).toContain(version === 'TLSv1.2' ? 'CLIENT_RANDOM' : 'CLIENT_TRAFFIC_SECRET_0')
      expect((await stat(sslkeylogfile)).mode & 0o777).toBe(0o600)
      await login(asking, { ...bounds, sslkeylogfile })
      const both = await readFile(sslkeylogfile, 'latin1')
      expect(both.startsWith(first)).toBe(true)
      expect(both.length).toBeGreaterThan(first.length)
    },
  )

  test('gets those of a connection that begins with TLS, too', async () => {
    const sslkeylogfile = join(directory, 'keys.log')
    const attempt = login(asking, { sslnegotiation: 'direct', sslkeylogfile })
    if (asking.majorVersion < 17) return await expect(attempt).rejects.toBeInstanceOf(ConnectionError)
    await attempt
    expect(await readFile(sslkeylogfile, 'latin1')).toContain('CLIENT_TRAFFIC_SECRET_0')
  })

  test('that cannot be written is refused', async () => {
    const attempt = login(asking, { sslkeylogfile: join(directory, 'nowhere', 'keys.log') })
    await expect(attempt).rejects.toMatchObject({ name: 'ConfigError' })
  })
})

describe('sslcertmode=require', () => {
  const required = async (): Promise<Record<string, string>> => ({
    sslcertmode: 'require',
    sslcert: await file('client.crt', certificates.client.certificate),
    sslkey: await file('client.key', certificates.client.key),
  })

  test.each(['TLSv1.2', 'TLSv1.3'])('connects to a server that asks for a certificate: %s', async (version) => {
    expect(await login(asking, { ...(await required()), ssl_max_protocol_version: version })).toBe(version)
  })

  test.each(['TLSv1.2', 'TLSv1.3'])('refuses one that does not, before anything is said: %s', async (version) => {
    const parameters = { ...(await required()), ssl_max_protocol_version: version }
    const refused = { code: 'PGWIRE_CONNECT_FAILED', phase: 'tls', outcome: 'not-sent' }
    await expect(login(indifferent, parameters)).rejects.toMatchObject(refused)
    await expect(login(indifferent, { ...parameters, sslcertmode: 'allow' })).resolves.toBe(version)
  })

  test('refuses a unix socket', async () => {
    const { port, socketDirectory } = asking
    const parameters = { ...(await required()), sslmode: 'require', host: socketDirectory, port: String(port) }
    const query = new URLSearchParams(parameters).toString()
    await expect(connect(`postgres:///postgres?${query}`)).rejects.toThrow('sslcertmode=require needs TLS')
  })
})
