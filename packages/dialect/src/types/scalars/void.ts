import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'

/** What a function without a result gives: always null. */
export const voidType: Codec<null> = defineCodec<null>({
  name: 'void',
  oid: 2278,
  size: 0,
  typescript: { select: 'null', insert: 'null' },
  decode: () => null,
  encode: () => {
    throw new InvalidValueError('void has no values')
  },
})
