import type { ConnectionSettings } from '../config/connection-settings.ts'
import { PoolClosedError } from '../errors/pool-error.ts'
import { type ListenCallbacks, type ListenOptions, resolveListenSettings } from '../listen/listen-options.ts'
import { Listener } from '../listen/listener.ts'

/** The listeners of a pool. Their connections are their own; they are closed with the pool. */
export class PoolListeners {
  readonly #connectionSettings: ConnectionSettings
  readonly #open = new Set<Listener>()
  #closed = false

  constructor(connectionSettings: ConnectionSettings) {
    this.#connectionSettings = connectionSettings
  }

  async listen(
    channels: readonly string[],
    options: (ListenOptions & Partial<ListenCallbacks>) | undefined,
  ): Promise<Listener> {
    const closed = (): PoolClosedError => new PoolClosedError('The pool is closed')
    if (this.#closed) throw closed()
    const listener: Listener = new Listener(this.#connectionSettings, resolveListenSettings(options), () =>
      this.#open.delete(listener),
    )
    this.#open.add(listener)
    try {
      return await listener.start(channels)
    } catch (error) {
      throw this.#closed && options?.signal?.aborted !== true ? closed() : error
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#open].map((listener) => listener.close()))
  }
}
