import { decodeText } from '../../../bytes/decode-text.ts'
import { InvalidValueError } from '../../../errors/codec-error.ts'
import type { Codec } from '../../codec.ts'
import { json, jsonb } from '../../scalars/json.ts'
import { readAs } from './read-as.ts'

const JSONB_VERSION = 1

/** Reads JSON text: a schema's own parser, one that keeps large numbers, or any other. */
export interface JsonParsing {
  readonly parse: (source: string) => unknown
  /** The type of what `parse` returns, as TypeScript source text. Default: `unknown`. */
  readonly typescript?: string
}

/** json and jsonb as `parse` reads them. What `parse` throws rejects the query. */
export function jsonCodecs({ parse, typescript = 'unknown' }: JsonParsing): readonly Codec[] {
  return [
    readAs(json, {
      typescript: { select: typescript },
      decode: (bytes, _view, offset, length) => parse(decodeText(bytes, offset, length)),
      fromText: parse,
    }),
    readAs(jsonb, {
      typescript: { select: typescript },
      decode: (bytes, _view, offset, length) => {
        if (length === 0 || bytes[offset] !== JSONB_VERSION) throw new InvalidValueError('an unknown version of jsonb')
        return parse(decodeText(bytes, offset + 1, length - 1))
      },
      fromText: parse,
    }),
  ]
}

/** json and jsonb as the JSON text that the server has. */
export const jsonCodecsAsString: readonly Codec[] = jsonCodecs({ parse: (source) => source, typescript: 'string' })
