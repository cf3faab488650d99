import { SendBuffer } from '../bytes/send-buffer.ts'
import { InvalidValueError } from '../errors/codec-error.ts'
import { type Codec, TEXT } from './codec.ts'

/** Reads a value from the text that the server prints for it, whatever format the type has otherwise. */
export function valueFromText<Value>(codec: Codec<Value>, text: string): Value {
  if (codec.fromText !== undefined) return codec.fromText(text)
  if (codec.format !== TEXT) throw new InvalidValueError(`the codec of ${codec.name} does not read text`)
  return decodeFromText(codec.decode, text)
}

/** Gives a decoder of text its bytes. */
export function decodeFromText<Value>(decode: Codec<Value>['decode'], text: string): Value {
  const bytes = Buffer.from(text)
  return decode(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length)
}

/** PostgreSQL's text input for a value. A string is text already, unless the codec has strings of its own. */
export function textOf(codec: Codec, value: unknown): string {
  if (typeof value === 'string' && !codec.ownStrings) return value
  if (codec.toText !== undefined) return codec.toText(value)
  if (codec.format !== TEXT) throw new InvalidValueError(`the codec of ${codec.name} does not write text`)
  const out = new SendBuffer()
  codec.encode(value, out)
  return out.bytes.toString('utf8', 0, out.length)
}
