import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel'

import type { TelemetryEvents, TelemetryTraces } from './channels.ts'

/** What to do when something begins, and when it is over. Each gets the same object, on which more is known later. */
export interface TraceHandlers<Trace> {
  /** It was asked for. Nothing was sent yet. */
  readonly start?: ((trace: Trace) => void) | undefined
  /** The call that asked for it has returned, with a promise. */
  readonly end?: ((trace: Trace) => void) | undefined
  /** It has failed. */
  readonly error?: ((trace: Trace) => void) | undefined
  /** It is over, and its caller has not been told. */
  readonly asyncStart?: ((trace: Trace) => void) | undefined
  readonly asyncEnd?: ((trace: Trace) => void) | undefined
}

/**
 * Subscribes to one of the driver's channels, typed, until the returned function is called. What a handler throws becomes a
 * warning of the process; with `node:diagnostics_channel` itself it would be an uncaught exception. Queries go on either way.
 */
export function subscribeTelemetry<Name extends keyof TelemetryTraces>(
  channel: Name,
  handlers: TraceHandlers<TelemetryTraces[Name]>,
): () => void
export function subscribeTelemetry<Name extends keyof TelemetryEvents>(
  channel: Name,
  handler: (event: TelemetryEvents[Name]) => void,
): () => void
export function subscribeTelemetry(
  name: string,
  handlers: TraceHandlers<never> | ((event: never) => void),
): () => void {
  if (typeof handlers === 'function') {
    const handler = careful(handlers)
    subscribe(name, handler)
    return () => void unsubscribe(name, handler)
  }
  const channels = tracingChannel(name)
  const ends = (['start', 'end', 'error', 'asyncStart', 'asyncEnd'] as const).flatMap((step) => {
    const handler = handlers[step]
    if (handler === undefined) return []
    const listener = careful(handler)
    channels[step].subscribe(listener)
    return [() => void channels[step].unsubscribe(listener)]
  })
  return () => {
    for (const end of ends) end()
  }
}

function careful(handler: (message: never) => unknown): (message: unknown) => void {
  return (message) => {
    try {
      handler(message as never)
    } catch (error) {
      warn(error)
    }
  }
}

function warn(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.emitWarning(`A subscriber of telemetry has thrown: ${text}`, 'PgwireTelemetryWarning')
}
