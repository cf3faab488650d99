import { inspect } from 'node:util'

import { expect, test } from 'vitest'

import { onlyHost } from './only-host.ts'
import { resolveConnectionSettings } from './resolve-connection-settings.ts'

const KEY = Buffer.alloc(32).toString('base64')

const settings = resolveConnectionSettings(
  { host: ['a', 'b', 'b:1'], user: 'u', password: 'hunter2', scramClientKey: KEY, scramServerKey: KEY },
  {},
)

test('the others are gone, and the rest stays', () => {
  const only = onlyHost(settings, { kind: 'tcp', host: 'b', port: 5432, hostaddr: '10.0.0.1' })
  expect({ ...only }).toEqual({ ...settings, hosts: [{ kind: 'tcp', host: 'b', port: 5432 }] })
  expect(only.password).toBe('hunter2')
  expect(only.scramKeys).toBe(settings.scramKeys)
  expect(inspect(only, { showHidden: true })).not.toContain('hunter2')
})

test('a host that is none of them changes nothing', () => {
  expect(onlyHost(settings, { kind: 'tcp', host: 'c', port: 5432 })).toBe(settings)
})
