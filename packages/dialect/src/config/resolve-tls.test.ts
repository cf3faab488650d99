import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { ConfigError } from '../errors/config-error.ts'
import type { ConnectionSettings, TlsSettings } from './connection-settings.ts'
import { resolveConnectionSettings } from './resolve-connection-settings.ts'

const pem = (label: string): string => `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`
const CERTIFICATE = pem('CERTIFICATE')
const KEY = pem('PRIVATE KEY')
const REVOCATIONS = pem('X509 CRL')

let home: string
let empty: string

const file = (name: string): string => join(home, '.postgresql', name)

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'pgwire-tls-'))
  empty = mkdtempSync(join(tmpdir(), 'pgwire-tls-'))
  mkdirSync(join(home, '.postgresql'))
  const contents = {
    'root.crt': CERTIFICATE,
    'root.crl': REVOCATIONS,
    'postgresql.crt': CERTIFICATE,
    'postgresql.key': KEY,
    'other.key': pem('ENCRYPTED PRIVATE KEY'),
    'open.key': KEY,
    'text.pem': 'text',
  }
  for (const [name, content] of Object.entries(contents)) writeFileSync(file(name), content, { mode: 0o600 })
  chmodSync(file('open.key'), 0o640)
})

afterAll(() => {
  for (const folder of [home, empty]) rmSync(folder, { recursive: true })
})

type Written = Parameters<typeof resolveConnectionSettings>[0]

const settings = (connection: Written, environment: Record<string, string> = {}): ConnectionSettings =>
  resolveConnectionSettings(connection, { HOME: empty, PGUSER: 'app', ...environment })

const tls = (query: string, environment: Record<string, string> = {}): TlsSettings | false =>
  settings(`postgres://db/d?${query}`, environment).tls

describe('sslmode', () => {
  test.each([
    ['allow', { need: 'allowed', verify: 'none' }],
    ['prefer', { need: 'preferred', verify: 'none' }],
    ['require', { need: 'required', verify: 'none' }],
    ['verify-full', { need: 'required', verify: 'full' }],
  ])('%s without roots', (mode, expected) => {
    expect(tls(`sslmode=${mode}`)).toMatchObject({ ...expected, ca: undefined, asked: true })
    expect(tls('', { PGSSLMODE: mode })).toMatchObject(expected)
  })

  test.each([
    ['allow', { need: 'allowed', verify: 'ca' }],
    ['prefer', { need: 'preferred', verify: 'ca' }],
    ['require', { need: 'required', verify: 'ca' }],
    ['verify-ca', { need: 'required', verify: 'ca' }],
    ['verify-full', { need: 'required', verify: 'full' }],
  ])('%s with roots', (mode, expected) => {
    expect(tls(`sslmode=${mode}&sslrootcert=${file('root.crt')}`)).toMatchObject({ ...expected, ca: CERTIFICATE })
    expect(tls(`sslmode=${mode}`, { HOME: home })).toMatchObject({ ...expected, ca: CERTIFICATE, crl: [REVOCATIONS] })
  })

  test.each(['sslmode=verify-ca', 'sslmode=verify-ca&sslrootcert=system', 'sslmode=prefer&sslrootcert=system'])(
    '%s is refused: a public root vouches for anybody',
    (query) => {
      expect(() => tls(query)).toThrow('anybody can have a certificate of a public root')
    },
  )

  test.each(['sslmode=disable', 'sslmode=allow', 'sslmode=prefer'])('%s cannot begin with TLS', (query) => {
    expect(() => tls(`${query}&sslnegotiation=direct`)).toThrow(ConfigError)
    expect(() => tls(query, { PGSSLNEGOTIATION: 'direct' })).toThrow(ConfigError)
  })

  test('the roots of the system are trusted beside those that Node trusts', () => {
    expect(tls('sslrootcert=system')).toMatchObject({ verify: 'full', systemRoots: true, ca: undefined })
    expect(settings({ tls: true }, { PGSSLROOTCERT: 'system' }).tls).toMatchObject({ systemRoots: true })
    expect(settings({ tls: { ca: 'own' } }, { PGSSLROOTCERT: 'system' }).tls).toMatchObject({
      systemRoots: false,
      ca: 'own',
    })
  })
})

describe('the certificate of the client', () => {
  const shown = (found: TlsSettings | false) => (found === false ? false : [found.cert, found.key, found.passphrase])

  test('is that in ~/.postgresql, or the one that is named', () => {
    expect(shown(tls('sslmode=require', { HOME: home }))).toEqual([CERTIFICATE, KEY, undefined])
    expect(shown(tls('sslmode=require&sslcertmode=disable', { HOME: home }))).toEqual([undefined, undefined, undefined])
    expect(shown(tls('sslmode=require'))).toEqual([undefined, undefined, undefined])
    const environment = { PGSSLCERT: file('root.crt'), PGSSLKEY: file('other.key') }
    const encrypted = [CERTIFICATE, pem('ENCRYPTED PRIVATE KEY'), 'phrase']
    expect(shown(tls('sslmode=require&sslpassword=phrase', environment))).toEqual(encrypted)
  })

  test('of an options object goes before the environment’s, which goes before none', () => {
    const environment = { PGSSLCERT: file('root.crt'), PGSSLKEY: file('postgresql.key') }
    expect(shown(settings({ tls: { cert: 'c', key: 'k' } }, environment).tls)).toEqual(['c', 'k', undefined])
    expect(shown(settings({ tls: true }, environment).tls)).toEqual([CERTIFICATE, KEY, undefined])
    expect(shown(settings({ tls: true }, { HOME: home }).tls)).toEqual([undefined, undefined, undefined])
  })

  test.each<[string, string]>([
    ['that is not there', 'sslcert=/nowhere&sslkey=/nowhere'],
    ['without a key', 'sslcert=FILE/root.crt'],
    ['a key without it', 'sslkey=FILE/postgresql.key'],
    ['that is none', 'sslcert=FILE/text.pem&sslkey=FILE/postgresql.key'],
    ['with a key that is none', 'sslcert=FILE/root.crt&sslkey=FILE/root.crt'],
    ['with revocations that are none', 'sslcrl=FILE/root.crt'],
  ])('%s is refused', (_what, query) => {
    expect(() => tls(`sslmode=require&${query.replaceAll('FILE', join(home, '.postgresql'))}`)).toThrow(ConfigError)
  })

  test('with a key that others can read is refused, but for a group if it is root’s', () => {
    const query = `sslmode=require&sslcert=${file('root.crt')}&sslkey=${file('open.key')}`
    if (process.getuid?.() === 0) {
      expect(tls(query)).toMatchObject({ key: KEY })
      chmodSync(file('open.key'), 0o644)
    }
    expect(() => tls(query)).toThrow('chmod it to 0600')
  })
})

describe('what the authorities have revoked', () => {
  const other = pem('X509 CRL').replace('AAAA', 'BBBB')
  const lists = (found: TlsSettings | false) => (found === false ? false : found.crl)

  beforeAll(() => {
    mkdirSync(join(home, 'lists', 'folder'), { recursive: true })
    mkdirSync(join(home, 'none'))
    const contents = { '0a1b2c3d.r0': other, 'same.crl': other, README: 'text' }
    for (const [name, content] of Object.entries(contents)) writeFileSync(join(home, 'lists', name), content)
  })

  test('is in ~/.postgresql, unless a file or a directory is named', () => {
    const named = (more: string): unknown => lists(tls(`sslmode=require${more}`, { HOME: home }))
    expect(named('')).toEqual([REVOCATIONS])
    expect(named(`&sslcrldir=${home}/lists`)).toEqual([other])
    expect(named(`&sslcrldir=${home}/lists&sslcrl=${file('root.crl')}`)).toEqual([REVOCATIONS, other])
    expect(lists(tls('sslmode=require'))).toBeUndefined()
    expect(lists(tls('sslmode=require', { PGSSLCRLDIR: `${home}/lists` }))).toEqual([other])
  })

  test('is read with the option tls if it is named, and the option’s own goes before it', () => {
    const environment = { HOME: home, PGSSLCRLDIR: `${home}/lists` }
    expect(lists(settings({ tls: true }, { HOME: home }).tls)).toBeUndefined()
    expect(lists(settings({ tls: true }, environment).tls)).toEqual([other])
    expect(lists(settings({ tls: { crl: 'own' } }, environment).tls)).toBe('own')
  })

  test.each(['none', 'nowhere', '.postgresql/root.crl'])('in the directory %s is refused', (name) => {
    expect(() => tls(`sslmode=require&sslcrldir=${home}/${name}`)).toThrow(ConfigError)
  })
})

describe('sslcertmode=require', () => {
  const query = (mode: string, certificate: boolean): string =>
    `sslcertmode=require&sslmode=${mode}${certificate ? `&sslcert=${file('root.crt')}&sslkey=${file('postgresql.key')}` : ''}`

  test.each(['require', 'verify-ca', 'verify-full'])('is settled in the handshake with sslmode=%s', (mode) => {
    expect(tls(`${query(mode, true)}&sslrootcert=${file('root.crt')}`)).toMatchObject({ certRequired: true })
    expect(tls(`sslmode=${mode}&sslrootcert=${file('root.crt')}`)).toMatchObject({ certRequired: false })
  })

  test.each(['disable', 'allow', 'prefer'])('is refused with sslmode=%s, which may do without TLS', (mode) => {
    expect(() => tls(query(mode, true))).toThrow('sslcertmode=require needs an sslmode')
  })

  test('is refused without a certificate', () => {
    expect(() => tls(query('require', false))).toThrow('sslcertmode=require needs an sslcert')
    expect(() => settings({ tls: true }, { PGSSLCERTMODE: 'require' })).toThrow(ConfigError)
    const own = settings({ tls: { cert: 'c', key: 'k' } }, { PGSSLCERTMODE: 'require' })
    expect(own.tls).toMatchObject({ certRequired: true })
  })
})

test('versions, names and the way in are those that were written', () => {
  const written = 'ssl_min_protocol_version=tlsv1.2&ssl_max_protocol_version=TLSv1.3&sslsni=0&sslnegotiation=direct'
  const expected = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', sni: false, negotiation: 'direct' }
  expect(tls(`sslmode=require&${written}`)).toMatchObject(expected)
  const variables = {
    PGSSLMINPROTOCOLVERSION: 'TLSv1.2',
    PGSSLMAXPROTOCOLVERSION: 'TLSv1.3',
    PGSSLSNI: '0',
    PGSSLNEGOTIATION: 'direct',
  }
  expect(settings({ tls: true }, variables).tls).toMatchObject(expected)
  const { minVersion, maxVersion, sni, negotiation } = { ...expected, sni: true } as const
  const own = { minVersion, maxVersion, sni, negotiation } as { minVersion: 'TLSv1.2' }
  expect(settings({ tls: own }, { PGSSLSNI: '0' }).tls).toMatchObject({ ...expected, sni: true })
  expect(settings({ tls: true }).tls).toMatchObject({ sni: true, negotiation: 'postgres', minVersion: undefined })
})

test.each<[string, Written]>([
  ['versions the wrong way round', { tls: { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' } }],
  ['a version of the protocol that is newer than the newest', { minProtocolVersion: '3.2' }],
  ['a version of the protocol that there never was', 'postgres://h?max_protocol_version=3.1'],
  ['binding by another word', 'postgres://h?channel_binding=yes'],
  ['a method that there is not', 'postgres://h?require_auth=kerberos'],
  ['no iterations', { maxScramIterations: 0 }],
  ['iterations without end', { maxScramIterations: 1e9 }],
  ['a token instead of a function', { oauthToken: 'hunter2' as unknown as () => string }],
  ['a way in by another word', 'postgres://h?sslmode=require&sslnegotiation=fast'],
  ['a certificate mode that there is not', 'postgres://h?sslmode=require&sslcertmode=maybe'],
])('%s is refused, and nothing of it repeated', (_what, written) => {
  expect(() => settings(written)).toThrow(ConfigError)
  expect(() => settings(written)).not.toThrow(/hunter2|kerberos/)
})

test('the protocol and the login are as written', () => {
  expect(settings('postgres://h')).toMatchObject({
    channelBinding: 'prefer',
    requireAuth: undefined,
    maxScramIterations: 100_000,
    protocolVersions: { min: 0, max: 0 },
  })
  const query =
    'channel_binding=require&require_auth=!none,!md5&max_scram_iterations=5000&min_protocol_version=3.0&max_protocol_version=latest'
  const expected = {
    channelBinding: 'require',
    requireAuth: ['password', 'gss', 'sspi', 'scram-sha-256', 'oauth'],
    protocolVersions: { min: 0, max: 2 },
  }
  expect(settings(`postgres://h?${query}`)).toMatchObject({ ...expected, maxScramIterations: 5000 })
  const variables = { PGCHANNELBINDING: 'require', PGREQUIREAUTH: '!none,!md5', PGMAXPROTOCOLVERSION: '3.2' }
  expect(settings({}, variables)).toMatchObject(expected)
})

test('no inspection, spread or serialisation shows a key, its passphrase or the source of tokens', () => {
  const oauthToken = Object.assign(() => 'hunter2', { secret: 'hunter2' })
  const found = settings({ tls: { cert: 'c', key: 'hunter2', passphrase: 'hunter2' }, password: 'hunter2', oauthToken })
  const query = `sslmode=require&sslpassword=hunter2&sslcert=${file('root.crt')}&sslkey=${file('postgresql.key')}`
  for (const one of [found, { ...found }, found.tls, settings(`postgres://h?${query}`)]) {
    expect(inspect(one, { depth: 9, showHidden: true })).not.toContain('hunter2')
    expect(JSON.stringify(one)).not.toContain('hunter2')
  }
  expect(found.oauthToken).toBe(oauthToken)
})
