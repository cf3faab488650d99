import type { ConnectionSettings } from '../config/connection-settings.ts'
import { cancelRunning } from '../connection/cancel-request.ts'
import type { Withdrawable } from '../connection/take-turn.ts'
import { TimeLimit } from '../connection/time-limit.ts'
import type { Outcome } from '../errors/outcome.ts'
import { QueryTimeoutError } from '../errors/query-timeout-error.ts'
import { type CallOptions, checkCallOptions, timeLimit } from './call-options.ts'

/**
 * Runs `send` for a request until it is settled, the signal fires or its time is over. Then the caller is told at once; what
 * was not sent is withdrawn, and what runs alone is cancelled on the server. `abandon` ends what the server would wait to be
 * continued.
 */
export function sendAbortable<Request extends Withdrawable & { readonly resolve: (result: never) => void }>(
  request: Request,
  options: CallOptions | undefined,
  settings: ConnectionSettings,
  send: (request: Request) => void,
  abandon: (request: Request, reason: unknown) => void = () => {},
): void {
  if (options === undefined && settings.queryTimeoutMs === 0) {
    send(request)
    return
  }
  const { resolve, reject } = request
  const signal = options?.signal
  const timeoutMs = timeLimit(options, settings)
  try {
    if (options !== undefined) checkCallOptions(options)
    signal?.throwIfAborted()
  } catch (error) {
    reject(error as Error)
    return
  }
  if (signal === undefined && timeoutMs === 0) {
    send(request)
    return
  }
  let limit: TimeLimit | undefined
  const settled = (): void => {
    limit?.stop()
    signal?.removeEventListener('abort', abort)
  }
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
  const stop = (reason: unknown): void => {
    settled()
    reject(reason as Error)
    const outcome = giveUp(abortable, settings, () => abandon(abortable, reason))
    // Also where it is the reason of a signal, which was made before anybody knew.
    if (reason instanceof QueryTimeoutError) reason.outcome = outcome
  }
  const abort = (): void => stop(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  if (timeoutMs > 0) limit = new TimeLimit(timeoutMs, () => stop(new QueryTimeoutError(timeoutMs, 'unknown')))
  send(abortable)
}

/** Takes a request back, or has the server stop it. Returns what is known of its effect then. */
function giveUp(request: Withdrawable, settings: ConnectionSettings, abandon: () => void): Outcome {
  request.withdrawn = true
  abandon()
  const { exchange, server, effect = 'not-sent' } = request
  if (exchange === null) return effect
  // What asks for types, for a statement that was executed already, says nothing of its effect.
  if (server.session.withdraw(exchange)) return effect === 'unknown' ? 'not-sent' : effect
  if (server.session.isAlone(exchange)) void cancelRunning(server, settings)
  return effect
}
