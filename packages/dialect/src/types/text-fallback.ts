import { decodeText } from '../bytes/decode-text.ts'
import { changedCodec } from './changed-codec.ts'
import { type Codec, defineCodec, TEXT } from './codec.ts'
import { requireText } from './plain-text.ts'
import { textOf, valueFromText } from './text-form.ts'

/** The text that the server prints for a list, an object, or whatever else is no text in JSON. */
export const SERVER_TEXT = "import('kysely-pgwire/types').ServerText"

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
    fromText: (text) => text,
    toText: requireText,
  })
}

/** The same texts, of a type that is no text in JSON. */
export function asServerText(codec: Codec): Codec {
  const { insert } = codec.typescript
  return changedCodec(codec, { typescript: { select: SERVER_TEXT, insert } })
}

/** A codec for the same values over text, for a server whose type has no binary form. Undefined if the codec reads no text. */
export function overText<Value>(codec: Codec<Value>): Codec<Value> | undefined {
  if (codec.format === TEXT) return codec
  if (codec.fromText === undefined) return undefined
  const { prefersText: _prefersText, encodeText: _encodeText, ...rest } = codec
  return {
    ...rest,
    format: TEXT,
    size: -1,
    encodesStrings: true,
    decode: (bytes, _view, offset, length) => valueFromText(codec, decodeText(bytes, offset, length)),
    encode: (value, out) => out.text(textOf(codec, value)),
  }
}
