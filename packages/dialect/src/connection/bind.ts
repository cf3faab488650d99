import type { SendBuffer } from '../bytes/send-buffer.ts'
import { CodecError, InvalidValueError } from '../errors/codec-error.ts'
import { UsageError } from '../errors/usage-error.ts'
import { BINARY, TEXT, type Codec, type Format } from '../types/codec.ts'
import { endFrame, startFrame } from '../wire/extended-query.ts'
import type { Statement } from './statement.ts'

const BIND = 0x42

/** The protocol counts parameters in 16 bits. */
export const MAX_PARAMETERS = 65_535

/**
 * Bind: gives a prepared statement its parameters, each encoded in place by the codec of the server's OID.
 * It is here and not among the messages because nowhere else do wire and types meet.
 */
export function writeBind(
  out: SendBuffer,
  portal: string,
  name: string,
  statement: Statement,
  values: readonly unknown[],
): void {
  const codecs = statement.parameterCodecs
  const count = codecs.length
  if (values.length !== count) throw wrongParameterCount(count, values.length)
  const start = startFrame(out, BIND)
  out.cstring(portal)
  out.cstring(name)
  out.uint16(count)
  out.reserve(count * 2)
  const formats = out.length
  out.length += count * 2
  out.uint16(count)
  for (let index = 0; index < count; index++) {
    const format = writeValue(out, codecs[index]!, values[index], index)
    out.view.setInt16(formats + index * 2, format)
  }
  const { resultFormats } = statement
  out.uint16(resultFormats.length)
  for (let index = 0; index < resultFormats.length; index++) out.uint16(resultFormats[index]!)
  endFrame(out, start)
}

function writeValue(out: SendBuffer, codec: Codec, value: unknown, index: number): Format {
  if (value === null) {
    out.int32(-1)
    return TEXT
  }
  out.reserve(4)
  const lengthAt = out.length
  out.length += 4
  try {
    const format = encodeValue(out, codec, value)
    out.patchInt32(lengthAt, out.length - lengthAt - 4)
    return format
  } catch (error) {
    throw CodecError.encode(index + 1, codec.name, error)
  }
}

/** A string is PostgreSQL's text input, unless the codec has strings of its own; everything else goes by the codec. */
function encodeValue(out: SendBuffer, codec: Codec, value: unknown): Format {
  if (typeof value === 'string' && !codec.ownStrings) {
    out.text(value)
    return TEXT
  }
  if (value === undefined) throw new InvalidValueError('undefined is not a value; NULL is null')
  if (codec.prefersText !== undefined && codec.encodeText !== undefined && codec.prefersText(value)) {
    codec.encodeText(value, out)
    return TEXT
  }
  codec.encode(value, out)
  return codec.format === BINARY ? BINARY : TEXT
}

function wrongParameterCount(expected: number, given: number): UsageError {
  const wanted = expected === 1 ? '1 parameter' : `${expected} parameters`
  return new UsageError(`The statement takes ${wanted}, and ${given} were given`)
}
