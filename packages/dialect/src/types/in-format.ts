import { decodeText } from '../bytes/decode-text.ts'
import { type Codec, type Format, TEXT } from './codec.ts'

/**
 * `codec` as it reads values that come in `format`, to exactly what it gives otherwise. Undefined where it cannot: the
 * binary form of a type that travels as text may say less.
 */
export function inFormat(codec: Codec, format: Format): Codec | undefined {
  if (codec.format === format) return codec
  const { fromText } = codec
  if (format !== TEXT || fromText === undefined) return undefined
  return {
    ...codec,
    format,
    size: -1,
    decode: (bytes, _view, offset, length) => fromText(decodeText(bytes, offset, length)),
  }
}
