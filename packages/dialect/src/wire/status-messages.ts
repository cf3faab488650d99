import { ProtocolError } from '../errors/protocol-error.ts'
import type { FrameReader } from './frame-reader.ts'

/** What ReadyForQuery says: idle, in a transaction, in a failed transaction. */
export type TransactionStatus = 'I' | 'T' | 'E'

/** A NOTIFY as it arrives. */
export interface Notification {
  /** The backend that sent it. */
  readonly processId: number
  readonly channel: string
  readonly payload: string
}

/** ReadyForQuery. */
export function readReadyForQuery(reader: FrameReader): TransactionStatus {
  const status = String.fromCharCode(reader.uint8())
  reader.done()
  if (status !== 'I' && status !== 'T' && status !== 'E') {
    throw new ProtocolError('Unknown transaction status from the server')
  }
  return status
}

/** ParameterStatus: a setting and its value. */
export function readParameterStatus(reader: FrameReader): readonly [name: string, value: string] {
  const name = reader.cstring()
  const value = reader.cstring()
  reader.done()
  return [name, value]
}

/** NotificationResponse. */
export function readNotification(reader: FrameReader): Notification {
  const processId = reader.int32()
  const channel = reader.cstring()
  const payload = reader.cstring()
  reader.done()
  return { processId, channel, payload }
}
