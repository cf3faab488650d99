import { inspect } from 'node:util'

import { describe, expect, test } from 'vitest'

import { ConfigError } from '../errors/config-error.ts'
import { onlyHost } from './only-host.ts'
import { resolveConnectionSettings } from './resolve-connection-settings.ts'

const clientKey = Buffer.alloc(32, 250)
const serverKey = Buffer.alloc(32, 7)
const scramClientKey = clientKey.toString('base64')
const scramServerKey = serverKey.toString('base64')

const settings = (connection: Parameters<typeof resolveConnectionSettings>[0]) =>
  resolveConnectionSettings(connection, { PGUSER: 'app' })

test('keys are read from an object and from a connection string, and are none where there are none', () => {
  expect(settings({ scramClientKey, scramServerKey }).scramKeys).toEqual({ clientKey, serverKey })
  const query = new URLSearchParams({ scram_client_key: scramClientKey, scram_server_key: scramServerKey }).toString()
  expect(settings(`postgres://h?${query}`).scramKeys).toEqual({ clientKey, serverKey })
  const connectionString = `scram_client_key=${scramClientKey}`
  expect(settings({ connectionString, scramServerKey }).scramKeys).toEqual({ clientKey, serverKey })
  expect(settings({}).scramKeys).toBeUndefined()
})

describe('are refused, and not repeated:', () => {
  test.each<[string, object]>([
    ['one without the other', { scramClientKey }],
    ['the other without the one', { scramServerKey }],
    ['31 bytes', { scramClientKey: Buffer.alloc(31, 250).toString('base64'), scramServerKey }],
    ['33 bytes', { scramClientKey: Buffer.alloc(33, 250).toString('base64'), scramServerKey }],
    ['base64 without its padding', { scramClientKey: scramClientKey.replace('=', ''), scramServerKey }],
    ['base64url', { scramClientKey: clientKey.toString('base64url'), scramServerKey }],
    ['hexadecimal digits', { scramClientKey: clientKey.toString('hex'), scramServerKey }],
    ['bytes', { scramClientKey: clientKey, scramServerKey }],
  ])('%s', (_what, keys) => {
    expect(() => settings(keys)).toThrow(ConfigError)
    expect(() => settings(keys)).not.toThrow(/[-+/_]{2}|fafa/)
  })
})

test('nothing shows them, and no copy loses them', () => {
  const found = settings({ host: 'h', scramClientKey, scramServerKey })
  const copy = onlyHost(found, found.hosts[0])
  expect(copy.scramKeys).toBe(found.scramKeys)
  for (const one of [found, { ...found }, copy]) {
    expect(inspect(one, { depth: 9, showHidden: true })).not.toMatch(/fa fa|250/)
    expect(JSON.stringify(one)).not.toContain('250')
  }
})
