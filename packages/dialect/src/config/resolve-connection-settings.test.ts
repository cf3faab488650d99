import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { ConfigError } from '../errors/config-error.ts'
import { connectionOptions, optionNames } from './connection-options.ts'
import type { ConnectionOptions } from './connection-options.ts'
import type { ConnectionSettings } from './connection-settings.ts'
import { resolveConnectionSettings } from './resolve-connection-settings.ts'

const PEM = '-----BEGIN CERTIFICATE-----\nMAo=\n-----END CERTIFICATE-----\n'

let directory: string
let rootsFile: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'settings-'))
  rootsFile = join(directory, 'roots.pem')
  writeFileSync(rootsFile, PEM)
})

afterAll(() => {
  rmSync(directory, { recursive: true })
})

function resolve(
  connection?: string | ConnectionOptions,
  environment: Record<string, string> = {},
): ConnectionSettings {
  return resolveConnectionSettings(connection, environment)
}

/** For what TypeScript would not let a user write. */
function resolveUntyped(connection: unknown): ConnectionSettings {
  return resolve(connection as ConnectionOptions)
}

test('nothing written: the defaults', () => {
  const { username } = userInfo()
  expect({ ...resolve(undefined, { HOME: '/home/somebody' }) }).toEqual({
    hosts: [{ kind: 'tcp', host: 'localhost', port: 5432 }],
    targetSessionAttrs: 'any',
    loadBalanceHosts: 'disable',
    user: username,
    passfile: '/home/somebody/.pgpass',
    database: username,
    applicationName: '',
    connectTimeoutMs: 10_000,
    keepaliveIdleMs: 60_000,
    probeAfterMs: 60_000,
    tls: expect.objectContaining({ need: 'preferred', verify: 'none' }),
    channelBinding: 'prefer',
    requireAuth: undefined,
    maxScramIterations: 100_000,
    protocolVersions: { min: 0, max: 0 },
    serverSettings: {},
    statementCacheSize: 256,
    statementCacheBytes: 2_097_152,
    queryTimeoutMs: 0,
    cancelTimeoutMs: 2_000,
    maxMessageBytes: 0x3fff_ffff,
  })
  expect(resolve().password).toBeUndefined()
})

test('everything in a connection string', () => {
  const settings = resolve(
    'postgresql://app:s%40crt@[2001:db8::1]:5433/shop?application_name=web&connect_timeout=2.5&search_path=a,b&statement_cache_size=7&statement_cache_bytes=0&query_timeout_ms=900&cancel_timeout_ms=700&max_message_bytes=1048576&options=-c%20geqo=off',
  )
  expect({ ...settings }).toMatchObject({
    hosts: [{ kind: 'tcp', host: '2001:db8::1', port: 5433 }],
    user: 'app',
    database: 'shop',
    applicationName: 'web',
    connectTimeoutMs: 2500,
    tls: expect.objectContaining({ need: 'preferred', verify: 'none' }),
    serverSettings: { search_path: 'a,b', options: '-c geqo=off' },
    statementCacheSize: 7,
    statementCacheBytes: 0,
    queryTimeoutMs: 900,
    cancelTimeoutMs: 700,
    maxMessageBytes: 1_048_576,
  })
  expect(settings.password).toBe('s@crt')
})

test('everything in an options object', () => {
  const password = (): string => 'token'
  const options: ConnectionOptions = {
    host: 'db.example.com',
    port: 5433,
    user: 'app',
    password,
    database: 'shop',
    applicationName: 'web',
    connectTimeoutMs: 2500,
    tls: { ca: PEM, cert: 'cert', key: 'key', passphrase: 'phrase', servername: 'db.internal' },
    serverSettings: { search_path: 'a,b' },
    statementCacheSize: 0,
    statementCacheBytes: 4096,
    queryTimeoutMs: 1,
    cancelTimeoutMs: 1,
    maxMessageBytes: 1024,
  }
  const settings = resolve(options)
  expect({ ...settings }).toMatchObject({
    hosts: [{ kind: 'tcp', host: 'db.example.com', port: 5433 }],
    user: 'app',
    database: 'shop',
    applicationName: 'web',
    connectTimeoutMs: 2500,
    tls: { verify: 'full', ca: PEM, cert: 'cert', servername: 'db.internal' },
    serverSettings: { search_path: 'a,b' },
    statementCacheSize: 0,
    statementCacheBytes: 4096,
    queryTimeoutMs: 1,
    cancelTimeoutMs: 1,
    maxMessageBytes: 1024,
  })
  expect(settings.password).toBe(password)
  expect(settings.tls).toMatchObject({ key: 'key', passphrase: 'phrase' })
})

test('everything in the environment', () => {
  const settings = resolve(undefined, {
    PGHOST: '/run/postgresql',
    PGPORT: '5433',
    PGUSER: 'app',
    PGPASSWORD: 'secret',
    PGDATABASE: 'shop',
    PGAPPNAME: 'web',
    PGCONNECT_TIMEOUT: '3',
    PGSSLMODE: 'require',
    PGOPTIONS: '-c geqo=off',
  })
  expect({ ...settings }).toMatchObject({
    hosts: [{ kind: 'unix', host: '/run/postgresql', port: 5433, path: '/run/postgresql/.s.PGSQL.5433' }],
    user: 'app',
    database: 'shop',
    applicationName: 'web',
    connectTimeoutMs: 3000,
    serverSettings: { options: '-c geqo=off' },
  })
  expect(settings.password).toBe('secret')
})

describe('precedence', () => {
  const environment = { PGHOST: 'e', PGPORT: '1', PGUSER: 'eu', PGDATABASE: 'ed', PGPASSWORD: 'ep', PGOPTIONS: 'eo' }

  test('a connection string wins over the environment, part by part', () => {
    const settings = resolve('postgres://u@h/?options=o', environment)
    expect(settings.hosts).toEqual([{ kind: 'tcp', host: 'h', port: 1 }])
    expect(settings).toMatchObject({ user: 'u', database: 'ed', serverSettings: { options: 'o' } })
    expect(settings.password).toBe('ep')
  })

  test('an options object wins over the environment, option by option', () => {
    const settings = resolve({ port: 2, password: 'p', serverSettings: { options: 'o' } }, environment)
    expect(settings.hosts).toEqual([{ kind: 'tcp', host: 'e', port: 2 }])
    expect(settings).toMatchObject({ user: 'eu', database: 'ed', serverSettings: { options: 'o' } })
    expect(settings.password).toBe('p')
  })

  test('the environment wins over the defaults', () => {
    expect(resolve({}, environment).hosts).toEqual([{ kind: 'tcp', host: 'e', port: 1 }])
    expect(resolve({ serverSettings: { a: 'b' } }, environment).serverSettings).toEqual({ a: 'b', options: 'eo' })
  })

  test('what is overruled is not even checked', () => {
    const broken = { PGPORT: 'x', PGSSLMODE: 'bogus', PGCONNECT_TIMEOUT: 'soon' }
    const settings = resolve('postgres://h:5?sslmode=disable&connect_timeout=1', broken)
    expect(settings).toMatchObject({ hosts: [{ port: 5 }], tls: false, connectTimeoutMs: 1000 })
  })

  test('a query wins over what stands in front of it, and the last of equal keys over the others', () => {
    const settings = resolve('postgres://u@h/d?user=v&dbname=e&database=f&a=1&a=2', {})
    expect(settings).toMatchObject({ user: 'v', database: 'f', serverSettings: { a: '2' } })
  })

  test('what is empty counts as left out', () => {
    const empty = { PGHOST: '', PGPORT: '', PGUSER: 'u', PGDATABASE: '', PGPASSWORD: '', PGSSLMODE: '' }
    const defaults = { host: 'localhost', port: 5432 }
    expect(resolve(undefined, empty).hosts[0]).toMatchObject(defaults)
    expect(resolve('postgres://:@:/?host=&port=&sslmode=', { PGUSER: 'u' })).toMatchObject({
      hosts: [defaults],
      user: 'u',
    })
    expect(
      resolve({ host: '', user: '', password: '', port: undefined }, { PGUSER: 'u', PGPASSWORD: 'p' }).password,
    ).toBe('p')
  })
})

describe('hosts', () => {
  test.each<[string | ConnectionOptions, object]>([
    [
      { host: '::1', user: 'u' },
      { kind: 'tcp', host: '::1', port: 5432 },
    ],
    [
      { host: '[::1]', user: 'u' },
      { kind: 'tcp', host: '::1', port: 5432 },
    ],
    ['postgres://u@/d?host=[::1]', { kind: 'tcp', host: '::1', port: 5432 }],
    ['postgres://u@%2Ftmp:1/d', { kind: 'unix', host: '/tmp', port: 1, path: '/tmp/.s.PGSQL.1' }],
    [
      'postgres:///d?host=/cloudsql/p:r:i',
      { kind: 'unix', host: '/cloudsql/p:r:i', port: 5432, path: '/cloudsql/p:r:i/.s.PGSQL.5432' },
    ],
    [
      { host: ['/a,b'], user: 'u' },
      { kind: 'unix', host: '/a,b', port: 5432, path: '/a,b/.s.PGSQL.5432' },
    ],
  ])('%j', (connection, address) => {
    expect(resolve(connection).hosts).toEqual([address])
  })
})

describe('sslmode means what libpq means by it', () => {
  const tls = (query: string, environment: Record<string, string> = {}): ConnectionSettings['tls'] =>
    resolve(`postgres://u@db/d?${query}`, environment).tls

  test('disable', () => {
    expect(tls('sslmode=disable')).toBe(false)
    expect(tls(`sslmode=disable&sslrootcert=${directory}/none`)).toBe(false)
  })

  test('require encrypts without verifying, unless there are roots', () => {
    expect(tls('sslmode=require')).toMatchObject({ verify: 'none', ca: undefined })
    expect(tls(`sslmode=require&sslrootcert=${rootsFile}`)).toMatchObject({ verify: 'ca', ca: PEM })
    expect(tls('sslmode=require', { PGSSLROOTCERT: rootsFile })).toMatchObject({ verify: 'ca', ca: PEM })
    expect(tls('ssl=true')).toMatchObject({ verify: 'none' })
  })

  test('verify-full verifies chain and name', () => {
    expect(tls('sslmode=verify-full')).toMatchObject({ verify: 'full', ca: undefined })
    expect(tls(`sslmode=verify-full&sslrootcert=${rootsFile}`)).toMatchObject({ verify: 'full', ca: PEM })
    expect(tls('sslmode=verify-full&sslrootcert=system')).toMatchObject({ verify: 'full', ca: undefined })
  })

  test('roots without a mode mean verify-full', () => {
    expect(tls(`sslrootcert=${rootsFile}`)).toMatchObject({ verify: 'full', ca: PEM })
    expect(tls('sslrootcert=system')).toMatchObject({ verify: 'full', ca: undefined })
    expect(tls('', { PGSSLROOTCERT: rootsFile })).toMatchObject({ verify: 'full', ca: PEM })
  })

  test.each(['sslmode=bogus', 'sslmode=REQUIRE', 'sslmode=require&sslrootcert=system', 'ssl=false', 'ssl=1'])(
    '%s is refused',
    (query) => {
      expect(() => tls(query)).toThrow(ConfigError)
    },
  )

  test('roots that cannot be read or are none are refused', () => {
    const empty = join(directory, 'empty.pem')
    writeFileSync(empty, '')
    expect(() => tls(`sslrootcert=${empty}`)).toThrow('contains no certificate')
    expect(() => tls(`sslrootcert=${directory}/none`)).toThrow('ENOENT')
    expect(() => tls(`sslrootcert=${directory}`)).toThrow('EISDIR')
  })
})

describe('the option tls', () => {
  test('true and an object verify everything', () => {
    expect(resolve({ host: 'db', tls: true }).tls).toMatchObject({ verify: 'full', ca: undefined })
    expect(resolve({ host: 'db', tls: {} }).tls).toMatchObject({ verify: 'full' })
    expect(resolve({ host: 'db', tls: { ca: [PEM] } }).tls).toMatchObject({ verify: 'full', ca: [PEM] })
  })

  test('rejectUnauthorized: false verifies nothing', () => {
    expect(resolve({ tls: { rejectUnauthorized: false } }).tls).toMatchObject({ verify: 'none' })
    expect(resolve({ tls: { rejectUnauthorized: true } }).tls).toMatchObject({ verify: 'full' })
  })

  test('wins over the environment', () => {
    expect(resolve({ tls: false }, { PGSSLMODE: 'verify-full' }).tls).toBe(false)
    expect(resolve({ tls: true }, { PGSSLMODE: 'disable' }).tls).toMatchObject({ verify: 'full' })
    expect(resolve({}, { PGSSLMODE: 'require' }).tls).toMatchObject({ verify: 'none' })
  })

  test("takes the environment's roots when it names none", () => {
    expect(resolve({ tls: true }, { PGSSLROOTCERT: rootsFile }).tls).toMatchObject({ ca: PEM })
    expect(resolve({ tls: { ca: 'own' } }, { PGSSLROOTCERT: '/none' }).tls).toMatchObject({ ca: 'own' })
  })

  test.each<[string, unknown]>([
    ['a string', 'require'],
    ['null', null],
    ['an unknown name', { rejectUnauthorised: false }],
    ['an array', [true]],
    ['an empty list of roots', { ca: [] }],
    ['empty roots', { ca: '' }],
    ['a number among the roots', { ca: [1] }],
    ['a certificate without a key', { cert: 'c' }],
    ['a key without a certificate', { key: 'k' }],
    ['a text for a boolean', { rejectUnauthorized: 'false' }],
    ['a zero for a boolean', { rejectUnauthorized: 0 }],
    ['a number for a name', { servername: 1 }],
  ])('cannot be %s', (_what, tls) => {
    expect(() => resolveUntyped({ tls })).toThrow(ConfigError)
  })
})

describe('a value is refused, and the error says where it was written', () => {
  test.each<[ConnectionOptions | object, string]>([
    [{ port: 0 }, 'The option port must be an integer from 1 to 65535'],
    [{ port: 65_536 }, 'The option port'],
    [{ port: 1.5 }, 'The option port'],
    [{ port: '5432' }, 'The option port'],
    [{ port: Number.NaN }, 'The option port'],
    [{ host: 1 }, 'The option host must be a string'],
    [{ host: 'localhost:x' }, 'The option host: the port behind the host must be an integer'],
    [{ host: [] }, 'The option host is an empty list'],
    [{ host: ['a', 5] }, 'The option host must be a string'],
    [{ host: '[::1' }, 'no closing bracket'],
    [{ port: [] }, 'The option port is an empty list'],
    [{ port: [1, 'x'] }, 'The option port must be an integer'],
    [{ host: ['a', 'b', 'c'], port: [1, 2] }, 'There are 2 ports for 3 hosts'],
    [{ host: 'a', port: [1, 2] }, 'There are 2 ports for 1 host:'],
    [{ host: ['a', 'b'], hostaddr: '::1' }, 'There are 1 host addresses for 2 hosts'],
    [{ host: 'a:1', port: 2 }, 'A port is given with the host'],
    [{ host: 'a,'.repeat(256) }, 'There are 257 hosts'],
    [{ searchPath: [''] }, 'The option searchPath has a schema without a name'],
    [{ searchPath: 'a', serverSettings: { Search_Path: 'b' } }, 'search_path is set twice'],
    [{ statementTimeoutMs: 1, serverSettings: { statement_timeout: '2' } }, 'statement_timeout is set twice'],
    [{ lockTimeoutMs: -1 }, 'The option lockTimeoutMs'],
    [{ connectionString: 'postgres://h?sslmode=require', tls: false }, 'The option tls is false'],
    [{ connectionString: 'h' }, 'must begin with postgres://'],
    [{ targetSessionAttrs: 'master' }, 'The option targetSessionAttrs must be one of'],
    [{ host: '@abstract' }, 'abstract unix sockets are not supported'],
    [{ host: 'a\0b' }, 'The option host contains a NUL character'],
    [{ user: 'a\0b' }, 'The option user contains a NUL character'],
    [{ user: null }, 'The option user must be a string'],
    [{ user: '\ud800' }, 'The option user contains a lone surrogate'],
    [{ password: 'a\0b' }, 'The option password contains a NUL character'],
    [{ password: 1 }, 'The option password must be a string or a function'],
    [{ database: 'a\0b' }, 'The option database contains a NUL character'],
    [{ applicationName: 'a\0b' }, 'The option applicationName contains a NUL character'],
    [{ connectTimeoutMs: -1 }, 'The option connectTimeoutMs must be a time'],
    [{ connectTimeoutMs: Number.POSITIVE_INFINITY }, 'The option connectTimeoutMs'],
    [{ connectTimeoutMs: Number.NaN }, 'The option connectTimeoutMs'],
    [{ connectTimeoutMs: 0x8000_0000 }, 'The option connectTimeoutMs'],
    [{ connectTimeoutMs: '1' }, 'The option connectTimeoutMs'],
    [{ statementCacheSize: -1 }, 'The option statementCacheSize'],
    [{ statementCacheSize: 1e9 }, 'The option statementCacheSize'],
    [{ statementCacheBytes: -1 }, 'The option statementCacheBytes'],
    [{ statementCacheBytes: 2 ** 30 }, 'The option statementCacheBytes'],
    [{ queryTimeoutMs: -1 }, 'The option queryTimeoutMs'],
    [{ queryTimeoutMs: 0.5 }, 'The option queryTimeoutMs'],
    [{ queryTimeoutMs: 2 ** 31 }, 'The option queryTimeoutMs'],
    [{ queryTimeoutMs: '500' }, 'The option queryTimeoutMs'],
    [{ queryTimeoutMs: true }, 'The option queryTimeoutMs'],
    [{ queryTimeoutMs: Number.NaN }, 'The option queryTimeoutMs'],
    [{ cancelTimeoutMs: 0 }, 'The option cancelTimeoutMs'],
    [{ cancelTimeoutMs: 1.5 }, 'The option cancelTimeoutMs'],
    [{ cancelTimeoutMs: 2 ** 31 }, 'The option cancelTimeoutMs'],
    [{ maxMessageBytes: 1023 }, 'The option maxMessageBytes'],
    [{ maxMessageBytes: 0x4000_0000 }, 'The option maxMessageBytes'],
    [{ serverSettings: [] }, 'The option serverSettings must be an object of strings'],
    [{ serverSettings: 'a=b' }, 'The option serverSettings'],
    [{ serverSettings: { a: 1 } }, 'The option serverSettings: the value of a setting must be a string'],
    [{ serverSettings: { a: 'b\0c' } }, 'contains a NUL character'],
    [{ serverSettings: { 'a\0': 'b' } }, 'contains a NUL character'],
    [{ serverSettings: { '': 'b' } }, 'is empty'],
    [{ serverSettings: { User: 'b' } }, 'use the option user'],
    [{ serverSettings: { application_name: 'b' } }, 'use the option applicationName'],
    [{ serverSettings: { replication: 'database' } }, 'replication connections are not supported'],
    [{ serverSettings: { '_pq_.x': '1' } }, 'extensions of the protocol'],
    [{ serverSettings: { client_encoding: 'LATIN1' } }, 'client_encoding is always UTF8'],
  ])('%j', (connection, message) => {
    const refused = (): unknown => resolveUntyped(connection)
    expect(refused).toThrow(ConfigError)
    expect(refused).toThrow(message)
  })

  test.each([
    ['postgres://h:0', 'port in the connection string must be an integer from 1 to 65535'],
    ['postgres://h:65536', 'port in the connection string'],
    ['postgres://h:99999999999999999999', 'port in the connection string'],
    ['postgres://h?connect_timeout=-1', 'connect_timeout in the connection string'],
    ['postgres://h?connect_timeout=1e3', 'connect_timeout in the connection string'],
    ['postgres://h?connect_timeout=Infinity', 'connect_timeout in the connection string'],
    ['postgres://h?connect_timeout=9999999', 'connect_timeout in the connection string'],
    ['postgres://h?statement_cache_size=x', 'statement_cache_size in the connection string'],
    ['postgres://h?query_timeout_ms=-1', 'query_timeout_ms in the connection string'],
    ['postgres://h?query_timeout_ms=1s', 'query_timeout_ms in the connection string'],
    ['postgres://h?cancel_timeout_ms=0', 'cancel_timeout_ms in the connection string'],
    ['postgres://h?replication=database', 'replication connections are not supported'],
    ['postgres://h?client_encoding=LATIN1', 'client_encoding is always UTF8'],
    ['postgres://h?requirepeer=postgres', 'requirepeer in the connection string is not supported'],
    ['postgres://h?tcp_user_timeout=1000', 'Node cannot set it'],
    ['postgres://h?keepalives_count=3', 'Node cannot set it'],
    ['postgres://h?keepalives=yes', 'keepalives in the connection string'],
    ['postgres://h?target_session_attrs=bogus', 'target_session_attrs'],
    ['postgres://h?load_balance_hosts=yes', 'load_balance_hosts'],
    ['postgres://h?statement_timeout=soon', 'statement_timeout in the connection string'],
    ['postgres://h?hostaddr=localhost', 'hostaddr in the connection string must be an IP address'],
  ])('%s', (dsn, message) => {
    expect(() => resolve(dsn)).toThrow(ConfigError)
    expect(() => resolve(dsn)).toThrow(message)
  })

  test.each([
    ['PGPORT', 'x'],
    ['PGPORT', '0'],
    ['PGCONNECT_TIMEOUT', '-1'],
    ['PGSSLMODE', 'on'],
    ['PGHOST', 'a:x'],
    ['PGHOSTADDR', 'a'],
    ['PGTARGETSESSIONATTRS', 'a'],
    ['PGGSSENCMODE', 'require'],
    ['PGREQUIREPEER', 'root'],
  ])('the environment variable %s=%s', (name, value) => {
    expect(() => resolve(undefined, { [name]: value })).toThrow(`The environment variable ${name}`)
  })
})

test("libpq's keys that ask for nothing special are accepted and go nowhere", () => {
  const dsn =
    'postgres://u@h?channel_binding=prefer&gssencmode=disable&target_session_attrs=any&client_encoding=UTF8&sslcert='
  expect(resolve(dsn).serverSettings).toEqual({})
})

test('a timeout of 0 is kept: no limit', () => {
  expect(resolve({ connectTimeoutMs: 0 }).connectTimeoutMs).toBe(0)
  expect(resolve('postgres://?connect_timeout=0').connectTimeoutMs).toBe(0)
})

test.each([
  [{ hots: 'h' }, 'Did you mean host?'],
  [{ Host: 'h' }, 'Did you mean host?'],
  [{ username: 'u' }, 'Did you mean user?'],
  [{ ssl: true }, 'Did you mean tls?'],
  [{ sslmode: 'require' }, 'Did you mean tls?'],
  [{ application_name: 'a' }, 'Did you mean applicationName?'],
  [{ connectionTimeoutMillis: 1 }, 'Did you mean connectTimeoutMs?'],
  [{ tls: { rejectUnauthorised: true } }, 'Did you mean tls.rejectUnauthorized?'],
])('an unknown option is refused with the nearest known name: %j', (options, proposal) => {
  expect(() => resolveUntyped(options)).toThrow(proposal)
})

test('an unknown option that resembles none is refused without a proposal', () => {
  expect(() => resolveUntyped({ zzzzzzzzzzzzzzzz: 1 })).toThrow(/^Unknown option "zzzzzzzzzzzzzzzz"$/)
})

test.each<[string, unknown]>([
  ['null', null],
  ['a number', 5432],
  ['a URL', new URL('postgres://u:p@h')],
  ['a promise', Promise.resolve('postgres://h')],
  ['an array', ['postgres://h']],
  ['a function', () => 'postgres://h'],
  ['an empty string', ''],
])('a connection cannot be %s', (_what, connection) => {
  expect(() => resolveUntyped(connection)).toThrow(ConfigError)
})

test('a setting may be named as a property that every object has', () => {
  const { serverSettings } = resolve('postgres://u@h?__proto__=a&constructor=b&toString=c')
  expect(Object.entries(serverSettings)).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b'],
    ['toString', 'c'],
  ])
  expect(Object.getPrototypeOf(serverSettings)).toBe(Object.prototype)
})

test('settings cannot be changed', () => {
  const settings = resolve({ host: 'db', tls: true, serverSettings: { a: 'b' } })
  for (const part of [settings, settings.tls, settings.serverSettings]) expect(Object.isFrozen(part)).toBe(true)
})

test('no inspection or serialisation of the settings shows a secret', () => {
  const secret = 'hunter2hunter2'
  const settings = resolve({
    host: 'db',
    password: secret,
    tls: { cert: 'certificate', key: `key ${secret}`, passphrase: `phrase ${secret}` },
  })
  for (const shown of [
    inspect(settings),
    inspect(settings, { showHidden: true, depth: 9 }),
    inspect(Object.getOwnPropertyDescriptors(settings), { showHidden: true, depth: 9 }),
    inspect({ ...settings }, { showHidden: true, depth: 9 }),
    JSON.stringify(settings),
    JSON.stringify(structuredClone(settings)),
  ]) {
    expect(shown).not.toContain('hunter')
  }
  expect(settings.password).toBe(secret)
  expect(settings.tls).toMatchObject({ key: `key ${secret}`, passphrase: `phrase ${secret}` })
})

test('every option has one row: its own name in strings and environment, and a sentence', () => {
  const urls = optionNames.flatMap((name) => connectionOptions[name].url)
  const variables = optionNames.flatMap((name) => connectionOptions[name].env ?? [])
  expect(new Set(urls).size).toBe(urls.length)
  expect(new Set(variables).size).toBe(variables.length)
  for (const name of optionNames) {
    const row = connectionOptions[name]
    expect(row.doc).toMatch(/\.$/)
    if (row.default !== undefined) expect(row.check(row.default, name)).toEqual(row.default)
  }
})
