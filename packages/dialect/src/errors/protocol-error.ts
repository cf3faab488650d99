import type { Outcome } from './outcome.ts'
import { canBeRepeated } from './safe-to-retry.ts'

/** The server sent bytes, or an order of messages, that the protocol does not allow. The connection is destroyed. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
  readonly code = 'PGWIRE_PROTOCOL_VIOLATION'
  outcome: Outcome = 'unknown'

  /** Whether the same can be asked once more: nothing of it took effect, and the reason is one that passes. */
  get safeToRetry(): boolean {
    return canBeRepeated(this)
  }
}
