import type { ProtocolVersions } from '../config/connection-settings.ts'
import { ProtocolError } from '../errors/protocol-error.ts'
import type { FrameReader } from '../wire/frame-reader.ts'

const MAJOR = 3

/** There never was a 3.1. */
const NEVER_RELEASED = 1

/**
 * NegotiateProtocolVersion: the server speaks an older version than the one that it was asked for. Some servers name the
 * whole version and some its minor number only, which for 3.0 is the same 0.
 */
export function readNegotiatedVersion(reader: FrameReader, { min, max }: ProtocolVersions): void {
  const version = reader.int32()
  const unknownOptions = reader.int32()
  const major = version >>> 16
  const minor = version & 0xffff
  if ((major !== MAJOR && major !== 0) || minor >= max || minor === NEVER_RELEASED) {
    throw new ProtocolError('The server wants a version of the protocol that nobody asked for')
  }
  // We ask for none.
  if (unknownOptions !== 0)
    throw new ProtocolError('The server refuses an option of the protocol that nobody asked for')
  reader.done()
  if (minor < min) {
    throw new ProtocolError(`The server speaks version 3.${minor} of the protocol, and minProtocolVersion is 3.${min}`)
  }
}
