import { ProtocolError } from '../../errors/protocol-error.ts'

/** An Authentication message: its code, and what stands behind it. */
export interface AuthenticationRequest {
  readonly code: number
  /** May be a view of the receive buffer: it is read before the first await. */
  readonly body: Uint8Array
}

export type AuthenticationRequestName =
  | 'AuthenticationOk'
  | 'AuthenticationCleartextPassword'
  | 'AuthenticationMD5Password'
  | 'AuthenticationSASL'
  | 'AuthenticationSASLContinue'
  | 'AuthenticationSASLFinal'

/** @see https://www.postgresql.org/docs/current/protocol-message-formats.html */
const names: ReadonlyMap<number, AuthenticationRequestName> = new Map([
  [0, 'AuthenticationOk'],
  [3, 'AuthenticationCleartextPassword'],
  [5, 'AuthenticationMD5Password'],
  [10, 'AuthenticationSASL'],
  [11, 'AuthenticationSASLContinue'],
  [12, 'AuthenticationSASLFinal'],
])

const unsupportedMethods: ReadonlyMap<number, string> = new Map([
  [1, 'Kerberos V4'],
  [2, 'Kerberos V5'],
  [4, 'crypt'],
  [6, 'SCM credentials'],
  [7, 'GSSAPI'],
  [8, 'GSSAPI'],
  [9, 'SSPI'],
])

const MAX_SASL_MECHANISMS = 64

/** RFC 4422, section 3.1. */
const MECHANISM = /^[A-Z0-9_-]{1,20}$/

export function requestName(code: number): AuthenticationRequestName {
  const name = names.get(code)
  if (name !== undefined) return name
  const method = unsupportedMethods.get(code)
  throw new ProtocolError(
    method === undefined
      ? `The server asks for authentication by a method that is not known (code ${code})`
      : `The server asks for authentication by ${method}, which is not supported`,
  )
}

/** The list in AuthenticationSASL: strings that end with a NUL, and an empty one behind the last. */
export function readSaslMechanisms(body: Uint8Array): readonly string[] {
  const mechanisms: string[] = []
  let start = 0
  for (;;) {
    const end = body.indexOf(0, start)
    if (end === -1) throw malformedList('it does not end')
    if (end === start) break
    if (mechanisms.length === MAX_SASL_MECHANISMS)
      throw malformedList(`it has more than ${MAX_SASL_MECHANISMS} entries`)
    mechanisms.push(readMechanism(body.subarray(start, end)))
    start = end + 1
  }
  if (start + 1 !== body.length) throw malformedList('something stands behind its end')
  if (mechanisms.length === 0) throw malformedList('it is empty')
  return mechanisms
}

function readMechanism(bytes: Uint8Array): string {
  const mechanism = Buffer.from(bytes).toString('latin1')
  if (!MECHANISM.test(mechanism)) throw malformedList('it has a name that no mechanism can have')
  return mechanism
}

function malformedList(reason: string): ProtocolError {
  return new ProtocolError(`The server's list of SASL mechanisms is malformed: ${reason}`)
}
