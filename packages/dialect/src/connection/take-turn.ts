import type { Outcome } from '../errors/outcome.ts'
import { ProtocolError } from '../errors/protocol-error.ts'
import type { Meter } from '../telemetry/meter.ts'
import type { Exchange } from './exchange.ts'
import type { ServerSession } from './server-session.ts'
import type { Turn } from './session.ts'

/** A call that can be given up while it waits, or while something is sent for it. */
export interface Withdrawable {
  readonly server: ServerSession
  readonly reject: (error: Error) => void
  /** What runs for it now; null while it waits. */
  exchange: Exchange | null
  /** The caller has given up: what was not sent must not be sent any more. */
  withdrawn: boolean
  /** What is known of its effect, should it be given up now; absent, it is `not-sent`. Of what can be taken back as well. */
  effect?: Outcome
  /** Counts what it costs, while somebody wants to know. */
  readonly meter?: Meter | undefined
}

/**
 * Runs `flow` for a request when nobody else writes; should it throw, the request is rejected. What was withdrawn meanwhile
 * is let be. `lost` makes the error for a connection that dies before.
 */
export function takeTurn(
  request: Withdrawable,
  flow: (turn: Turn) => Promise<void>,
  lost: (error: Error) => Error = (error) => error,
): void {
  const { server, reject } = request
  const { session } = server
  request.exchange = null
  const start = (turn: Turn): void => {
    if (request.withdrawn) {
      turn.end()
      return
    }
    const send = (exchange: Exchange): void => {
      request.exchange = exchange
      if (request.meter !== undefined) session.measure(exchange, request.meter)
      turn.send(exchange)
    }
    flow({ ...turn, send })
      .catch((error: Error) => {
        if (error instanceof ProtocolError) session.destroy(error)
        // First, so that whoever learns of it finds the session free.
        turn.end()
        reject(error)
      })
      .finally(() => turn.end())
  }
  session.turn(start, (error) => reject(lost(error)))
}
