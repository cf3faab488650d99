/** libpq's six values of sslmode, against servers that want TLS, refuse it, take both or know none. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { connect } from 'kysely-pgwire'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

import { type Certificates, makeCertificates } from '../support/postgres/certificates.ts'
import { type PrivateServer, startPrivateServer } from '../support/test-server.ts'

const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const
type Mode = (typeof MODES)[number]

/** Which connections a server takes. */
type Kind = 'plain' | 'both' | 'tlsOnly' | 'plainOnly'

const HBA: Readonly<Record<Exclude<Kind, 'plain'>, string[]>> = {
  both: ['host all all 127.0.0.1/32 scram-sha-256'],
  tlsOnly: ['hostssl all all 127.0.0.1/32 scram-sha-256'],
  plainOnly: ['hostnossl all all 127.0.0.1/32 scram-sha-256'],
}

let certificates: Certificates
let directory: string
let strangerFile: string
const servers = new Map<Kind | 'wrongHost' | 'selfSigned', PrivateServer>()

beforeAll(async () => {
  certificates = await makeCertificates()
  directory = await mkdtemp(join(tmpdir(), 'pgwire-modes-'))
  strangerFile = join(directory, 'stranger.crt')
  await Promise.all([
    writeFile(join(directory, 'authority.crt'), certificates.authority),
    writeFile(strangerFile, certificates.selfSigned.certificate),
    startPrivateServer().then((server) => servers.set('plain', server)),
    ...(['wrongHost', 'selfSigned'] as const).map(async (certificate) => {
      servers.set(certificate, await startPrivateServer({ certificate, hba: ['local all all trust', ...HBA.both] }))
    }),
    ...(['both', 'tlsOnly', 'plainOnly'] as const).map(async (kind) => {
      const hba = ['local all all trust', ...HBA[kind]]
      servers.set(kind, await startPrivateServer({ certificate: 'server', hba }))
    }),
  ])
})

afterAll(async () => {
  await Promise.all([...servers.values()].map((server) => server.remove()))
  await rm(directory, { recursive: true })
})

function urlOf(kind: Kind | 'wrongHost' | 'selfSigned', parameters: Record<string, string>): string {
  const server = servers.get(kind)
  if (server === undefined) throw new Error(`No server is ${kind}`)
  return `${server.url}?${new URLSearchParams(parameters).toString()}`
}

/** `encrypted` or `plain`, as the server sees it; else the code of the refusal. */
async function outcomeOf(url: string): Promise<string> {
  const connection = await connect(url).catch((error: unknown) => (error as { code: string }).code)
  if (typeof connection === 'string') return connection
  const { rows } = await connection.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()')
  await connection.close()
  return rows[0]?.['ssl'] === true ? 'encrypted' : 'plain'
}

const FAILED = 'PGWIRE_CONNECT_FAILED'

describe('with the right authority', () => {
  const expected: Readonly<Record<Kind, Readonly<Record<Mode, string>>>> = {
    //           disable            allow                prefer                 require
    plain: row(['plain', 'plain', 'plain', FAILED]),
    both: row(['plain', 'plain', 'encrypted', 'encrypted']),
    tlsOnly: row(['28000', 'encrypted', 'encrypted', 'encrypted']),
    plainOnly: row(['plain', 'plain', 'plain', '28000']),
  }

  function row([disable, allow, prefer, strong]: readonly [string, string, string, string]): Record<Mode, string> {
    return { disable, allow, prefer, require: strong, 'verify-ca': strong, 'verify-full': strong }
  }

  for (const kind of Object.keys(expected) as Kind[]) {
    test.each(MODES)(`sslmode=%s with a server that is ${kind}`, async (sslmode) => {
      const url = urlOf(kind, { sslmode, sslrootcert: join(directory, 'authority.crt') })
      expect(await outcomeOf(url)).toBe(expected[kind][sslmode])
    })
  }
})

test.each([
  ['allow', 'plain'],
  ['prefer', 'encrypted'],
  ['require', 'encrypted'],
  ['verify-full', FAILED],
])('without an authority, sslmode=%s does not verify, or cannot: %s', async (sslmode, expected) => {
  expect(await outcomeOf(urlOf('both', { sslmode }))).toBe(expected)
})

describe('a certificate that is not the right one', () => {
  test.each<[string, Mode, string]>([
    ['for another host, verify-ca', 'verify-ca', 'encrypted'],
    ['for another host, require', 'require', 'encrypted'],
    ['for another host, verify-full', 'verify-full', FAILED],
  ])('%s', async (_what, sslmode, expected) => {
    const sslrootcert = join(directory, 'authority.crt')
    expect(await outcomeOf(urlOf('wrongHost', { sslmode, sslrootcert }))).toBe(expected)
  })

  test.each<[Mode, string]>([
    // As in libpq: roots that are there are asked in every mode, and these two then do without TLS.
    ['prefer', 'plain'],
    ['allow', 'plain'],
    ['require', FAILED],
    ['verify-ca', FAILED],
    ['verify-full', FAILED],
  ])('of another authority, %s', async (sslmode, expected) => {
    expect(await outcomeOf(urlOf('both', { sslmode, sslrootcert: strangerFile }))).toBe(expected)
  })

  test('of another authority, prefer: where plaintext is not taken, the error is that of the certificate', async () => {
    const error = await connect(urlOf('tlsOnly', { sslmode: 'prefer', sslrootcert: strangerFile })).catch(
      (caught: unknown) => caught,
    )
    expect(error).toMatchObject({ code: FAILED, phase: 'tls', cause: { code: 'SELF_SIGNED_CERT_IN_CHAIN' } })
  })

  test('self-signed, and trusted by itself', async () => {
    const parameters = { sslmode: 'verify-full', sslrootcert: strangerFile }
    expect(await outcomeOf(urlOf('selfSigned', parameters))).toBe('encrypted')
  })
})

describe('~/.postgresql/root.crt', () => {
  test.each<[Mode, string]>([
    ['require', FAILED],
    ['verify-ca', FAILED],
  ])('is asked with sslmode=%s if it is there', async (sslmode, expected) => {
    const home = await mkdtemp(join(directory, 'home-'))
    await mkdir(join(home, '.postgresql'))
    await writeFile(join(home, '.postgresql/root.crt'), certificates.authority)
    vi.stubEnv('HOME', home)
    try {
      expect(await outcomeOf(urlOf('both', { sslmode }))).toBe('encrypted')
      await writeFile(join(home, '.postgresql/root.crt'), certificates.selfSigned.certificate)
      expect(await outcomeOf(urlOf('both', { sslmode }))).toBe(expected)
    } finally {
      vi.unstubAllEnvs()
    }
  })

  test.each(['/dev/null', '/nowhere'])('is not missed where the home is %s', async (home) => {
    vi.stubEnv('HOME', home)
    try {
      expect(await outcomeOf(urlOf('both', { sslmode: 'prefer' }))).toBe('encrypted')
    } finally {
      vi.unstubAllEnvs()
    }
  })
})

test.each<[Kind, Mode]>([
  ['both', 'prefer'],
  ['tlsOnly', 'allow'],
  ['plainOnly', 'prefer'],
])('a server that is %s, sslmode=%s: a wrong password is told as such, after both attempts', async (kind, sslmode) => {
  const url = urlOf(kind, { sslmode }).replace(/:[^:@]*@/, ':wrong@')
  await expect(connect(url)).rejects.toMatchObject({ name: expect.stringMatching(/Error$/), code: '28P01' })
})

test('sslmode=prefer: what fails behind the login is not tried again without TLS', async () => {
  const server = servers.get('both')
  const url = urlOf('both', { sslmode: 'prefer' }).replace('/postgres?', '/nowhere?')
  await expect(connect(url)).rejects.toMatchObject({ code: '3D000' })
  // A second attempt would have been refused with another line in the log, in front of that of the next one.
  const last = server?.log.waitFor(/database "elsewhere" does not exist/)
  await expect(connect(url.replace('/nowhere?', '/elsewhere?'))).rejects.toMatchObject({ code: '3D000' })
  await last
  const lines = server?.log.text.match(/database "nowhere" does not exist/g)
  expect(lines).toHaveLength(1)
})

test.each<[Kind, Mode]>([
  ['plain', 'prefer'],
  ['plainOnly', 'prefer'],
  ['tlsOnly', 'allow'],
  ['both', 'prefer'],
])('a server that is %s, sslmode=%s: large results arrive, and a cancel reaches it', async (kind, sslmode) => {
  await using connection = await connect(urlOf(kind, { sslmode }))
  const { rows } = await connection.query(`select repeat('é', 1000000) as text`)
  expect(rows).toEqual([{ text: 'é'.repeat(1_000_000) }])
  // A statement that is not known yet is described first, and a cancel may find nothing that runs.
  await connection.query('select pg_sleep($1)', [0])
  const query = connection.query('select pg_sleep($1)', [60]).catch((error: unknown) => error)
  await connection.cancel()
  expect(await query).toMatchObject({ code: '57014' })
})

test.each(['allow', 'prefer', 'disable'])('sslnegotiation=direct is refused with sslmode=%s', async (sslmode) => {
  await expect(connect(urlOf('both', { sslmode, sslnegotiation: 'direct' }))).rejects.toMatchObject({
    code: 'PGWIRE_CONFIG',
  })
})

test('a key file that others may read is refused, as libpq does', async () => {
  const cert = join(directory, 'client.crt')
  const key = join(directory, 'open.key')
  await writeFile(cert, certificates.client.certificate)
  await writeFile(key, certificates.client.key)
  await chmod(key, 0o644)
  const url = urlOf('both', { sslmode: 'require', sslcert: cert, sslkey: key })
  await expect(connect(url)).rejects.toMatchObject({ code: 'PGWIRE_CONFIG', message: expect.stringContaining('0600') })
})
