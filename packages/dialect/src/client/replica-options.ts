import { UsageError } from '../errors/usage-error.ts'

/** Where a call of a pool goes that only reads. */
export interface ReplicaOptions {
  /**
   * `true`, on a pool: it only reads, and goes to one of the pool's `replicas`; to the primary where there is none, or none that
   * can be reached (see `replicaFallback`). Should it write after all, the server refuses that, with SQLSTATE 25006.
   * Read-only transactions go to replicas without being told, and `false` keeps one on the primary, to see what was
   * written just now. On a connection or in a transaction the server is chosen already, and this changes nothing.
   */
  readonly replica?: boolean | undefined
}

/** Whether a call is marked. Throws `UsageError` for what is neither true nor false. */
export function isMarked(options: ReplicaOptions | undefined): boolean {
  return markOf(options) === true
}

/** The mark of a call; undefined for one without. Throws `UsageError` for what is neither true nor false. */
export function markOf(options: ReplicaOptions | undefined): boolean | undefined {
  const mark: unknown = options?.replica
  if (mark === undefined || typeof mark === 'boolean') return mark
  throw new UsageError('replica must be true or false')
}
