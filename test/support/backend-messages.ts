/**
 * Every message a server can send, as bytes, and the ways to break one. Source of truth: the protocol's message formats.
 * Written apart from the driver's own reader on purpose, so that one mistake cannot hide in both.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

export type Bytes = Uint8Array | string

/** A framed message: type byte, length, body. A string in the body is written without a terminator. */
export function message(type: string, ...body: readonly Bytes[]): Buffer {
  const content = joined(body)
  return joined([type, int32(content.length + 4), content])
}

export function joined(parts: readonly Bytes[]): Buffer {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
}

export function uint8(value: number): Buffer {
  return Buffer.of(value)
}

export function int16(value: number): Buffer {
  return Buffer.of((value >> 8) & 0xff, value & 0xff)
}

export function int32(value: number): Buffer {
  return Buffer.of((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff)
}

export function cstring(value: string): Buffer {
  return Buffer.from(`${value}\0`)
}

// Start-up

export function authenticationOk(): Buffer {
  return authentication(0)
}

export function authenticationCleartextPassword(): Buffer {
  return authentication(3)
}

export function authenticationMd5Password(salt: Uint8Array): Buffer {
  return authentication(5, salt)
}

export function authenticationSasl(...mechanisms: readonly string[]): Buffer {
  return authentication(10, ...mechanisms.map(cstring), uint8(0))
}

export function authenticationSaslContinue(serverFirst: Bytes): Buffer {
  return authentication(11, serverFirst)
}

export function authenticationSaslFinal(serverFinal: Bytes): Buffer {
  return authentication(12, serverFinal)
}

/** Any authentication request by its number: 2 Kerberos V5, 7 GSSAPI, 8 GSSAPI continue, 9 SSPI, or an unknown one. */
export function authentication(code: number, ...body: readonly Bytes[]): Buffer {
  return message('R', int32(code), ...body)
}

export function negotiateProtocolVersion(newestMinor: number, ...unknownOptions: readonly string[]): Buffer {
  return message('v', int32((3 << 16) | newestMinor), int32(unknownOptions.length), ...unknownOptions.map(cstring))
}

/** Protocol 3.0 has a key of 4 bytes, given as a number; 3.2 one of up to 256. */
export function backendKeyData(processId: number, secretKey: number | Uint8Array): Buffer {
  return message('K', int32(processId), typeof secretKey === 'number' ? int32(secretKey) : secretKey)
}

export function parameterStatus(name: string, value: string): Buffer {
  return message('S', cstring(name), cstring(value))
}

export function readyForQuery(status: 'I' | 'T' | 'E' | (string & {}) = 'I'): Buffer {
  return message('Z', status)
}

// Queries

export function parseComplete(): Buffer {
  return message('1')
}

export function bindComplete(): Buffer {
  return message('2')
}

export function closeComplete(): Buffer {
  return message('3')
}

export function noData(): Buffer {
  return message('n')
}

export function portalSuspended(): Buffer {
  return message('s')
}

export function emptyQueryResponse(): Buffer {
  return message('I')
}

export function parameterDescription(...typeOids: readonly number[]): Buffer {
  return message('t', int16(typeOids.length), ...typeOids.map(int32))
}

export interface ColumnFields {
  readonly name: string
  readonly tableOid?: number
  readonly columnNumber?: number
  /** By default 25, text. */
  readonly typeOid?: number
  readonly typeSize?: number
  readonly typeModifier?: number
  /** 0 text (the default), 1 binary. */
  readonly format?: number
}

export function rowDescription(...columns: readonly ColumnFields[]): Buffer {
  return message('T', int16(columns.length), ...columns.map(columnDescription))
}

function columnDescription(column: ColumnFields): Buffer {
  const { name, tableOid = 0, columnNumber = 0, typeOid = 25, typeSize = -1, typeModifier = -1, format = 0 } = column
  const parts = [int32(tableOid), int16(columnNumber), int32(typeOid), int16(typeSize), int32(typeModifier)]
  return joined([cstring(name), ...parts, int16(format)])
}

export function dataRow(...values: readonly (Bytes | null)[]): Buffer {
  return message('D', int16(values.length), ...values.map(lengthAndValue))
}

function lengthAndValue(value: Bytes | null): Buffer {
  if (value === null) return int32(-1)
  const bytes = joined([value])
  return joined([int32(bytes.length), bytes])
}

export function commandComplete(tag: string): Buffer {
  return message('C', cstring(tag))
}

export function functionCallResponse(value: Bytes | null): Buffer {
  return message('V', lengthAndValue(value))
}

// COPY

/** `formats` has one code per column: 0 text, 1 binary. */
export function copyInResponse(format: number, ...formats: readonly number[]): Buffer {
  return message('G', uint8(format), int16(formats.length), ...formats.map(int16))
}

export function copyOutResponse(format: number, ...formats: readonly number[]): Buffer {
  return message('H', uint8(format), int16(formats.length), ...formats.map(int16))
}

export function copyBothResponse(format: number, ...formats: readonly number[]): Buffer {
  return message('W', uint8(format), int16(formats.length), ...formats.map(int16))
}

export function copyData(content: Bytes): Buffer {
  return message('d', content)
}

export function copyDone(): Buffer {
  return message('c')
}

// At any time

/** Fields by their one-letter codes; severity, SQLSTATE and text have defaults. */
export function errorResponse(fields: Readonly<Record<string, string>> = {}): Buffer {
  return message('E', reportFields({ S: 'ERROR', V: 'ERROR', C: 'XX000', M: 'scripted error', ...fields }))
}

export function noticeResponse(fields: Readonly<Record<string, string>> = {}): Buffer {
  return message('N', reportFields({ S: 'NOTICE', V: 'NOTICE', C: '00000', M: 'scripted notice', ...fields }))
}

function reportFields(fields: Readonly<Record<string, string>>): Buffer {
  return joined([...Object.entries(fields).map(([code, value]) => joined([code, cstring(value)])), uint8(0)])
}

export function notificationResponse(processId: number, channel: string, payload: string): Buffer {
  return message('A', int32(processId), cstring(channel), cstring(payload))
}

// Broken messages

/** The same message with another number in its length field. */
export function withLength(whole: Uint8Array, length: number): Buffer {
  return joined([whole.subarray(0, 1), int32(length), whole.subarray(5)])
}

/** The message with the last `count` bytes of its body missing, and a length that says so. */
export function shortenedBy(count: number, whole: Uint8Array): Buffer {
  return message(String.fromCharCode(whole[0] ?? 0), whole.subarray(5, whole.length - count))
}

/** The message with bytes behind what its format asks for, and a length that counts them. */
export function extendedBy(extra: Bytes, whole: Uint8Array): Buffer {
  return message(String.fromCharCode(whole[0] ?? 0), whole.subarray(5), extra)
}
