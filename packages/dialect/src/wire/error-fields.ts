import { ProtocolError } from '../errors/protocol-error.ts'
import type { FrameReader } from './frame-reader.ts'

/** The fields of an ErrorResponse or NoticeResponse by their one-letter codes; unknown ones are kept. */
export type ErrorFields = ReadonlyMap<string, string>

/** The protocol knows 18; a peer that sends far more is not a server. */
const MAX_FIELDS = 64

/** @see https://www.postgresql.org/docs/current/protocol-error-fields.html */
export function readErrorFields(reader: FrameReader): ErrorFields {
  const fields = new Map<string, string>()
  for (;;) {
    const code = reader.uint8()
    if (code === 0) break
    if (fields.size === MAX_FIELDS) throw new ProtocolError('The server sent an error with too many fields')
    fields.set(String.fromCharCode(code), reader.cstring())
  }
  reader.done()
  return fields
}
