import type { OpenConnection } from '../connection/open-connection.ts'
import type { ServerEvents } from '../connection/server-events.ts'
import { isPromiseLike } from '../listen/event-callbacks.ts'
import { reportError } from '../listen/report-error.ts'

/**
 * Called once, when a connection is gone: with null when it was closed by `close` or `terminate`, by a pool too; otherwise with
 * what each later call rejects with. What it returns is not waited for, and what it throws becomes a warning of the process.
 */
export type CloseListener = (error: Error | null) => unknown

/** Who wants to know when a connection is gone, and why it was lost. */
export class CloseListeners {
  readonly #listeners = new Set<CloseListener>()
  /** Those who were there before it was lent. */
  #lasting: readonly CloseListener[] = []
  #open: OpenConnection | null = null
  #end: { readonly error: Error | null } | null = null

  /** The events of the connection, with listeners. */
  hearing(events: ServerEvents): ServerEvents {
    return {
      notice: (notice) => events.notice(notice),
      notification: (notification) => events.notification(notification),
      closed: (cause) => {
        this.#note()
        events.closed(cause)
      },
    }
  }

  /** The connection, which is there after its events, and may be lost by then. */
  attach(open: OpenConnection): void {
    this.#open = open
    if (open.session.dead) this.#note()
  }

  /** Why the connection was lost; null while it is not, and when it was closed. */
  get lossError(): Error | null {
    return this.#end?.error ?? null
  }

  /** Returns the function that ends it. Added twice, a listener is called once. */
  add(listener: CloseListener): () => void {
    this.#listeners.add(listener)
    if (this.#end !== null) this.#tellLater(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Those who listen now do so for as long as the connection lives. */
  keep(): void {
    this.#lasting = [...this.#listeners]
  }

  /** Removes those who have come since `keep`. Of a connection that is gone, none: they are about to be told. */
  removeOthers(): void {
    this.#retain(this.#lasting)
  }

  removeAll(): void {
    this.#retain([])
  }

  #retain(listeners: readonly CloseListener[]): void {
    if (this.#end !== null) return
    for (const listener of this.#listeners) if (!listeners.includes(listener)) this.#listeners.delete(listener)
  }

  #note(): void {
    if (this.#open === null) return
    const { transport, session } = this.#open
    // Before anybody cuts what is lost already.
    this.#end = { error: transport.phase === 'closing' ? null : session.failure }
    for (const listener of this.#listeners) this.#tellLater(listener)
  }

  /** Not in the middle of what ends the connection, and not before its socket is gone. */
  #tellLater(listener: CloseListener): void {
    void this.#open?.transport.closed.then(() => {
      if (this.#listeners.delete(listener)) tell(listener, this.lossError)
    })
  }
}

/** Never throws. */
function tell(listener: CloseListener, error: Error | null): void {
  try {
    const returned = listener(error)
    if (isPromiseLike(returned)) returned.then(undefined, (reason: unknown) => reportError(reason, undefined))
  } catch (thrown) {
    reportError(thrown, undefined)
  }
}
