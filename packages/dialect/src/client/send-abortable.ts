import type { ConnectionSettings } from '../config/connection-settings.ts'
import { cancelRunning } from '../connection/cancel-request.ts'
import type { Withdrawable } from '../connection/take-turn.ts'

/**
 * Runs `send` for a request until it is settled or the signal fires. Then the caller is told at once; what was not sent is
 * withdrawn, and what runs alone is cancelled on the server. `abandon` ends what the server would wait to be continued.
 */
export function sendAbortable<Request extends Withdrawable & { readonly resolve: (result: never) => void }>(
  request: Request,
  signal: AbortSignal | undefined,
  settings: ConnectionSettings,
  send: (request: Request) => void,
  abandon: (request: Request, reason: unknown) => void = () => {},
): void {
  if (signal === undefined) {
    send(request)
    return
  }
  const { resolve, reject } = request
  if (signal.aborted) {
    reject(signal.reason as Error)
    return
  }
  const settled = (): void => signal.removeEventListener('abort', abort)
  const abortable: Request = {
    ...request,
    resolve: (result: never) => {
      settled()
      resolve(result)
    },
    reject: (error: Error) => {
      settled()
      reject(error)
    },
  }
  const abort = (): void => {
    abortable.withdrawn = true
    reject(signal.reason as Error)
    abandon(abortable, signal.reason)
    const { exchange, server } = abortable
    if (exchange === null || server.session.withdraw(exchange)) return
    if (server.session.isAlone(exchange)) void cancelRunning(server, settings)
  }
  signal.addEventListener('abort', abort, { once: true })
  send(abortable)
}
