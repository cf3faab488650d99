import type { Outcome } from './outcome.ts'

/**
 * What passes: a conflict with another transaction, too few resources or connections, a lock that somebody has, a server
 * that stops or starts, a connection that is lost.
 */
const TRANSIENT: ReadonlySet<string> = new Set([
  '08000',
  '08001',
  '08003',
  '08006',
  '40001',
  '40P01',
  '53000',
  '53100',
  '53200',
  '53300',
  '55006',
  '55P03',
  '57P01',
  '57P02',
  '57P03',
  '57P05',
  'PGWIRE_CONNECT_FAILED',
  'PGWIRE_CONNECT_TIMEOUT',
  'PGWIRE_CONNECTION_LOST',
  'PGWIRE_POOL_EXHAUSTED',
  'PGWIRE_POOL_TIMEOUT',
  'PGWIRE_PROTOCOL_VIOLATION',
  'PGWIRE_QUERY_TIMEOUT',
])

/** Whether what failed can be asked once more: it has no effect that would be repeated, and the reason is one that passes. */
export function canBeRepeated({ code, outcome }: { readonly code: string; readonly outcome: Outcome }): boolean {
  return (outcome === 'not-sent' || outcome === 'rolled-back') && TRANSIENT.has(code)
}

/** Whether an error says that what failed with it can be asked once more; false for one that says nothing of it. */
export function isSafeToRetry(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'safeToRetry' in error && error.safeToRetry === true
}
