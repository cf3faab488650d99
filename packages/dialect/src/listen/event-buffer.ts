import type { BufferGap, ListenEvent, NotificationEvent } from './listen-event.ts'

/** What a notification takes beside its two strings, roughly. */
const OVERHEAD_BYTES = 128

/** From this place on, what has been taken is cut off. */
const COMPACT_AFTER = 1_024

/**
 * What has arrived and nobody has taken yet, up to a number of bytes. What is more is dropped and leaves a gap, until
 * half of it has been taken: a consumer that lags gets long runs and few gaps.
 *
 * It does not stop the socket instead. The server would keep what cannot be delivered, in a queue that it shares
 * among all databases and that fails every NOTIFY once it is full.
 */
export class EventBuffer {
  readonly #maxBytes: number
  #events: (ListenEvent | undefined)[] = []
  #taken = 0
  #bytes = 0
  #full = false

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  add(event: ListenEvent): void {
    if (event.type === 'gap') {
      this.#addGap(event)
      return
    }
    const bytes = size(event)
    const limit = this.#full ? this.#maxBytes / 2 : this.#maxBytes
    // Into an empty buffer goes anything, however small the limit.
    this.#full = this.#bytes > 0 && this.#bytes + bytes > limit
    if (this.#full) {
      this.#drop()
      return
    }
    this.#bytes += bytes
    this.#events.push(event)
  }

  /** The next event, which leaves the buffer. */
  take(): ListenEvent | undefined {
    const event = this.#events[this.#taken]
    if (event === undefined) return undefined
    this.#events[this.#taken++] = undefined
    if (event.type === 'notification') this.#bytes -= size(event)
    if (this.#taken === this.#events.length) this.#cutOff()
    else if (this.#taken >= COMPACT_AFTER && this.#taken * 2 > this.#events.length) this.#cutOff()
    return event
  }

  clear(): void {
    this.#events = []
    this.#taken = 0
    this.#bytes = 0
    this.#full = false
  }

  #cutOff(): void {
    this.#events.splice(0, this.#taken)
    this.#taken = 0
  }

  /** Two losses with nothing between them are one. */
  #addGap(event: ListenEvent & { readonly type: 'gap' }): void {
    const last = this.#events.at(-1)
    if (last?.type === 'gap' && last.reason === event.reason) this.#events.pop()
    this.#events.push(event)
  }

  #drop(): void {
    const last = this.#events.at(-1)
    const continued = last?.type === 'gap' && last.reason === 'buffer-full'
    const gap: BufferGap = {
      type: 'gap',
      reason: 'buffer-full',
      notifications: continued ? last.notifications + 1 : 1,
    }
    if (continued) this.#events.pop()
    this.#events.push(gap)
  }
}

/** JavaScript's strings have two bytes for a character, or one. */
function size({ channel, payload }: NotificationEvent): number {
  return OVERHEAD_BYTES + 2 * (channel.length + payload.length)
}
