import type { EventBuffer } from './event-buffer.ts'
import type { EventConsumer } from './event-consumer.ts'
import type { ListenEvent } from './listen-event.ts'

interface Demand {
  readonly resolve: (result: IteratorResult<ListenEvent, undefined>) => void
  readonly reject: (error: unknown) => void
}

/** Hands events to the calls of `next`, in the order in which these were made. */
export class EventDemands implements EventConsumer {
  readonly #buffer: EventBuffer
  readonly #demands: Demand[] = []
  #over = false
  #failure: { readonly error: unknown } | null = null

  constructor(buffer: EventBuffer) {
    this.#buffer = buffer
  }

  next(): Promise<IteratorResult<ListenEvent, undefined>> {
    return new Promise((resolve, reject) => {
      this.#demands.push({ resolve, reject })
      this.serve()
    })
  }

  serve(): void {
    while (this.#demands.length > 0) {
      const event = this.#over ? undefined : this.#buffer.take()
      if (event === undefined && !this.#over) return
      const demand = this.#demands.shift()
      if (event !== undefined) demand?.resolve({ done: false, value: event })
      else if (this.#failure === null) demand?.resolve({ done: true, value: undefined })
      else {
        demand?.reject(this.#failure.error)
        this.#failure = null
      }
    }
  }

  end(failure: { readonly error: unknown } | null): void {
    this.#over = true
    this.#failure = failure
    this.serve()
  }
}
