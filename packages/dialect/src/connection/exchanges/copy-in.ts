import type { SendBuffer } from '../../bytes/send-buffer.ts'
import { ConnectionError } from '../../errors/connection-error.ts'
import type { PostgresError } from '../../errors/postgres-error.ts'
import { ProtocolError } from '../../errors/protocol-error.ts'
import type { BackendMessageName } from '../../wire/backend-messages.ts'
import { type CommandTag, readCommandTag } from '../../wire/command-tag.ts'
import { writeCopyDone, writeCopyFail } from '../../wire/control-messages.ts'
import { writeExecute, writeParse, writeSync } from '../../wire/extended-query.ts'
import type { FrameReader } from '../../wire/frame-reader.ts'
import { writeUnnamedBind } from '../bind-unnamed.ts'
import { advance, type Exchange, refuseRow, type Failure, type Transitions } from '../exchange.ts'
import type { Session } from '../session.ts'

type State = 'parsing' | 'binding' | 'starting' | 'copying' | 'syncing' | 'done'

const transitions: Transitions<State> = {
  parsing: { parseComplete: 'binding' },
  binding: { bindComplete: 'starting' },
  starting: { copyInResponse: 'copying' },
  copying: { commandComplete: 'syncing' },
  syncing: { readyForQuery: 'done' },
  done: {},
}

/** Who feeds a COPY. */
export interface CopyFeeder {
  /** The server has refused the COPY, or the connection died: nothing more is taken. */
  stopped(): void
  /** The last frame was written: others may write again. Replies are still on their way. */
  written(): void
  resolve(tag: CommandTag): void
  reject(error: unknown): void
}

/**
 * COPY FROM STDIN, from Parse to the Sync behind the data. By the extended protocol, which takes one statement and never two.
 *
 * Data may follow at once: the server skips it, up to the Sync, when it has refused the statement. The feeder holds the
 * session's turn until `written`.
 */
export class CopyInExchange implements Exchange {
  next: Exchange | null = null
  readonly #session: Session
  readonly #sql: string
  readonly #feeder: CopyFeeder
  #state: State = 'parsing'
  #tag: CommandTag = { command: '', rowCount: null }
  #failure: Failure | null = null
  /** Why the feeder has given up; what the server says of that is not told. */
  #givenUp: { readonly error: unknown } | null = null
  #finished = false
  #synced = false

  constructor(session: Session, sql: string, feeder: CopyFeeder) {
    this.#session = session
    this.#sql = sql
    this.#feeder = feeder
  }

  write(out: SendBuffer): void {
    writeParse(out, '', this.#sql, [])
    writeUnnamedBind(out)
    writeExecute(out, '', 0)
  }

  /** Whether more data is wanted. */
  get open(): boolean {
    return !this.#synced && this.#state !== 'done'
  }

  get fed(): boolean {
    return this.#state === 'copying' && !this.#synced
  }

  /** Sends whole CopyData frames. */
  send(frames: SendBuffer): void {
    if (this.open) this.#session.append(this, (out) => out.raw(frames.bytes.subarray(0, frames.length)))
  }

  /** There is no more data. */
  finish(): void {
    if (!this.open) return
    this.#finished = true
    this.#sync(writeCopyDone)
  }

  /** Takes everything back. Rejects with `error` when the server is ready again. */
  giveUp(error: unknown): void {
    if (!this.open) return
    this.#givenUp = { error }
    this.#sync((out) => writeCopyFail(out, 'the source of the data has failed'))
  }

  /** It is being cancelled, and a server that waits for data does not notice. */
  interrupt(): void {
    if (!this.open) return
    this.#sync((out) => writeCopyFail(out, 'cancelled'))
    this.#feeder.stopped()
  }

  row(): void {
    refuseRow(this.#state)
  }

  message(name: BackendMessageName, reader: FrameReader): void {
    this.#state = advance(transitions, this.#state, name)
    if (name !== 'commandComplete') return
    if (!this.#finished) throw new ProtocolError('The server completed a COPY before the end of its data')
    this.#tag = readCommandTag(reader)
  }

  error(error: PostgresError): void {
    error.concern(this.#sql)
    // What has not completed is not committed. Behind CommandComplete stands the commit, of which a session that dies tells nothing.
    error.outcome = error.fatal && this.#state === 'syncing' && this.#failure === null ? 'unknown' : 'rolled-back'
    this.#state = 'syncing'
    this.#failure ??= error
    if (!error.fatal && !this.#synced) this.#sync(() => {})
    this.#feeder.stopped()
  }

  ready(): void {
    this.#state = advance(transitions, this.#state, 'readyForQuery')
    if (this.#givenUp !== null) this.#feeder.reject(this.#givenUp.error)
    else if (this.#failure === null) this.#feeder.resolve(this.#tag)
    else this.#feeder.reject(this.#failure)
  }

  fail(error: Error): void {
    this.#state = 'done'
    this.#feeder.stopped()
    this.#feeder.reject(this.#givenUp?.error ?? this.#failure ?? (this.#finished ? error : withoutEffect(error)))
    this.#feeder.written()
  }

  #sync(write: (out: SendBuffer) => void): void {
    this.#synced = true
    this.#session.append(this, (out) => {
      write(out)
      writeSync(out)
    })
    this.#feeder.written()
  }
}

/** The connection was lost before the end of the data: the server has taken nothing over. */
function withoutEffect(error: Error): Error {
  const lost = error instanceof ConnectionError || error instanceof ProtocolError
  if (lost && error.outcome === 'unknown') error.outcome = 'rolled-back'
  return error
}
