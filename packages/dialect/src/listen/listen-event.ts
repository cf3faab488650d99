import type { Notification } from '../wire/status-messages.ts'

/** A notification, as a listener hands it over. */
export interface NotificationEvent extends Notification {
  readonly type: 'notification'
}

/** Notifications may have been missed, at this place in their order. */
export type GapEvent = ConnectionGap | BufferGap

/**
 * The connection was lost. This comes when the channels are listened to again, and before whatever arrives after that:
 * what is read from the database now has everything that was missed, and nothing later can be missed.
 */
export interface ConnectionGap {
  readonly type: 'gap'
  readonly reason: 'connection-lost'
  /** What ended the connection; undefined when the server hung up without a word. */
  readonly cause: Error | undefined
}

/** The consumer was too slow, and notifications were dropped. */
export interface BufferGap {
  readonly type: 'gap'
  readonly reason: 'buffer-full'
  /** How many were dropped. */
  readonly notifications: number
}

/** What a listener has to say, in order. */
export type ListenEvent = NotificationEvent | GapEvent
