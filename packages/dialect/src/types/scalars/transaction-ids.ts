import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'
import { oid as objectId, requireInteger } from './integers.ts'

const UINT32_MAX = 0xffff_ffff
const UINT64_MAX = 2n ** 64n - 1n
const DECIMAL = /^\d{1,20}$/

/** A transaction's number: 32 bits, which wrap around. */
export const xid: Codec<number> = counter('xid', 28, 1011)

/** The number of a command within its transaction. */
export const cid: Codec<number> = counter('cid', 29, 1012)

function counter(name: string, oid: number, arrayOid: number): Codec<number> {
  return defineCodec<number>({
    name,
    oid,
    arrayOid,
    size: 4,
    typescript: { select: "import('kysely-pgwire/types').Oid", insert: "import('kysely-pgwire/types').Oid" },
    samples: ['0', '3', '4294967295'],
    decode: (_bytes, view, offset) => view.getUint32(offset),
    encode: (value, out) => out.uint32(requireInteger(value, name, 0, UINT32_MAX)),
    fromText: objectId.fromText!,
    toText: (value) => String(requireInteger(value, name, 0, UINT32_MAX)),
  })
}

/**
 * A transaction's number that does not wrap around: 64 bits without a sign, as a decimal string.
 * Encodes bigints, numbers up to `Number.MAX_SAFE_INTEGER`, and decimal strings.
 */
export const xid8: Codec<string> = defineCodec<string>({
  name: 'xid8',
  oid: 5069,
  arrayOid: 271,
  size: 8,
  typescript: { select: 'string', insert: 'string | number | bigint' },
  samples: ['0', '4294967296', '18446744073709551615'],
  decode: (_bytes, view, offset) => String(view.getBigUint64(offset)),
  encode: (value, out) => out.bigInt64(BigInt.asIntN(64, requireXid8(value))),
  fromText: (text) => String(requireXid8(text)),
  toText: (value) => String(requireXid8(value)),
})

function requireXid8(value: unknown): bigint {
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new InvalidValueError('not a safe integer: pass a bigint or a string')
  }
  const integral =
    typeof value === 'bigint' ||
    (typeof value === 'number' && Number.isInteger(value)) ||
    (typeof value === 'string' && DECIMAL.test(value))
  if (!integral) throw new InvalidValueError('not an integer')
  const integer = BigInt(value)
  if (integer < 0n || integer > UINT64_MAX) throw new InvalidValueError('out of range for xid8')
  return integer
}
