import { TimeLimit } from '../connection/time-limit.ts'
import { withCallerStack } from '../errors/caller-stack.ts'
import { QueryTimeoutError } from '../errors/query-timeout-error.ts'
import { noteTag } from '../errors/tag.ts'
import { type CallOptions, checkCallOptions } from './call-options.ts'

/**
 * Runs a call of several steps, such as waiting for a connection and then using it, in one limit of time. `run` gets the options
 * without a limit of their own, and with a signal that fires when the time is over, or when the caller's does.
 *
 * The outcome is `not-sent` where nobody says otherwise: whoever has sent something sets that of the signal's reason.
 */
export async function withinTime<Options extends CallOptions, Result>(
  options: Options | undefined,
  timeoutMs: number,
  run: (options: Options) => Promise<Result>,
): Promise<Result> {
  const { signal, tag } = options ?? {}
  const over = new AbortController()
  const abort = (): void => over.abort(signal?.reason)
  let limit: TimeLimit | undefined
  try {
    if (options !== undefined) checkCallOptions(options)
    signal?.throwIfAborted()
    signal?.addEventListener('abort', abort, { once: true })
    limit = new TimeLimit(timeoutMs, () => over.abort(new QueryTimeoutError(timeoutMs, 'not-sent')))
    return await run({ ...options, signal: over.signal, timeoutMs: 0 } as Options)
  } catch (error) {
    const own = signal?.aborted === true && error === signal.reason
    throw own ? error : withCallerStack(noteTag(error, tag))
  } finally {
    limit?.stop()
    signal?.removeEventListener('abort', abort)
  }
}
