import type { ConnectionOptions } from '../config/connection-options.ts'
import { MAX_TIMER_MS } from '../config/option-checks.ts'
import { ConfigError } from '../errors/config-error.ts'
import { type PoolHooks, poolHooks } from './pool-hooks.ts'

/** How many connections a pool has, how long things may take, and what is done to connections between their uses. */
export interface PoolOptions extends PoolHooks {
  /** Connections at most. Default 10. */
  readonly max?: number | undefined
  /** Connections that are kept: opened on first use or by `warmUp`, not closed for being idle, replaced when lost. Default 0. */
  readonly min?: number | undefined
  /**
   * How long `acquire` waits for a free connection, in milliseconds. Default 5000; 0 waits for ever.
   * When it runs out it rejects with `PoolTimeoutError`. Nothing was sent, so it is safe to try again.
   */
  readonly acquireTimeoutMs?: number | undefined
  /** Calls that may wait for a connection. One more rejects at once with `PoolExhaustedError`. Default 100,000. */
  readonly maxWaiting?: number | undefined
  /** How long a connection may be idle before it is closed, in milliseconds. Default 30,000; 0 keeps it for ever. */
  readonly idleTimeoutMs?: number | undefined
  /**
   * How long a connection may live, in milliseconds; up to a tenth less, so that not all leave together. Whoever is on it is
   * not disturbed. Default 3,600,000; 0 is for ever.
   */
  readonly maxLifetimeMs?: number | undefined
  /** How often a connection is lent, or shared by a statement, before it is replaced. Default 0: any number of times. */
  readonly maxUses?: number | undefined
  /**
   * A connection that was idle for longer has to answer before it is lent, in milliseconds. One that does not within a
   * second is replaced, and nobody notices. Default 10,000; 0 asks none.
   */
  readonly checkAfterIdleMs?: number | undefined
  /** How often idle connections have to answer although nobody wants them, in milliseconds. Default 0: never. */
  readonly checkIdleEveryMs?: number | undefined
  /** How long a hook may take, in milliseconds. Default 10,000; 0 is as long as it takes. */
  readonly hookTimeoutMs?: number | undefined
  /**
   * A connection that is held for longer leads to a warning of the process with the stack of whoever acquired it, in
   * milliseconds. Default 0: nothing is noted. Notes cost some microseconds for each `acquire`.
   */
  readonly leakDetectionMs?: number | undefined
  /**
   * `auto` (default): short statements that read or write and leave nothing behind in their session share connections
   * while none is idle, and leave without waiting for each other. What else there is, and a statement until the pool has
   * seen that it is short, has its connection to itself. `off`: each statement has, as behind a pooler that cannot take it.
   */
  readonly pipelining?: Pipelining | undefined
  /**
   * What a connection that comes back is freed of, besides a transaction and LISTEN. `smart` (default): settings, roles, cursors,
   * temporary tables and advisory locks, if a statement or what the server reports tells that there may be any; otherwise
   * nothing is sent. `discard-all`: everything, by DISCARD ALL, whenever somebody had it alone. `none`: nothing.
   */
  readonly reset?: Reset | undefined
  /** Lets the process end although connections are in use. Idle ones never keep it alive. Default false. */
  readonly unref?: boolean | undefined
  /**
   * Servers that have what the primary has, for what only reads: connection strings, or options. What one does not say for
   * itself is as for the primary: user, password, database, TLS and the like, and the port. To each there are as many connections
   * as to the primary, opened when they are needed. Default none.
   */
  readonly replicas?: readonly (string | ConnectionOptions)[] | undefined
  /** Whether reads go to the primary when no replica can be reached. Default true; without, they fail. */
  readonly replicaFallback?: boolean | undefined
}

export type Pipelining = 'auto' | 'off'
export type Reset = 'smart' | 'discard-all' | 'none'

/** The options with their defaults. */
export interface PoolSettings extends Counts {
  readonly pipelining: Pipelining
  readonly reset: Reset
  readonly unref: boolean
  readonly replicaFallback: boolean
  readonly hooks: PoolHooks
}

interface Counts {
  readonly max: number
  readonly min: number
  readonly acquireTimeoutMs: number
  readonly maxWaiting: number
  readonly idleTimeoutMs: number
  readonly maxLifetimeMs: number
  readonly maxUses: number
  readonly checkAfterIdleMs: number
  readonly checkIdleEveryMs: number
  readonly hookTimeoutMs: number
  readonly leakDetectionMs: number
}

/** All there is to know about one option. */
export interface PoolOptionRow {
  readonly default: number
  readonly least: number
  readonly most: number
}

/** The first is the default. */
export const pipeliningModes: readonly [Pipelining, Pipelining] = ['auto', 'off']
export const resetPolicies: readonly [Reset, Reset, Reset] = ['smart', 'discard-all', 'none']

const MOST_CONNECTIONS = 100_000
const MOST_CALLS = 1_000_000_000

/** One row per option that is a number: checking, defaults and documentation derive from it. */
export const poolOptions: { readonly [Name in keyof Counts]: PoolOptionRow } = {
  max: { default: 10, least: 1, most: MOST_CONNECTIONS },
  min: { default: 0, least: 0, most: MOST_CONNECTIONS },
  acquireTimeoutMs: { default: 5_000, least: 0, most: MAX_TIMER_MS },
  maxWaiting: { default: 100_000, least: 1, most: MOST_CALLS },
  idleTimeoutMs: { default: 30_000, least: 0, most: MAX_TIMER_MS },
  maxLifetimeMs: { default: 3_600_000, least: 0, most: MAX_TIMER_MS },
  maxUses: { default: 0, least: 0, most: MOST_CALLS },
  checkAfterIdleMs: { default: 10_000, least: 0, most: MAX_TIMER_MS },
  checkIdleEveryMs: { default: 0, least: 0, most: MAX_TIMER_MS },
  hookTimeoutMs: { default: 10_000, least: 0, most: MAX_TIMER_MS },
  leakDetectionMs: { default: 0, least: 0, most: MAX_TIMER_MS },
}

const otherOptions: ReadonlySet<string> = new Set([
  'pipelining',
  'reset',
  'unref',
  'replicas',
  'replicaFallback',
  ...poolHooks,
])

export function resolvePoolSettings(given: PoolOptions = {}): PoolSettings {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(poolOptions, name) && !otherOptions.has(name))
      throw new ConfigError(`Unknown pool option ${JSON.stringify(name)}`)
  }
  const names = Object.keys(poolOptions) as (keyof Counts)[]
  const counts = Object.fromEntries(names.map((name) => [name, count(given, name)])) as {
    [Name in keyof Counts]: number
  }
  if (counts.min > counts.max) throw new ConfigError('The pool option min must not be larger than max')
  if (given.replicas !== undefined && !Array.isArray(given.replicas))
    throw new ConfigError('The pool option replicas must be an array')
  return {
    ...counts,
    pipelining: oneOf('pipelining', given.pipelining, pipeliningModes),
    reset: oneOf('reset', given.reset, resetPolicies),
    unref: flag('unref', given.unref, false),
    replicaFallback: flag('replicaFallback', given.replicaFallback, true),
    hooks: hooksOf(given),
  }
}

function count(given: PoolOptions, name: keyof Counts): number {
  const { default: fallback, least, most } = poolOptions[name]
  const value = given[name] ?? fallback
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new ConfigError(`The pool option ${name} must be a whole number from ${least} to ${most}`)
}

function flag(name: string, value: boolean | undefined, fallback: boolean): boolean {
  if (value !== undefined && typeof value !== 'boolean') {
    throw new ConfigError(`The pool option ${name} must be true or false`)
  }
  return value ?? fallback
}

function oneOf<Value extends string>(
  name: string,
  value: Value | undefined,
  values: readonly [Value, ...Value[]],
): Value {
  const chosen = value ?? values[0]
  if (values.includes(chosen)) return chosen
  throw new ConfigError(`The pool option ${name} must be ${values.join(' or ')}`)
}

function hooksOf(given: PoolOptions): PoolHooks {
  for (const name of poolHooks) {
    const hook = given[name]
    if (hook !== undefined && typeof hook !== 'function')
      throw new ConfigError(`The pool option ${name} must be a function`)
  }
  const { onConnect, onAcquire, onRelease } = given
  return { onConnect, onAcquire, onRelease }
}
