import { MAX_TIMER_MS } from '../config/option-checks.ts'
import { ConfigError } from '../errors/config-error.ts'

/** How many connections a pool has, and how long things may take. */
export interface PoolOptions {
  /** Connections at most. Default 10. */
  readonly max?: number | undefined
  /** Connections that are opened on first use and not closed for being idle. Default 0. */
  readonly min?: number | undefined
  /**
   * How long `acquire` waits for a free connection, in milliseconds. Default 5000; 0 waits for ever.
   * When it runs out it rejects with `PoolTimeoutError`. Nothing was sent, so it is safe to try again.
   */
  readonly acquireTimeoutMs?: number | undefined
  /** How long a connection may be idle before it is closed, in milliseconds. Default 30,000; 0 keeps it for ever. */
  readonly idleTimeoutMs?: number | undefined
  /**
   * `auto` (default): short statements that read or write and leave nothing behind in their session share connections
   * while none is idle, and leave without waiting for each other. What else there is, and a statement until the pool has
   * seen that it is short, has its connection to itself. `off`: each statement has, as behind a pooler that cannot take it.
   */
  readonly pipelining?: Pipelining | undefined
}

export type Pipelining = 'auto' | 'off'

/** The options with their defaults. */
export interface PoolSettings {
  readonly max: number
  readonly min: number
  readonly acquireTimeoutMs: number
  readonly idleTimeoutMs: number
  readonly pipelining: Pipelining
}

type Counts = Omit<PoolSettings, 'pipelining'>

/** All there is to know about one option. */
export interface PoolOptionRow {
  readonly default: number
  readonly least: number
  readonly most: number
}

/** The first is the default. */
export const pipeliningModes: readonly [Pipelining, Pipelining] = ['auto', 'off']

/** One row per option that is a number: checking, defaults and documentation derive from it. */
export const poolOptions: { readonly [Name in keyof Counts]: PoolOptionRow } = {
  max: { default: 10, least: 1, most: 100_000 },
  min: { default: 0, least: 0, most: 100_000 },
  acquireTimeoutMs: { default: 5_000, least: 0, most: MAX_TIMER_MS },
  idleTimeoutMs: { default: 30_000, least: 0, most: MAX_TIMER_MS },
}

export function resolvePoolSettings(given: PoolOptions = {}): PoolSettings {
  const counts = { max: 0, min: 0, acquireTimeoutMs: 0, idleTimeoutMs: 0 }
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(poolOptions, name) && name !== 'pipelining')
      throw new ConfigError(`Unknown pool option ${JSON.stringify(name)}`)
  }
  for (const name of Object.keys(poolOptions) as (keyof Counts)[]) {
    const { default: fallback, least, most } = poolOptions[name]
    const value = given[name] ?? fallback
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new ConfigError(`The pool option ${name} must be a whole number from ${least} to ${most}`)
    }
    counts[name] = value
  }
  if (counts.min > counts.max) throw new ConfigError('The pool option min must not be larger than max')
  const pipelining = given.pipelining ?? pipeliningModes[0]
  if (!pipeliningModes.includes(pipelining)) {
    throw new ConfigError(`The pool option pipelining must be ${pipeliningModes.join(' or ')}`)
  }
  return { ...counts, pipelining }
}
