import { AsyncLocalStorage } from 'node:async_hooks'

import { UsageError } from '../errors/usage-error.ts'
import type { Session } from './session.ts'

const readings = new AsyncLocalStorage<SourceReading>()

/** How many there are. Without any, nobody has to be asked. */
let lasting = 0

/**
 * The reading of a source whose rows go to a session. Whatever the source does to get at a row is known by its asynchronous
 * context: a statement on the same session would have to wait for the rows, and the rows for the statement. Such a statement
 * is refused. One of somebody else waits, as ever.
 */
export class SourceReading {
  readonly #session: Session
  /** The reading within which this one was begun. */
  readonly #outer = readings.getStore()
  readonly #stalled = new Set<StreamWithin>()
  #refuse: ((error: UsageError) => void) | null = null
  #lasts = false

  constructor(session: Session) {
    this.#session = session
  }

  /** Runs what reads the source. */
  run<Result>(read: () => Result): Result {
    if (!this.#lasts) lasting++
    this.#lasts = true
    return readings.run(this, read)
  }

  /** From now on the session waits for the source. Calls `refuse` where the source waits for the session as well. */
  feed(refuse: (error: UsageError) => void): void {
    this.#refuse = refuse
    this.#check()
  }

  end(): void {
    this.#refuse = null
    if (!this.#lasts) return
    this.#lasts = false
    // Where contexts have a price, for every promise of the process, it is paid no longer than needed.
    if (--lasting === 0) readings.disable()
  }

  /** This one, or one around it, that feeds the session. */
  feeds(session: Session): boolean {
    return (this.#refuse !== null && this.#session === session) || this.#outer?.feeds(session) === true
  }

  /** A stream on the session has a batch that nobody takes, or has not any more. */
  stalls(session: Session, stream: StreamWithin, stalled: boolean): void {
    this.#outer?.stalls(session, stream, stalled)
    if (session !== this.#session) return
    if (stalled) this.#stalled.add(stream)
    else this.#stalled.delete(stream)
    this.#check()
  }

  #check(): void {
    if (this.#stalled.size === 0) return
    this.#refuse?.(new UsageError('The rows come from a stream on the same connection, which would have to end first'))
  }
}

/** A stream that was begun to get at the rows of a reading. */
export class StreamWithin {
  readonly #session: Session
  readonly #reading: SourceReading

  constructor(session: Session, reading: SourceReading) {
    this.#session = session
    this.#reading = reading
  }

  /** Nobody takes the batch that is here, and the server has more. */
  stalls(): void {
    this.#reading.stalls(this.#session, this, true)
  }

  goesOn(): void {
    this.#reading.stalls(this.#session, this, false)
  }
}

/** Throws `UsageError` for a statement that the rows of a statement on the same session would wait for. */
export function requireNotAwaited(session: Session): void {
  if (lasting === 0 || readings.getStore()?.feeds(session) !== true) return
  throw new UsageError(
    'The rows of an executeMany cannot come from a statement on the same connection: it would wait for them',
  )
}

/** To be called when a stream begins. Throws as `requireNotAwaited` does. */
export function streamWithin(session: Session): StreamWithin | null {
  if (lasting === 0) return null
  requireNotAwaited(session)
  const reading = readings.getStore()
  return reading === undefined ? null : new StreamWithin(session, reading)
}
