import { expect, test } from 'vitest'

import { ConfigError } from '../errors/config-error.ts'
import { type PoolOptions, resolvePoolSettings } from './pool-options.ts'

const defaults = {
  max: 10,
  min: 0,
  acquireTimeoutMs: 5_000,
  maxWaiting: 100_000,
  idleTimeoutMs: 30_000,
  maxLifetimeMs: 3_600_000,
  maxUses: 0,
  checkAfterIdleMs: 10_000,
  checkIdleEveryMs: 0,
  hookTimeoutMs: 10_000,
  leakDetectionMs: 0,
  pipelining: 'auto',
  reset: 'smart',
  unref: false,
  replicaFallback: true,
  hooks: {},
}

test('without options there are defaults', () => {
  expect(resolvePoolSettings()).toEqual(defaults)
})

test('what is given is taken, and undefined is the default', () => {
  const onConnect = () => {}
  const given = { max: 3, min: 3, acquireTimeoutMs: 0, maxUses: 7, reset: 'none', unref: true } as const
  const settings = resolvePoolSettings({ ...given, idleTimeoutMs: undefined, pipelining: undefined, onConnect })
  expect(settings).toEqual({ ...defaults, ...given, hooks: { onConnect } })
})

test.each([
  [{ max: 0 }],
  [{ max: -1 }],
  [{ max: 1.5 }],
  [{ max: Number.NaN }],
  [{ max: Number.POSITIVE_INFINITY }],
  [{ max: 100_001 }],
  [{ max: '10' as never }],
  [{ min: -1 }],
  [{ min: 11 }],
  [{ max: 2, min: 3 }],
  [{ acquireTimeoutMs: -1 }],
  [{ acquireTimeoutMs: 2 ** 31 }],
  [{ idleTimeoutMs: 0.5 }],
  [{ maximum: 3 } as never],
  [{ constructor: 3 } as never],
  [{ toString: 3 } as never],
  [{ hasOwnProperty: 3 } as never],
  [{ pipelining: 'on' as never }],
  [{ pipelining: true as never }],
  [{ reset: 'all' as never }],
  [{ reset: '' as never }],
  [{ unref: 1 as never }],
  [{ replicas: 'postgres://replica' as never }],
  [{ replicas: null as never }],
  [{ replicaFallback: 'no' as never }],
  [{ onConnect: 'select 1' as never }],
  [{ onRelease: null as never }],
  [{ maxWaiting: 0 }],
  [{ maxLifetimeMs: -1 }],
  [{ maxUses: 1.5 }],
])('%j is refused', (options: PoolOptions) => {
  expect(() => resolvePoolSettings(options)).toThrow(ConfigError)
})

test('the refusal names the option and its bounds', () => {
  expect(() => resolvePoolSettings({ max: 0 })).toThrow('The pool option max must be a whole number from 1 to 100000')
  expect(() => resolvePoolSettings({ maximum: 3 } as never)).toThrow('Unknown pool option "maximum"')
})
