import { MAX_TIMER_MS } from '../config/option-checks.ts'
import { UsageError } from '../errors/usage-error.ts'
import type { GapEvent, NotificationEvent } from './listen-event.ts'
import type { ErrorCallback } from './report-error.ts'

/** How to listen. */
export interface ListenOptions {
  /**
   * How often the server is asked for a sign of life, in milliseconds. Default 30,000; 0 never asks. A connection that
   * leads nowhere any more is noticed within twice this time.
   */
  readonly heartbeatMs?: number | undefined
  /**
   * How long to wait at most before a lost connection is opened again, in milliseconds. Default 5000. The wait is random,
   * up to a limit that starts at 100 and doubles with each attempt. There is no last attempt.
   */
  readonly maxReconnectDelayMs?: number | undefined
  /**
   * What may wait in memory for a slow consumer, in bytes. Default 32 MiB. What comes on top is dropped, and a gap says
   * so: the server cannot be kept waiting, because all its databases share one queue of notifications.
   */
  readonly maxBufferedBytes?: number | undefined
  /** Ends the listener: a pending `next` rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /**
   * Called with what goes wrong while the listener lives on: an attempt to connect again, a callback that throws or
   * rejects. Without it, the error of a callback becomes a warning of the process.
   */
  readonly onError?: ErrorCallback | undefined
}

/**
 * Callbacks, in place of iterating. They are called in order, one at a time: while a returned promise is pending, what
 * arrives waits, up to `maxBufferedBytes`. One that throws or rejects is reported, and the next is called.
 */
export interface ListenCallbacks {
  readonly onNotification: (notification: NotificationEvent) => unknown
  readonly onGap?: ((gap: GapEvent) => unknown) | undefined
}

export interface ListenSettings {
  readonly heartbeatMs: number
  readonly maxReconnectDelayMs: number
  readonly maxBufferedBytes: number
  readonly signal: AbortSignal | undefined
  readonly onError: ErrorCallback | undefined
  readonly callbacks: ListenCallbacks | null
}

export function resolveListenSettings(options: ListenOptions & Partial<ListenCallbacks> = {}): ListenSettings {
  const { signal, onError, onNotification, onGap } = options
  if (onNotification === undefined && onGap !== undefined) {
    throw new UsageError('onGap needs onNotification; who iterates is given the gaps in between')
  }
  return {
    heartbeatMs: wholeNumber('heartbeatMs', options.heartbeatMs ?? 30_000, 0, MAX_TIMER_MS),
    maxReconnectDelayMs: wholeNumber('maxReconnectDelayMs', options.maxReconnectDelayMs ?? 5_000, 1, MAX_TIMER_MS),
    maxBufferedBytes: wholeNumber(
      'maxBufferedBytes',
      options.maxBufferedBytes ?? 33_554_432,
      1,
      Number.MAX_SAFE_INTEGER,
    ),
    signal,
    onError,
    callbacks: onNotification === undefined ? null : { onNotification, onGap },
  }
}

function wholeNumber(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new UsageError(`${name} must be a whole number from ${least} to ${most}`)
}
