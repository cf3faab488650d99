import { describe, expect, test } from 'vitest'

import { ConfigError } from '../errors/config-error.ts'
import type { ConnectionOptions } from './connection-options.ts'
import type { ConnectionSettings } from './connection-settings.ts'
import type { Environment } from './option-sources.ts'
import { resolveConnectionSettings } from './resolve-connection-settings.ts'
import { resolveReplicaSettings } from './resolve-replica-settings.ts'

function resolve(
  replica: string | ConnectionOptions,
  connection?: string | ConnectionOptions,
  environment: Environment = {},
): ConnectionSettings {
  return resolveReplicaSettings(replica, connection, resolveConnectionSettings(connection, environment), environment)
}

const PRIMARY: ConnectionOptions = {
  connectionString: 'postgres://app:secret@db/shop?application_name=web',
  tls: { ca: 'a certificate' },
  searchPath: 'shop',
  queryTimeoutMs: 900,
}

test('what a replica does not say is as for the primary', () => {
  const replica = resolve({ host: 'replica' }, PRIMARY)
  const { hosts, password, ...rest } = replica
  const { hosts: _, ...primary } = resolveConnectionSettings(PRIMARY, {})
  expect(hosts).toEqual([{ kind: 'tcp', host: 'replica', port: 5432 }])
  expect(password).toBe('secret')
  expect({ ...rest }).toEqual({ ...primary })
})

test('what it says goes before', () => {
  const replica = resolve('postgres://reader@replica/copy?application_name=reports', PRIMARY)
  expect(replica).toMatchObject({ user: 'reader', database: 'copy', applicationName: 'reports', queryTimeoutMs: 900 })
  expect(replica.password).toBe('secret')
  expect(resolve({ host: 'replica', queryTimeoutMs: 0 }, PRIMARY).queryTimeoutMs).toBe(0)
  expect(resolve({ host: 'replica', tls: false }, PRIMARY).tls).toBe(false)
})

test('the environment says what neither of them does', () => {
  const environment = { PGUSER: 'env', PGDATABASE: 'shop', PGPASSWORD: 'secret', PGHOST: 'db', PGHOSTADDR: '10.0.0.1' }
  const replica = resolve({ host: 'replica' }, undefined, environment)
  expect(replica).toMatchObject({ user: 'env', database: 'shop' })
  expect(replica.hosts).toEqual([{ kind: 'tcp', host: 'replica', port: 5432 }])
  expect(replica.password).toBe('secret')
})

describe('its hosts are its own', () => {
  test.each<[ConnectionOptions | string, ConnectionOptions | string, [string, number][]]>([
    [{ host: 'r' }, { host: 'p', port: 6432 }, [['r', 6432]]],
    [{ host: 'r', port: 5433 }, { host: 'p', port: 6432 }, [['r', 5433]]],
    ['postgres://r:5433', 'postgres://p:6432', [['r', 5433]]],
    ['postgres://r', 'postgres://p:6432', [['r', 6432]]],
    ['postgres://r', 'postgres://p:1,q:2', [['r', 5432]]],
    [
      'postgres://r,s:7',
      'postgres://p:6',
      [
        ['r', 5432],
        ['s', 7],
      ],
    ],
    [{ port: 5433 }, { host: 'p', port: 6432 }, [['p', 5433]]],
    [
      { port: 5433 },
      'postgres://p,q',
      [
        ['p', 5433],
        ['q', 5433],
      ],
    ],
    [{ host: '/run/replica' }, { host: 'p', port: 6432 }, [['/run/replica', 6432]]],
    [{ hostaddr: '10.0.0.2' }, { host: 'p', port: 6432 }, [['10.0.0.2', 6432]]],
  ])('%j beside %j', (replica, primary, expected) => {
    const { hosts } = resolve(replica, primary, { PGUSER: 'app' })
    expect(hosts.map(({ host, port }) => [host, port])).toEqual(expected)
  })
})

test('which hosts will do is not asked as for the primary', () => {
  const primary = 'postgres://app@p,q/shop?target_session_attrs=read-write&load_balance_hosts=random'
  expect(resolve({ host: 'r' }, primary)).toMatchObject({ targetSessionAttrs: 'any', loadBalanceHosts: 'disable' })
  const environment = { PGUSER: 'app', PGTARGETSESSIONATTRS: 'primary' }
  expect(resolve({ host: 'r' }, undefined, environment).targetSessionAttrs).toBe('any')
  const own = { host: 'r,s', targetSessionAttrs: 'prefer-standby', loadBalanceHosts: 'random' } as const
  expect(resolve(own, primary)).toMatchObject({ targetSessionAttrs: 'prefer-standby', loadBalanceHosts: 'random' })
})

test.each<[unknown]>([[{}], [{ user: 'reader' }], ['postgres:///shop'], [undefined]])(
  '%j has no address, and is refused',
  (replica) => {
    expect(() => resolve(replica as ConnectionOptions, PRIMARY)).toThrow('A replica needs an address of its own')
  },
)

test.each<[unknown]>([[{ hosts: ['r'] }], ['http://r'], [null], [42], [{ host: 'r', port: 70_000 }]])(
  '%j is refused',
  (replica) => {
    expect(() => resolve(replica as ConnectionOptions, PRIMARY)).toThrow(ConfigError)
  },
)

test('no secret is shown', () => {
  expect(JSON.stringify(resolve({ host: 'r', password: 'hidden' }, PRIMARY))).not.toMatch(/secret|hidden/)
})
