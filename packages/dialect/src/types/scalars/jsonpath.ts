import { decodeText } from '../../bytes/decode-text.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'
import { requireText } from '../plain-text.ts'

/** The only version of jsonpath's binary format. */
const VERSION = 1

/**
 * A path expression of SQL/JSON, as the server prints it: '$."a"[*]?(@ > 1)'. Encodes strings.
 *
 * @see https://www.postgresql.org/docs/current/datatype-json.html#DATATYPE-JSONPATH
 */
export const jsonpath: Codec<string> = defineCodec<string>({
  name: 'jsonpath',
  oid: 4072,
  arrayOid: 4073,
  typescript: { select: 'string', insert: 'string' },
  samples: ['$', '$."a"[*]?(@ > 1)', 'strict $."a b"."ü"'],
  encodesStrings: true,
  decode: (bytes, _view, offset, length) => {
    if (length === 0 || bytes[offset] !== VERSION) throw new InvalidValueError('an unknown version of jsonpath')
    return decodeText(bytes, offset + 1, length - 1)
  },
  encode: (value, out) => {
    out.uint8(VERSION)
    out.text(requireText(value))
  },
  fromText: (text) => text,
  toText: requireText,
})
