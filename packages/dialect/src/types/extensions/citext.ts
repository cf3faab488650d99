import { type Codec, defineCodec } from '../codec.ts'
import { text } from '../scalars/text.ts'

/** Text that the server compares without regard to case; to JavaScript it is text like any other. */
export const citext: Codec<string> = defineCodec<string>({
  ...text,
  name: 'citext',
  oid: 0,
  arrayOid: 0,
  samples: ['', 'Käse', 'A "quoted", {braced} \\ text'],
})
