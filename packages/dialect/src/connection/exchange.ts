import type { SendBuffer } from '../bytes/send-buffer.ts'
import type { Outcome } from '../errors/outcome.ts'
import type { PostgresError } from '../errors/postgres-error.ts'
import { ProtocolError } from '../errors/protocol-error.ts'
import type { BackendMessageName } from '../wire/backend-messages.ts'
import type { FrameReader } from '../wire/frame-reader.ts'
import type { TransactionStatus } from '../wire/status-messages.ts'

/**
 * One unit of conversation with the server, from its first frame to its ReadyForQuery.
 *
 * The session calls the methods in this order: `write` once; then `row`, `message` and `error` as replies come; at the
 * end exactly one of `ready` and `fail`. An exchange settles its caller's promise there and nowhere else.
 */
export interface Exchange {
  /** The next exchange in the session's queue; the session alone touches it. */
  next: Exchange | null
  /** Whether the session may take its frames back while they are still in the send buffer. Default false. */
  readonly retractable?: boolean
  /** Whether the server has answered everything so far and waits to be asked for more. Default false. */
  readonly suspended?: boolean
  /** Whether it is for us to send more of its data: until then the server need not say anything. Default false. */
  readonly fed?: boolean
  /** Appends the frames. What a throw leaves behind is taken back by the session, and `fail` follows. */
  write(out: SendBuffer): void
  /** A cancel is on its way, which the server may not notice: it waits for data, or is not yet at the statement itself. */
  interrupt?(): void
  /** A DataRow: `offset` is where its column count stands. */
  row(bytes: Buffer, view: DataView, offset: number, end: number): void
  /** Any other message that belongs to the exchange. Throws ProtocolError where it cannot come. */
  message(name: BackendMessageName, reader: FrameReader): void
  /** An ErrorResponse. The exchange goes on until `ready`, or `fail` if the error was fatal. */
  error(error: PostgresError): void
  /** ReadyForQuery. */
  ready(status: TransactionStatus): void
  /** It was not sent, or its replies will never come. */
  fail(error: Error): void
}

/** What went wrong with a statement while its connection lives. */
export type Failure = Error & { readonly outcome: Outcome }

/** The states of a flow and the messages that lead from one to the next. What is not listed cannot come. */
export type Transitions<State extends string> = {
  readonly [From in State]: { readonly [Message in BackendMessageName]?: State }
}

/** The state after `message`. */
export function advance<State extends string>(
  transitions: Transitions<State>,
  state: State,
  message: BackendMessageName,
): State {
  const next = transitions[state][message]
  if (next === undefined) throw new ProtocolError(`Unexpected ${message} message from the server while ${state}`)
  return next
}

/** Which of two failures is told: the first, unless it took for granted that the statement had worked. */
export function graver(first: Failure | null, error: Failure): Failure {
  return first === null || first.outcome === 'applied' ? error : first
}

/** What is told when the replies stop: what was known before, unless it took the statement's success for granted. */
export function unfinished(failure: Failure | null, lost: Error): Error {
  return failure === null || failure.outcome === 'applied' ? lost : failure
}

/** For flows in which a DataRow cannot come. */
export function refuseRow(state: string): never {
  throw new ProtocolError(`Unexpected dataRow message from the server while ${state}`)
}
