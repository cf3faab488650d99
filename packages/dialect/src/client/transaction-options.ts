import { UsageError } from '../errors/usage-error.ts'
import type { ReplicaOptions } from './replica-options.ts'

/** @see https://www.postgresql.org/docs/current/transaction-iso.html */
export type IsolationLevel = 'read uncommitted' | 'read committed' | 'repeatable read' | 'serializable'

export type AccessMode = 'read only' | 'read write'

/** How to run a transaction. What is left out is as the session's defaults say. */
export interface TransactionOptions extends ReplicaOptions {
  readonly isolationLevel?: IsolationLevel | undefined
  readonly accessMode?: AccessMode | undefined
  /** Lets a serializable read-only transaction wait for a moment in which it can neither fail nor disturb. */
  readonly deferrable?: boolean | undefined
  /**
   * Gives the transaction up: what is running is cancelled, later statements are refused, and it is rolled back. The call
   * rejects with the signal's reason: at once before the transaction has begun, later when the function has ended. A
   * COMMIT that is on its way is not stopped.
   */
  readonly signal?: AbortSignal | undefined
}

/** Each setting with what it may be, its words in BEGIN, and where the server says what it is. */
const SETTINGS = [
  {
    option: 'isolationLevel',
    values: ['read uncommitted', 'read committed', 'repeatable read', 'serializable'],
    words: (value: unknown): string => `isolation level ${String(value)}`,
    setting: 'transaction_isolation',
    current: (value: unknown): string => String(value),
  },
  {
    option: 'accessMode',
    values: ['read only', 'read write'],
    words: (value: unknown): string => String(value),
    setting: 'transaction_read_only',
    current: (value: unknown): string => (value === 'read only' ? 'on' : 'off'),
  },
  {
    option: 'deferrable',
    values: [true, false],
    words: (value: unknown): string => (value === true ? 'deferrable' : 'not deferrable'),
    setting: 'transaction_deferrable',
    current: (value: unknown): string => (value === true ? 'on' : 'off'),
  },
] as const

/** The BEGIN of a transaction. Throws `UsageError` for a setting that PostgreSQL does not have. */
export function beginStatement(options: TransactionOptions): string {
  return [
    'begin',
    chosen(options)
      .map(({ words }) => words)
      .join(', '),
  ]
    .join(' ')
    .trim()
}

/** A setting of a nested transaction, and what the server has to say of it. */
export interface RequiredSetting {
  readonly option: string
  readonly setting: string
  readonly current: string
}

/** What a nested transaction asks for. It can only ask for what the outer one has. */
export function requiredSettings(options: TransactionOptions): RequiredSetting[] {
  return chosen(options).map(({ option, setting, current }) => ({ option, setting, current }))
}

function chosen(options: TransactionOptions): (RequiredSetting & { readonly words: string })[] {
  return SETTINGS.flatMap(({ option, values, words, setting, current }) => {
    const value = options[option]
    if (value === undefined) return []
    if (!(values as readonly unknown[]).includes(value)) {
      throw new UsageError(`${option} must be one of ${values.map((allowed) => JSON.stringify(allowed)).join(', ')}`)
    }
    return [{ option, setting, words: words(value), current: current(value) }]
  })
}
