import { scalarCodecs } from '../types/built-in.ts'
import { BINARY, type Codec } from '../types/codec.ts'
import { valueFromText } from '../types/text-form.ts'

/**
 * The encoders of types whose values are strings here: numeric, int8, date and the like. They take those that the server
 * prints, and what they take they read as the server does. Of other codecs nobody knows what they make of a string.
 */
const readers: ReadonlySet<Codec['encode']> = new Set(
  scalarCodecs
    .filter((codec) => codec.format === BINARY && isText(codec) && codec.prefersText === undefined)
    .map(({ encode }) => encode),
)

function isText(codec: Codec): boolean {
  const [sample] = codec.samples
  return sample !== undefined && typeof valueFromText(codec, sample) === 'string'
}

/** Whether the codec may be asked to encode a string, to be sent in binary. It may still refuse one that the server takes. */
export function readsTexts({ encodesStrings, ownStrings, encode }: Codec): boolean {
  return encodesStrings || ownStrings || readers.has(encode)
}
