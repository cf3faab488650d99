import type { Outcome } from './outcome.ts'
import { canBeRepeated } from './safe-to-retry.ts'

/** No connection became free in time. Nothing was sent. */
export class PoolTimeoutError extends Error {
  override readonly name = 'PoolTimeoutError'
  readonly code = 'PGWIRE_POOL_TIMEOUT'
  readonly outcome: Outcome = 'not-sent'

  /** Whether the same can be asked once more: yes, nothing of it was sent. */
  get safeToRetry(): boolean {
    return canBeRepeated(this)
  }
}

/** So many calls wait for a connection already that no more may. Nothing was sent. */
export class PoolExhaustedError extends Error {
  override readonly name = 'PoolExhaustedError'
  readonly code = 'PGWIRE_POOL_EXHAUSTED'
  readonly outcome: Outcome = 'not-sent'

  /** Whether the same can be asked once more: yes, nothing of it was sent. */
  get safeToRetry(): boolean {
    return canBeRepeated(this)
  }
}

/** The pool is closed, or closing and out of time. Nothing was sent. */
export class PoolClosedError extends Error {
  override readonly name = 'PoolClosedError'
  readonly code = 'PGWIRE_POOL_CLOSED'
  readonly outcome: Outcome = 'not-sent'

  /** Whether the same can be asked once more: no, it would fail again. */
  get safeToRetry(): boolean {
    return canBeRepeated(this)
  }
}
