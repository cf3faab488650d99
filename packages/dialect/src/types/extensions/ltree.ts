import { decodeText } from '../../bytes/decode-text.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'
import { requireText } from '../plain-text.ts'

/** The only version so far of the binary form, which is the text behind it. */
const VERSION = 1

/** A path of labels: 'top.science.astronomy'. */
export const ltree: Codec<string> = versionedText('ltree', ['', 'top', 'top.science.Astro_1'])

/** A pattern for paths: '*.science.*'. */
export const lquery: Codec<string> = versionedText('lquery', ['*', '*{1,2}.!pizza|sushi', 'a@*.b%.c'])

/** A search for words in paths: 'science & !old*'. */
export const ltxtquery: Codec<string> = versionedText('ltxtquery', ['science', 'Europe & Russia@* & !Transportation'])

function versionedText(typname: string, samples: readonly string[]): Codec<string> {
  return defineCodec<string>({
    name: typname,
    typescript: { select: 'string', insert: 'string' },
    samples,
    encodesStrings: true,
    decode: (bytes, _view, offset, length) => {
      if (length === 0 || bytes[offset] !== VERSION) throw new InvalidValueError(`an unknown version of ${typname}`)
      return decodeText(bytes, offset + 1, length - 1)
    },
    encode: (value, out) => {
      out.uint8(VERSION)
      out.text(requireText(value))
    },
    fromText: (text) => text,
    toText: requireText,
  })
}
