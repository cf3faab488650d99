import { decodeText } from '../bytes/decode-text.ts'
import { type Codec, defineCodec, TEXT } from './codec.ts'
import { requireText } from './plain-text.ts'

/** What the server says about a type that its own catalog would leave out. */
export interface TextTypeOptions {
  readonly arrayOid?: number
  /** `pg_type.typdelim`. Default: a comma. */
  readonly delimiter?: string
}

/**
 * The codec for any other type: its values arrive as the text that the server prints and are sent as text that it reads.
 * Encodes strings, and numbers, bigints and booleans as JavaScript prints them.
 */
export function asText(name: string, oid: number, options: TextTypeOptions = {}): Codec<string> {
  return defineCodec<string>({
    name,
    oid,
    ...options,
    format: TEXT,
    typescript: { select: 'string', insert: 'string' },
    encodesStrings: true,
    decode: (bytes, _view, offset, length) => decodeText(bytes, offset, length),
    encode: (value, out) => out.text(requireText(value)),
    toText: requireText,
  })
}
