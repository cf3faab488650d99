import { decodeText } from '../bytes/decode-text.ts'
import { BINARY, type Codec, type Format, TEXT } from './codec.ts'

/** `codec` as it reads values that come in `format`, whichever it would have asked for. Undefined where it cannot. */
export function inFormat(codec: Codec, format: Format): Codec | undefined {
  if (codec.format === format) return codec
  const { decodeBinary, fromText } = codec
  if (format === BINARY) return decodeBinary && { ...codec, format: BINARY, size: -1, decode: decodeBinary }
  return (
    fromText && {
      ...codec,
      format: TEXT,
      size: -1,
      decode: (bytes, _view, offset, length) => fromText(decodeText(bytes, offset, length)),
    }
  )
}
