import { decodeText } from '../../bytes/decode-text.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec, TEXT } from '../codec.ts'
import { requireText } from '../plain-text.ts'

type DecodeBinary = NonNullable<Codec<string>['decodeBinary']>

/** What a type that travels as text has to say. */
interface TextOnly {
  readonly name: string
  readonly oid: number
  readonly arrayOid?: number
  /** How its binary form is read; undefined where there is none, or none that says enough. */
  readonly decodeBinary?: DecodeBinary
  readonly samples?: readonly string[]
  /** Whether the server takes values of it. Default: true. */
  readonly insertable?: boolean
  /** Writes what the type takes for a value. Default: strings, numbers, bigints and booleans. */
  readonly toText?: (value: unknown) => string
}

/** A type whose values arrive as the server prints them, and are sent as text for it to read. */
export function textOnly(type: TextOnly): Codec<string> {
  const { name, oid, arrayOid = 0, decodeBinary, samples = [], insertable = true, toText = requireText } = type
  return defineCodec<string>({
    name,
    oid,
    arrayOid,
    format: TEXT,
    typescript: { select: 'string', insert: insertable ? 'string' : 'never' },
    samples,
    encodesStrings: true,
    decode: decodeUtf8,
    encode: (value, out) => out.text(toText(value)),
    fromText: (text) => text,
    toText,
    ...(decodeBinary === undefined ? {} : { decodeBinary }),
  })
}

/** The binary form is the text. */
function decodeUtf8(bytes: Buffer, _view: DataView, offset: number, length: number): string {
  return decodeText(bytes, offset, length)
}

/** The binary form is the server's memory, which says nothing here: in hexadecimal digits, as a bytea is printed. */
function decodeHex(bytes: Buffer, _view: DataView, offset: number, length: number): string {
  return `\\x${bytes.toString('hex', offset, offset + length)}`
}

/**
 * An amount of money as the server prints it, which depends on its `lc_monetary`: '$1,234.56'. As text, because the binary
 * form is a number of the smallest unit that does not say which unit that is.
 *
 * Encodes strings, and whole amounts as numbers and bigints. '1234.56' is 123456 where the decimal point is a comma.
 *
 * @see https://www.postgresql.org/docs/current/datatype-money.html
 */
export const money: Codec<string> = textOnly({
  name: 'money',
  oid: 790,
  arrayOid: 791,
  samples: ['$0.00', '-$1,234.56'],
  toText: amountText,
})

function amountText(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'bigint') return String(value)
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new InvalidValueError('not an amount')
  if (!Number.isInteger(value)) throw new InvalidValueError('its decimal point depends on lc_monetary: pass text')
  if (!Number.isSafeInteger(value)) throw new InvalidValueError('not a safe integer: pass a bigint or a string')
  return String(value)
}

/** XML as it was given. @see https://www.postgresql.org/docs/current/datatype-xml.html */
export const xml: Codec<string> = textOnly({
  name: 'xml',
  oid: 142,
  arrayOid: 143,
  decodeBinary: decodeUtf8,
  samples: ['', '<a b="c">ü</a>', 'text, <b/> and more'],
})

/** The name of a cursor. */
export const refcursor: Codec<string> = textOnly({
  name: 'refcursor',
  oid: 1790,
  arrayOid: 2201,
  decodeBinary: decodeUtf8,
  samples: ['', 'c', '<unnamed portal 1>'],
})

/** A privilege: 'grantee=privileges/grantor'. */
export const aclitem: Codec<string> = textOnly({
  name: 'aclitem',
  oid: 1033,
  arrayOid: 1034,
  samples: ['=r/pg_monitor', 'pg_monitor=arw*/pg_read_all_stats'],
})

/** Types of the server's own, which it prints and reads no more. */
export const internalCodecs: readonly Codec<string>[] = [
  textOnly({ name: 'pg_node_tree', oid: 194, decodeBinary: decodeUtf8, insertable: false }),
  textOnly({ name: 'pg_ndistinct', oid: 3361, decodeBinary: decodeHex, insertable: false }),
  textOnly({ name: 'pg_dependencies', oid: 3402, decodeBinary: decodeHex, insertable: false }),
  textOnly({ name: 'pg_mcv_list', oid: 5017, decodeBinary: decodeHex, insertable: false }),
  textOnly({ name: 'pg_brin_bloom_summary', oid: 4600, decodeBinary: decodeHex, insertable: false }),
  textOnly({ name: 'pg_brin_minmax_multi_summary', oid: 4601, decodeBinary: decodeHex, insertable: false }),
  textOnly({ name: 'gtsvector', oid: 3642, arrayOid: 3644, insertable: false }),
  // An array of anything: the columns of pg_stats that hold values of other columns.
  textOnly({ name: 'anyarray', oid: 2277, insertable: false }),
]
