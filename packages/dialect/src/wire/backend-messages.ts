import { ProtocolError } from '../errors/protocol-error.ts'

/** The longest frame accepted, in bytes counted as the protocol does: with the length word, without the type. */
const limits = {
  /** Nothing but the length word. */
  empty: 4,
  /** And one byte. */
  oneByte: 5,
  /** A message type that never carries more than a few names or numbers is refused above this, before it is buffered. */
  short: 30_000,
  /** Free text and lists: errors, notices, descriptions. */
  long: 16 * 1024 * 1024,
  /** Rows and COPY data: bounded by the connection's `maxMessageBytes`. */
  unbounded: Number.POSITIVE_INFINITY,
}

/**
 * Every message that a server may send in protocol 3.0, with the longest frame accepted.
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
const messages = [
  ['R', 'authentication', 'short'],
  ['K', 'backendKeyData', 'short'],
  ['S', 'parameterStatus', 'short'],
  ['N', 'noticeResponse', 'long'],
  ['E', 'errorResponse', 'long'],
  ['Z', 'readyForQuery', 'oneByte'],
  ['1', 'parseComplete', 'empty'],
  ['2', 'bindComplete', 'empty'],
  ['3', 'closeComplete', 'empty'],
  ['n', 'noData', 'empty'],
  ['t', 'parameterDescription', 'long'],
  ['T', 'rowDescription', 'long'],
  ['D', 'dataRow', 'unbounded'],
  ['C', 'commandComplete', 'short'],
  ['I', 'emptyQueryResponse', 'empty'],
  ['s', 'portalSuspended', 'empty'],
  ['A', 'notificationResponse', 'short'],
  ['G', 'copyInResponse', 'short'],
  ['H', 'copyOutResponse', 'short'],
  ['W', 'copyBothResponse', 'short'],
  ['d', 'copyData', 'unbounded'],
  ['c', 'copyDone', 'empty'],
  ['v', 'negotiateProtocolVersion', 'short'],
] as const

export type BackendMessageName = (typeof messages)[number][1]

export interface BackendMessage {
  readonly name: BackendMessageName
  /** Bytes of the longest frame accepted, counted as the protocol does: with the length word, without the type. */
  readonly limit: number
}

const byType: (BackendMessage | undefined)[] = Array.from({ length: 256 }, () => undefined)
for (const [type, name, size] of messages) byType[type.charCodeAt(0)] = { name, limit: limits[size] }

export const DATA_ROW: number = 'D'.charCodeAt(0)

/** Looks up a message and checks its announced length, so that nothing impossible is ever waited for. */
export function backendMessage(type: number, length: number, maxMessageBytes: number): BackendMessage {
  const message = byType[type]
  if (message === undefined) throw new ProtocolError(`Unknown message type 0x${type.toString(16)} from the server`)
  if (length < 4 || length > message.limit || length > maxMessageBytes) {
    throw new ProtocolError(`The server announced a ${message.name} message of ${length} bytes`)
  }
  return message
}
