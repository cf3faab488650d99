import { decodeText } from '../../../bytes/decode-text.ts'
import type { Codec } from '../../codec.ts'
import { decodeJsonb, json, jsonb } from '../../scalars/json.ts'
import { SERVER_TEXT } from '../../text-fallback.ts'
import { readAs } from './read-as.ts'

/** Reads JSON text: a schema's own parser, one that keeps large numbers, or any other. */
export interface JsonParsing {
  readonly parse: (source: string) => unknown
  /** The type of what `parse` returns, as TypeScript source text. Default: `unknown`. */
  readonly typescript?: string
}

const UNKNOWN = { select: 'unknown', insert: 'unknown' } as const

/** json and jsonb as `parse` reads them. What `parse` throws is the `cause` of the `CodecError` that rejects the query. */
export function jsonCodecs({ parse, typescript: stated }: JsonParsing): readonly Codec[] {
  const typescript =
    stated === undefined ? UNKNOWN : { select: stated, insert: `${json.typescript.insert} | NonNullable<${stated}>` }
  return [
    readAs(json, {
      typescript,
      decode: (bytes, _view, offset, length) => parse(decodeText(bytes, offset, length)),
      fromText: parse,
    }),
    readAs(jsonb, {
      typescript,
      decode: (bytes, _view, offset, length) => parse(decodeJsonb(bytes, offset, length)),
      fromText: parse,
    }),
  ]
}

/** json and jsonb as the JSON text that the server has. */
export const jsonCodecsAsString: readonly Codec[] = jsonCodecs({
  parse: (source) => source,
  typescript: SERVER_TEXT,
})
