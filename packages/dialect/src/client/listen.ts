import type { ServerEvents } from '../connection/server-events.ts'
import type { Session } from '../connection/session.ts'
import { requireChannel } from '../listen/channel-name.ts'
import { ChannelSet } from '../listen/channel-set.ts'
import { isPromiseLike } from '../listen/event-callbacks.ts'
import { type ErrorCallback, reportError } from '../listen/report-error.ts'
import type { Notification } from '../wire/status-messages.ts'

/** Called for each notification of a channel, in order; what it returns is not waited for. */
export type NotificationCallback = (notification: Notification) => unknown

/** How one callback listens. */
export interface ConnectionListenOptions {
  /** Called with what the callback throws, or rejects with. Without it, that becomes a warning of the process. */
  readonly onError?: ErrorCallback | undefined
}

/** The callbacks of one connection, by channel. */
export class ConnectionListeners {
  readonly #callbacks = new Map<string, Map<NotificationCallback, ErrorCallback | undefined>>()
  readonly #channels = new ChannelSet()

  /** The events of the connection, with ears. */
  hearing(events: ServerEvents): ServerEvents {
    return {
      notice: (notice) => events.notice(notice),
      notification: (notification) => {
        this.#deliver(notification)
        events.notification(notification)
      },
      closed: (cause) => events.closed(cause),
    }
  }

  /** The connection's session, which is there after its events. */
  attach(session: Session): void {
    this.#channels.attach(session)
  }

  /** Whether the server may have notifications to send. */
  get active(): boolean {
    return this.#channels.known.size > 0
  }

  async add(channel: string, callback: NotificationCallback, options: ConnectionListenOptions = {}): Promise<void> {
    requireChannel(channel)
    const callbacks = this.#callbacks.get(channel) ?? new Map<NotificationCallback, ErrorCallback | undefined>()
    const added = !callbacks.has(callback)
    callbacks.set(callback, options.onError)
    this.#callbacks.set(channel, callbacks)
    try {
      await this.#channels.listen(channel)
    } catch (error) {
      if (added) this.#forget(channel, callback)
      if (!this.#callbacks.has(channel)) this.#channels.unwant(channel)
      throw error
    }
  }

  /** Without a callback: all of the channel. */
  async remove(channel: string, callback: NotificationCallback | undefined): Promise<void> {
    requireChannel(channel)
    this.#forget(channel, callback)
    if (!this.#callbacks.has(channel)) await this.#channels.unlisten(channel)
  }

  async removeAll(): Promise<void> {
    await Promise.all([...this.#channels.known].map((channel) => this.remove(channel, undefined)))
  }

  #forget(channel: string, callback: NotificationCallback | undefined): void {
    const callbacks = this.#callbacks.get(channel)
    if (callback === undefined) callbacks?.clear()
    else callbacks?.delete(callback)
    if (callbacks === undefined || callbacks.size === 0) this.#callbacks.delete(channel)
  }

  /** Never throws. */
  #deliver(notification: Notification): void {
    const callbacks = this.#callbacks.get(notification.channel)
    if (callbacks === undefined) return
    // A copy: a callback may add and remove others.
    const present = [...callbacks]
    for (const [callback, onError] of present) {
      try {
        const returned = callback(notification)
        if (isPromiseLike(returned)) {
          Promise.resolve(returned).catch((error: unknown) => reportError(error, onError))
        }
      } catch (error) {
        reportError(error, onError)
      }
    }
  }
}
