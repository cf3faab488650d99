import type { EventBuffer } from './event-buffer.ts'
import type { EventConsumer } from './event-consumer.ts'
import type { ListenCallbacks } from './listen-options.ts'
import { type ErrorCallback, reportError } from './report-error.ts'

/** Hands events to callbacks, one at a time. */
export class EventCallbacks implements EventConsumer {
  readonly #buffer: EventBuffer
  readonly #callbacks: ListenCallbacks
  readonly #onError: ErrorCallback | undefined
  /** A run is due, or a callback's promise is pending. */
  #busy = false
  #over = false
  readonly #run = (): void => this.#callAll()

  constructor(buffer: EventBuffer, callbacks: ListenCallbacks, onError: ErrorCallback | undefined) {
    this.#buffer = buffer
    this.#callbacks = callbacks
    this.#onError = onError
  }

  serve(): void {
    if (this.#busy || this.#over) return
    this.#busy = true
    // Once for all that comes in one read, and after it.
    queueMicrotask(this.#run)
  }

  end(): void {
    this.#over = true
  }

  #callAll(): void {
    while (!this.#over) {
      const event = this.#buffer.take()
      if (event === undefined) break
      const { onNotification, onGap } = this.#callbacks
      try {
        const returned = event.type === 'gap' ? onGap?.(event) : onNotification(event)
        if (isPromiseLike(returned)) {
          Promise.resolve(returned).then(this.#run, (error: unknown) => {
            reportError(error, this.#onError)
            this.#callAll()
          })
          return
        }
      } catch (error) {
        reportError(error, this.#onError)
      }
    }
    this.#busy = false
  }
}

export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
