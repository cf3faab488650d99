import { ProtocolError } from '../errors/protocol-error.ts'

/** Nothing but the length word. */
const EMPTY = 4
/** And one byte. */
const ONE_BYTE = 5
/** A message type that never carries more than a few names or numbers is refused above this, before it is buffered. */
const SHORT = 30_000
/** Free text and lists: errors, notices, descriptions. */
const LONG = 16 * 1024 * 1024
/** Rows and COPY data: bounded by the connection's `maxMessageBytes`. */
const UNBOUNDED = Number.POSITIVE_INFINITY

/**
 * Every message that a server may send in protocol 3.0, with the longest frame accepted.
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
const messages = [
  ['R', 'authentication', SHORT],
  ['K', 'backendKeyData', SHORT],
  ['S', 'parameterStatus', LONG],
  ['N', 'noticeResponse', LONG],
  ['E', 'errorResponse', LONG],
  ['Z', 'readyForQuery', ONE_BYTE],
  ['1', 'parseComplete', EMPTY],
  ['2', 'bindComplete', EMPTY],
  ['3', 'closeComplete', EMPTY],
  ['n', 'noData', EMPTY],
  ['t', 'parameterDescription', LONG],
  ['T', 'rowDescription', LONG],
  ['D', 'dataRow', UNBOUNDED],
  ['C', 'commandComplete', SHORT],
  ['I', 'emptyQueryResponse', EMPTY],
  ['s', 'portalSuspended', EMPTY],
  ['A', 'notificationResponse', SHORT],
  ['G', 'copyInResponse', SHORT],
  ['H', 'copyOutResponse', SHORT],
  ['W', 'copyBothResponse', SHORT],
  ['d', 'copyData', UNBOUNDED],
  ['c', 'copyDone', EMPTY],
  ['v', 'negotiateProtocolVersion', SHORT],
] as const satisfies readonly (readonly [string, string, number])[]

export type BackendMessageName = (typeof messages)[number][1]

export interface BackendMessage {
  readonly name: BackendMessageName
  /** Bytes of the longest frame accepted, counted as the protocol does: with the length word, without the type. */
  readonly limit: number
}

const byType: (BackendMessage | undefined)[] = Array.from({ length: 256 }, () => undefined)
for (const [type, name, limit] of messages) byType[type.charCodeAt(0)] = { name, limit }

export const DATA_ROW = 'D'.charCodeAt(0)

/** Looks up a message and checks its announced length, so that nothing impossible is ever waited for. */
export function backendMessage(type: number, length: number, maxMessageBytes: number): BackendMessage {
  const message = byType[type]
  if (message === undefined) throw new ProtocolError(`Unknown message type 0x${type.toString(16)} from the server`)
  if (length < 4 || length > message.limit || length > maxMessageBytes) {
    throw new ProtocolError(`The server announced a ${message.name} message of ${length} bytes`)
  }
  return message
}
