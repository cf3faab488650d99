import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'

/** What a function without a result gives: always null. The server makes an empty text of it in JSON. */
export const voidType: Codec<null> = defineCodec<null>({
  name: 'void',
  oid: 2278,
  size: 0,
  typescript: { select: 'null', insert: 'never' },
  decode: () => null,
  fromText: (text) => {
    if (text !== '') throw new InvalidValueError('void has no values')
    return null
  },
  encode: () => {
    throw new InvalidValueError('void has no values')
  },
})
