import { serialize } from 'pg-protocol'

import type { SendBuffer } from '../bytes/send-buffer.ts'
import { UsageError } from '../errors/usage-error.ts'
import { endFrame, startFrame } from './extended-query.ts'

/**
 * The rare messages. Those with nothing but checked strings in them are pg-protocol's: its writer is shared by the whole
 * process and keeps what was written before a throw, so nothing may reach it that it could throw for.
 */

/** StartupMessage, protocol 3.0. pg-protocol adds `client_encoding`. */
export function writeStartup(out: SendBuffer, parameters: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(parameters)) {
    requireCString(name, 'The name of a start-up parameter')
    requireCString(value, `The start-up parameter ${name}`)
  }
  out.raw(serialize.startup({ ...parameters }))
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

/** CancelRequest with the 4-byte key of protocol 3.0. */
export function cancelRequest(processId: number, secretKey: number): Uint8Array {
  return serialize.cancel(processId, secretKey)
}

function requireCString(value: string, what: string): void {
  if (value.includes('\0')) throw new UsageError(`${what} contains a NUL character`)
  if (!value.isWellFormed()) throw new UsageError(`${what} contains a lone surrogate`)
}
