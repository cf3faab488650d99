import { decodeText } from '../../bytes/decode-text.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'
import { MAX_SAMPLES } from '../parts/samples.ts'

/**
 * The codec of an enum: its labels as strings. A label that is not in `labels` is left to the server to refuse: it may
 * have been added since they were looked up.
 *
 * @see https://www.postgresql.org/docs/current/datatype-enum.html
 */
export function enumOf(name: string, oid: number, arrayOid: number, labels: readonly string[]): Codec<string> {
  const union = labels.map((label) => JSON.stringify(label)).join(' | ') || 'never'
  return defineCodec<string>({
    name,
    oid,
    arrayOid,
    typescript: { select: union, insert: union },
    samples: labels.slice(0, MAX_SAMPLES),
    encodesStrings: true,
    decode: (bytes, _view, offset, length) => decodeText(bytes, offset, length),
    encode: (value, out) => out.text(requireLabel(value)),
    fromText: (text) => text,
    toText: requireLabel,
  })
}

function requireLabel(value: unknown): string {
  if (typeof value !== 'string') throw new InvalidValueError('not a label')
  return value
}
