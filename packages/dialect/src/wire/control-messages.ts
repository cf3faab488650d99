import { serialize } from 'pg-protocol'

import type { SendBuffer } from '../bytes/send-buffer.ts'
import { UsageError } from '../errors/usage-error.ts'
import { endFrame, startFrame } from './extended-query.ts'

/**
 * The rare messages. Those with nothing but checked strings in them are pg-protocol's: its writer is shared by the whole
 * process and keeps what was written before a throw, so nothing may reach it that it could throw for.
 */

/** Where a StartupMessage has the minor number of the protocol's version, which pg-protocol writes as 0. */
const MINOR_OFFSET = 6

const CANCEL_REQUEST = 80_877_102

/** StartupMessage, protocol 3. pg-protocol adds `client_encoding`. */
export function writeStartup(out: SendBuffer, parameters: Readonly<Record<string, string>>, minor: number): void {
  for (const [name, value] of Object.entries(parameters)) {
    requireCString(name, 'The name of a start-up parameter')
    requireCString(value, `The start-up parameter ${name}`)
  }
  const message = serialize.startup({ ...parameters })
  message.writeUInt16BE(minor, MINOR_OFFSET)
  out.raw(message)
}

/** SSLRequest: the server answers one byte, `S` or `N`. */
export function sslRequest(): Uint8Array {
  return serialize.requestSsl()
}

/** PasswordMessage: a cleartext password or an MD5 answer. */
export function writePassword(out: SendBuffer, password: string): void {
  requireCString(password, 'The password')
  out.raw(serialize.password(password))
}

/** SASLInitialResponse. */
export function writeSaslInitialResponse(out: SendBuffer, mechanism: string, response: string): void {
  requireCString(mechanism, 'The SASL mechanism')
  requireCString(response, 'The SASL response')
  out.raw(serialize.sendSASLInitialResponseMessage(mechanism, response))
}

/** SASLResponse. */
export function writeSaslResponse(out: SendBuffer, response: string): void {
  requireCString(response, 'The SASL response')
  out.raw(serialize.sendSCRAMClientFinalMessage(response))
}

/** Query: one or more statements by the simple protocol. */
export function writeQuery(out: SendBuffer, sql: string): void {
  const start = startFrame(out, 0x51)
  out.cstring(sql)
  endFrame(out, start)
}

/** CopyDone: ends the data of a COPY FROM STDIN. */
export function writeCopyDone(out: SendBuffer): void {
  out.raw(serialize.copyDone())
}

/** CopyFail: ends a COPY FROM STDIN that will not be fed. */
export function writeCopyFail(out: SendBuffer, reason: string): void {
  requireCString(reason, 'The reason')
  out.raw(serialize.copyFail(reason))
}

/** Terminate. */
export function writeTerminate(out: SendBuffer): void {
  out.raw(serialize.end())
}

/** CancelRequest. Keys have 4 bytes in protocol 3.0, up to 256 in 3.2; pg-protocol knows the former only. */
export function cancelRequest(processId: number, secretKey: Uint8Array): Uint8Array {
  const message = Buffer.alloc(12 + secretKey.length)
  message.writeInt32BE(message.length, 0)
  message.writeInt32BE(CANCEL_REQUEST, 4)
  message.writeInt32BE(processId, 8)
  message.set(secretKey, 12)
  return message
}

function requireCString(value: string, what: string): void {
  if (value.includes('\0')) throw new UsageError(`${what} contains a NUL character`)
  if (!value.isWellFormed()) throw new UsageError(`${what} contains a lone surrogate`)
}
