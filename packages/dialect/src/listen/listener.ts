import type { ConnectionSettings } from '../config/connection-settings.ts'
import type { Session } from '../connection/session.ts'
import { Watchers } from '../connection/watchers.ts'
import { withCallerStack } from '../errors/caller-stack.ts'
import { UsageError } from '../errors/usage-error.ts'
import type { Notification } from '../wire/status-messages.ts'
import { backOffDelay } from './back-off.ts'
import { requireChannel } from './channel-name.ts'
import { ChannelSet } from './channel-set.ts'
import { EventBuffer } from './event-buffer.ts'
import { EventCallbacks } from './event-callbacks.ts'
import type { EventConsumer } from './event-consumer.ts'
import { EventDemands } from './event-demands.ts'
import type { ConnectionGap, ListenEvent } from './listen-event.ts'
import type { ListenSettings } from './listen-options.ts'
import { type ListeningConnection, openListening } from './listening-connection.ts'
import { reportError } from './report-error.ts'

/**
 * Listens to channels on a connection of its own, which it opens again whenever it is lost.
 *
 * An async iterable of notifications, in the order in which they were sent, and of gaps between them; unless it was
 * given callbacks. Leaving the loop closes it. Delivery is at most once, as everywhere in PostgreSQL: what is sent while
 * the connection is down is lost, and a gap says so.
 */
export class Listener implements AsyncIterableIterator<ListenEvent, undefined> {
  readonly #connectionSettings: ConnectionSettings
  readonly #settings: ListenSettings
  readonly #channels = new ChannelSet()
  readonly #buffer: EventBuffer
  readonly #demands: EventDemands | null
  readonly #consumer: EventConsumer
  readonly #ended: () => void
  /** Of the last connection, which may be lost, or not listen yet. */
  #session: Session | null = null
  /** Null between two connections. */
  #connection: ListeningConnection | null = null
  /** To be told before anything that comes from the connection now being opened. */
  #gap: ConnectionGap | null = null
  /** Since the last connection that has lasted. */
  #attempts = 0
  #keepsAlive = true
  #closing: Promise<void> | null = null
  readonly #shut = new AbortController()
  /** Cuts the wait before the next attempt short, or lets the process end in spite of it. */
  #delay: { readonly timer: NodeJS.Timeout; readonly end: () => void } | null = null
  readonly #watchers = new Watchers()
  readonly #abort = (): void => this.#onAbort()

  /** Called by `listen`. `ended` is called when it is closed, by whomever. */
  constructor(connectionSettings: ConnectionSettings, settings: ListenSettings, ended: () => void) {
    this.#connectionSettings = connectionSettings
    this.#settings = settings
    this.#ended = ended
    const { maxBufferedBytes, callbacks, onError } = settings
    this.#buffer = new EventBuffer(maxBufferedBytes)
    this.#demands = callbacks === null ? new EventDemands(this.#buffer) : null
    this.#consumer = this.#demands ?? new EventCallbacks(this.#buffer, callbacks!, onError)
  }

  /** Called by `listen`: resolves when the server listens, and rejects, with nothing left open, when it will not. */
  async start(channels: readonly string[]): Promise<this> {
    const { signal } = this.#settings
    try {
      signal?.throwIfAborted()
      signal?.addEventListener('abort', this.#abort, { once: true })
      for (const channel of channels) this.#channels.want(requireChannel(channel))
      void this.#keepListening(await this.#connect())
      return this
    } catch (error) {
      const closed = this.#closing !== null
      void this.close()
      if (signal?.aborted === true) throw signal.reason
      throw closed ? new UsageError('The listener was closed before it could listen') : withCallerStack(error)
    }
  }

  /** The channels that are listened to, or will be as soon as there is a connection. */
  get channels(): readonly string[] {
    return [...this.#channels.wanted]
  }

  /** The process id of its backend, which NOTIFY of others does not show; undefined while it has no connection. */
  get processId(): number | undefined {
    return this.#connection?.session.processId
  }

  /** Listens to one more channel. Resolves when the server does; while there is no connection, that is when there is. */
  async add(channel: string): Promise<void> {
    requireChannel(channel)
    this.#requireOpen()
    const known = this.#channels.wanted.has(channel)
    try {
      await this.#told(this.#channels.listen(channel))
    } catch (error) {
      if (!known) this.#channels.unwant(channel)
      throw withCallerStack(error)
    }
  }

  /** Listens to a channel no more. What had arrived of it before this resolves is still handed over. */
  async remove(channel: string): Promise<void> {
    requireChannel(channel)
    this.#requireOpen()
    try {
      await this.#told(this.#channels.unlisten(channel))
    } catch (error) {
      throw withCallerStack(error)
    }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<ListenEvent, undefined>> {
    if (this.#demands === null) throw new UsageError('A listener with callbacks cannot be iterated')
    return this.#demands.next()
  }

  /** Closes the listener. */
  async return(): Promise<IteratorResult<ListenEvent, undefined>> {
    await this.close()
    return { done: true, value: undefined }
  }

  /** Ends it: a pending `next` says that it is done, no callback is called any more. Resolves when the socket is gone. */
  close(): Promise<void> {
    return this.#end(null)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Lets the process end although it listens. */
  unref(): void {
    this.#keepsAlive = false
    this.#connection?.unref()
    this.#delay?.timer.unref()
  }

  /** Keeps the process alive while it listens; the default. */
  ref(): void {
    this.#keepsAlive = true
    this.#connection?.ref()
    this.#delay?.timer.ref()
  }

  #onAbort(): void {
    void this.#end({ error: this.#settings.signal?.reason })
  }

  #end(failure: { readonly error: unknown } | null): Promise<void> {
    if (this.#closing !== null) return this.#closing
    this.#settings.signal?.removeEventListener('abort', this.#abort)
    const connection = this.#connection
    this.#closing = connection === null ? Promise.resolve() : connection.close()
    this.#shut.abort()
    this.#delay?.end()
    this.#buffer.clear()
    this.#consumer.end(failure)
    this.#watchers.check()
    this.#ended()
    return this.#closing
  }

  /** Opens the next connection, and listens on it to what is wanted. */
  async #connect(): Promise<ListeningConnection> {
    const { heartbeatMs } = this.#settings
    const events = { notification: (notification: Notification) => this.#received(notification) }
    const connection = await openListening(this.#connectionSettings, heartbeatMs, events, this.#shut.signal)
    if (!this.#keepsAlive) connection.unref()
    const giveUp = (): void => connection.session.destroy()
    this.#shut.signal.addEventListener('abort', giveUp, { once: true })
    try {
      this.#requireOpen()
      this.#session = connection.session
      this.#channels.attach(connection.session)
      await this.#channels.listenToAll()
      this.#requireOpen()
    } catch (error) {
      giveUp()
      throw error
    } finally {
      this.#shut.signal.removeEventListener('abort', giveUp)
    }
    this.#connection = connection
    this.#tellGap()
    this.#watchers.check()
    return connection
  }

  async #keepListening(first: ListeningConnection): Promise<void> {
    for (let connection: ListeningConnection | null = first; connection !== null;) {
      const since = performance.now()
      const cause = await connection.over
      this.#connection = null
      if (this.#closing !== null) return
      this.#gap = { type: 'gap', reason: 'connection-lost', cause }
      if (performance.now() - since > this.#settings.maxReconnectDelayMs) this.#attempts = 0
      connection = await this.#reconnect()
    }
  }

  /** Null when the listener was closed meanwhile. */
  async #reconnect(): Promise<ListeningConnection | null> {
    const { maxReconnectDelayMs, onError } = this.#settings
    while (this.#closing === null) {
      await this.#wait(backOffDelay(this.#attempts++, maxReconnectDelayMs))
      if (this.#closing !== null) break
      try {
        return await this.#connect()
      } catch (error) {
        if (this.#closing === null && onError !== undefined) reportError(error, onError)
      }
    }
    return null
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        this.#delay = null
        resolve()
      }
      const timer = setTimeout(end, delayMs)
      if (!this.#keepsAlive) timer.unref()
      this.#delay = { timer, end }
    })
  }

  /** Resolves when the server has been told; should its connection be lost, when the next one has told it all. */
  async #told(statement: Promise<void>): Promise<void> {
    const session = this.#session
    try {
      await statement
      return
    } catch (error) {
      if (session?.dead !== true) throw error
    }
    const anew = (): boolean => this.#connection !== null && this.#connection.session !== session
    await this.#watchers.when(() => this.#closing !== null || anew())
    this.#requireOpen()
  }

  #received({ processId, channel, payload }: Notification): void {
    if (this.#closing !== null) return
    // They can come before LISTEN itself has been answered.
    this.#tellGap()
    this.#buffer.add({ type: 'notification', channel, payload, processId })
    this.#consumer.serve()
  }

  #tellGap(): void {
    const gap = this.#gap
    if (gap === null || this.#closing !== null) return
    this.#gap = null
    this.#buffer.add(gap)
    this.#consumer.serve()
  }

  #requireOpen(): void {
    if (this.#closing !== null) throw new UsageError('The listener is closed')
  }
}
