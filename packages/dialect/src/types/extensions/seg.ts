import { type Codec, defineCodec } from '../codec.ts'
import { asText } from '../text-fallback.ts'

/** An interval of numbers with their significant digits: '6.25 .. 6.50', '<1.5'. It has no binary form. */
export const seg: Codec<string> = defineCodec<string>({
  ...asText('seg', 0),
  samples: ['5', '6.25 .. 6.50', '<1.5', '~-2.0', '1 ..'],
})
