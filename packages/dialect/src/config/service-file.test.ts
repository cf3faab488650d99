import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { ConfigError } from '../errors/config-error.ts'
import type { ConnectionOptions } from './connection-options.ts'
import type { ConnectionSettings } from './connection-settings.ts'
import { resolveConnectionSettings } from './resolve-connection-settings.ts'
import { findService } from './service-file.ts'

test.each<[string, string, [string, string][] | undefined]>([
  ['an empty file', '', undefined],
  ['another service', '[other]\nhost=h', undefined],
  ['a service without options', '[shop]', []],
  [
    'options',
    '[shop]\nhost=h\nport=1\n',
    [
      ['host', 'h'],
      ['port', '1'],
    ],
  ],
  ['comments, empty lines, spaces, Windows', '# [shop]\r\n[shop]\r\n\r\n # x=y\r\n  host = h  \r\n', [['host', 'h']]],
  ['the first of two services of one name', '[shop]\nhost=a\n[shop]\nhost=b', [['host', 'a']]],
  ['the first of equal keys', '[shop]\nhost=a\nhost=b', [['host', 'a']]],
  ['a service between others', '[a]\nhost=a\n[shop]\nhost=h\n[b]\nhost=b', [['host', 'h']]],
  ['a name that only begins so', '[shopping]\nhost=a', undefined],
  ['an equals sign in a value', '[shop]\npassword=a=b', [['password', 'a=b']]],
  ['rubbish in another service', '[other]\nrubbish\n[shop]\nhost=h', [['host', 'h']]],
])('%s', (_what, text, expected) => {
  expect(findService(text, 'shop')).toEqual(expected)
})

test.each([
  ['a line without an equals sign', '[shop]\nsecret'],
  ['a line without a key', '[shop]\n=secret'],
  ['a service in a service', '[shop]\nservice=secret'],
  ['a service file in a service', '[shop]\nservicefile=secret'],
  ['LDAP', '[shop]\nldap://secret/dc=x'],
])('%s is refused, and not repeated', (_what, text) => {
  const refused = (): unknown => findService(text, 'shop')
  expect(refused).toThrow(ConfigError)
  expect(refused).not.toThrow('secret')
})

describe('a service', () => {
  let directory: string
  let file: string
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'service-'))
    file = join(directory, 'services')
    writeFileSync(
      file,
      '[shop]\nhost=s1,s2\nport=6000\nuser=su\npassword=sp\ndbname=sd\nconnect_timeout=3\n[typo]\nhots=secret\n',
    )
    writeFileSync(join(directory, 'pg_service.conf'), '[whole]\nhost=whole\n[shop]\nhost=not-this-one\n')
    writeFileSync(join(directory, '.pg_service.conf'), '[mine]\nhost=mine\n')
  })
  afterAll(() => {
    rmSync(directory, { recursive: true })
  })

  function resolve(
    connection: string | ConnectionOptions | undefined,
    environment: Record<string, string>,
  ): ConnectionSettings {
    return resolveConnectionSettings(connection, { PGUSER: 'eu', PGDATABASE: 'ed', PGPORT: '1', ...environment })
  }

  test('goes before the environment', () => {
    const settings = resolve(undefined, { PGSERVICE: 'shop', PGSERVICEFILE: file })
    expect(settings).toMatchObject({ user: 'su', database: 'sd', connectTimeoutMs: 3000 })
    expect(settings.hosts.map(({ host, port }) => [host, port])).toEqual([
      ['s1', 6000],
      ['s2', 6000],
    ])
    expect(settings.password).toBe('sp')
  })

  test('goes behind the connection string and the options', () => {
    const dsn = `postgres://du@dh:2/?service=shop&servicefile=${file}`
    expect(resolve(dsn, {})).toMatchObject({ hosts: [{ host: 'dh', port: 2 }], user: 'du', database: 'sd' })
    const options = { host: 'oh', user: 'ou', service: 'shop', servicefile: file }
    expect(resolve(options, {})).toMatchObject({ hosts: [{ host: 'oh', port: 6000 }], user: 'ou', database: 'sd' })
    expect(resolve({ connectionString: dsn, user: 'ou' }, {})).toMatchObject({ user: 'ou', hosts: [{ host: 'dh' }] })
  })

  test('is named by keywords, too', () => {
    expect(resolve(`service=shop servicefile='${file}' user=ku`, {})).toMatchObject({ user: 'ku', database: 'sd' })
  })

  test('is looked for in the home directory, then in the directory of the system', () => {
    const places = { HOME: directory, PGSYSCONFDIR: directory }
    expect(resolve({ service: 'mine' }, places).hosts[0].host).toBe('mine')
    expect(resolve({ service: 'whole' }, places).hosts[0].host).toBe('whole')
    expect(resolve({ service: 'whole' }, { ...places, PGSERVICEFILE: file }).hosts[0].host).toBe('whole')
    expect(resolve({ service: 'shop' }, { ...places, PGSERVICEFILE: file }).hosts[0].host).toBe('s1')
  })

  test.each<[string, Record<string, string>, string]>([
    ['that is in no file', { PGSERVICE: 'none', HOME: '/nowhere' }, 'in none of the service files'],
    [
      'whose file is missing',
      { PGSERVICE: 'shop', PGSERVICEFILE: '/nowhere/x' },
      'Cannot read the service file: ENOENT',
    ],
  ])('%s is refused', (_what, environment, message) => {
    expect(() => resolve(undefined, environment)).toThrow(message)
  })

  test('with a key that is no option is refused, and the line not repeated', () => {
    try {
      resolve(undefined, { PGSERVICE: 'typo', PGSERVICEFILE: file })
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError)
      expect(inspect(error)).not.toContain('secret')
    }
  })
})
