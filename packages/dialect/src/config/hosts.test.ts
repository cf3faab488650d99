import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { ConfigError } from '../errors/config-error.ts'
import { resolveHosts, type WrittenHosts } from './hosts.ts'
import { resolveConnectionSettings } from './resolve-connection-settings.ts'

const defaults = { host: 'localhost', port: 5432 }

function resolve(written: Partial<WrittenHosts>): readonly string[] {
  const nothing = { host: undefined, port: undefined, hostaddr: undefined, first: 'both' } as const
  return resolveHosts({ ...nothing, ...written }, defaults).map((server) => {
    if (server.kind === 'unix') return server.path
    return `${server.host}|${server.port}${server.hostaddr === undefined ? '' : `|${server.hostaddr}`}`
  })
}

test.each<[Partial<WrittenHosts>, string[]]>([
  [{}, ['localhost|5432']],
  [{ port: 1 }, ['localhost|1']],
  [{ host: 'a' }, ['a|5432']],
  [{ host: 'a,b' }, ['a|5432', 'b|5432']],
  [{ host: ['a', 'b'] }, ['a|5432', 'b|5432']],
  [{ host: 'a,b', port: 1 }, ['a|1', 'b|1']],
  [{ host: 'a,b,c', port: [1, undefined, 3] }, ['a|1', 'b|5432', 'c|3']],
  [{ host: 'a:1,b:2' }, ['a|1', 'b|2']],
  [{ host: 'a:1,b', port: [undefined, 2] }, ['a|1', 'b|2']],
  [{ host: 'a,,b' }, ['a|5432', 'localhost|5432', 'b|5432']],
  [{ host: '::1,[::2],[::3]:7' }, ['::1|5432', '::2|5432', '::3|7']],
  [{ host: 'fe80::1%eth0' }, ['fe80::1%eth0|5432']],
  [{ host: '/tmp,b', port: [1, 2] }, ['/tmp/.s.PGSQL.1', 'b|2']],
  [{ host: ['/a,b'] }, ['/a,b/.s.PGSQL.5432']],
  [
    { host: '127.0.0.1:5432,/cloudsql/p:r:i,localhost:5433' },
    ['127.0.0.1|5432', '/cloudsql/p:r:i/.s.PGSQL.5432', 'localhost|5433'],
  ],
  [{ host: 'a,b', hostaddr: '1.1.1.1,::2' }, ['a|5432|1.1.1.1', 'b|5432|::2']],
  [{ host: 'a,b', hostaddr: '1.1.1.1,' }, ['a|5432|1.1.1.1', 'b|5432']],
  [{ hostaddr: ['1.1.1.1', '2.2.2.2'] }, ['1.1.1.1|5432|1.1.1.1', '2.2.2.2|5432|2.2.2.2']],
  // What was written in the place that goes before the other's.
  [{ host: 'a:1', port: 2, first: 'host' }, ['a|1']],
  [{ host: 'a:1,b', port: 2, first: 'port' }, ['a|2', 'b|2']],
])('%j', (written, expected) => {
  expect(resolve(written)).toEqual(expected)
})

describe('refused', () => {
  test.each<[Partial<WrittenHosts>]>([
    [{ host: 'a,b,c', port: [1, 2] }],
    [{ host: 'a', port: [1, 2] }],
    [{ port: [1, 2] }],
    [{ host: 'a,b', hostaddr: '1.1.1.1' }],
    [{ host: 'a', hostaddr: '1.1.1.1,2.2.2.2' }],
    [{ host: 'a:1', port: 1 }],
    [{ host: 'a:' }],
    [{ host: 'a:0' }],
    [{ host: 'a:65536' }],
    [{ host: 'a:1e3' }],
    [{ host: '[::1' }],
    [{ host: '[]' }],
    [{ host: '[::1]5' }],
    [{ host: '@abstract' }],
    [{ host: 'h,'.repeat(256) }],
  ])('%j', (written) => {
    expect(() => resolve(written)).toThrow(ConfigError)
  })
})

describe('hostaddr has to be IP addresses:', () => {
  const resolved = (hostaddr: string): unknown => resolveConnectionSettings({ hostaddr }, { PGUSER: 'u' })

  test.each(['1.2.3.4', '::1', 'fe80::1%eth0', '::ffff:1.2.3.4', '1.2.3.4,::1', '1.2.3.4,'])('%s', (hostaddr) => {
    expect(() => resolved(hostaddr)).not.toThrow()
  })

  test.each(['localhost', 'abc', 'face.cafe', '1.2.3', '1.2.3.4:5', '/tmp', '[::1]', `${':'.repeat(100_000)}x`])(
    'not %.20s',
    (hostaddr) => {
      expect(() => resolved(hostaddr)).toThrow('must be an IP address')
    },
  )
})

test('in the environment, ports and hosts pair up, too', () => {
  const { hosts } = resolveConnectionSettings(undefined, { PGHOST: 'a,b', PGPORT: '1,2', PGHOSTADDR: '::1,::2' })
  expect(hosts).toEqual([
    { kind: 'tcp', host: 'a', port: 1, hostaddr: '::1' },
    { kind: 'tcp', host: 'b', port: 2, hostaddr: '::2' },
  ])
})

test('hosts and ports come back from a connection string, whatever they are', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[\0,:/@[\]]/.test(text))
  const port = fc.integer({ min: 1, max: 65_535 })
  fc.assert(
    fc.property(fc.array(fc.tuple(name, port), { minLength: 1, maxLength: 9 }), (servers) => {
      fc.pre(servers.every(([host]) => host.isWellFormed()))
      const authority = servers.map(([host, at]) => `${encodeURIComponent(host)}:${at}`).join(',')
      const { hosts } = resolveConnectionSettings(`postgres://u:p@${authority}/d`, {})
      expect(hosts.map(({ host, port: at }) => [host, at])).toEqual(servers)
    }),
  )
})
