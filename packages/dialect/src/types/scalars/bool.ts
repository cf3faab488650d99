import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'

/** `true` or `false`. Encodes nothing but booleans: `1` and `'t'` mean different things to different people. */
export const bool: Codec<boolean> = defineCodec<boolean>({
  name: 'bool',
  oid: 16,
  arrayOid: 1000,
  size: 1,
  typescript: { select: 'boolean', insert: 'boolean' },
  samples: ['t', 'f'],
  decode: (bytes, _view, offset) => {
    const byte = bytes[offset]!
    if (byte > 1) throw new InvalidValueError('neither true nor false')
    return byte === 1
  },
  encode: (value, out) => out.uint8(requireBoolean(value) ? 1 : 0),
  fromText: (text) => {
    if (text !== 't' && text !== 'f') throw new InvalidValueError('neither true nor false')
    return text === 't'
  },
  toText: (value) => String(requireBoolean(value)),
})

function requireBoolean(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new InvalidValueError('not a boolean')
  return value
}
