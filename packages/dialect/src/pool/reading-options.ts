import { markOf } from '../client/replica-options.ts'
import type { TransactionOptions } from '../client/transaction-options.ts'
import { UsageError } from '../errors/usage-error.ts'

/** The options of a transaction, and whether it may run on a replica. */
export interface ReadingOptions extends TransactionOptions {
  readonly onReplica: boolean
}

/**
 * What is marked is read only, and what is read only goes to a replica unless it is marked otherwise. A standby has no
 * serializable transactions, and so no deferrable ones that mean anything: those stay on the primary.
 * @see https://www.postgresql.org/docs/current/hot-standby.html#HOT-STANDBY-CAVEATS
 */
export function readingOptions(options: TransactionOptions): ReadingOptions {
  const mark = markOf(options)
  const { replica: _, ...rest } = options
  if (mark === true && rest.accessMode === 'read write') {
    throw new UsageError('A transaction on a replica is read only: leave accessMode out, or replica')
  }
  const settings = mark === true ? { ...rest, accessMode: 'read only' as const } : rest
  return { ...settings, onReplica: mark !== false && isForReplica(settings) }
}

/** Whether a transaction with these settings is one that a standby can run. */
export function isForReplica({
  accessMode,
  isolationLevel,
  deferrable,
}: {
  readonly accessMode?: string | undefined
  readonly isolationLevel?: string | undefined
  readonly deferrable?: boolean | undefined
}): boolean {
  return accessMode === 'read only' && isolationLevel !== 'serializable' && deferrable !== true
}
