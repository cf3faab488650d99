import type { Outcome } from './outcome.ts'

/** No connection became free in time. Nothing was sent. */
export class PoolTimeoutError extends Error {
  override readonly name = 'PoolTimeoutError'
  readonly code = 'PGWIRE_POOL_TIMEOUT'
  readonly outcome: Outcome = 'not-sent'
}

/** The pool is closed, or closing and out of time. Nothing was sent. */
export class PoolClosedError extends Error {
  override readonly name = 'PoolClosedError'
  readonly code = 'PGWIRE_POOL_CLOSED'
  readonly outcome: Outcome = 'not-sent'
}
