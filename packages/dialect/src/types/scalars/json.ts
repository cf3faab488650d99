import { decodeText } from '../../bytes/decode-text.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'

/** The only version of jsonb's binary format. */
const JSONB_VERSION = 1

const TYPESCRIPT = {
  select: "import('kysely-pgwire/types').Json",
  insert: "import('kysely-pgwire/types').JsonInput",
} as const

/** What the engines say when `JSON.stringify` meets a bigint or a cycle. */
const NOT_SERIALIZABLE = /bigint|circular|cyclic/i

/** And when it runs out of stack, some thousand levels down, or of room for a string. */
const TOO_DEEP = /call stack|recursion/i
const TOO_LONG = /string length|out of memory/i

/**
 * JSON, parsed. A string is encoded verbatim, as JSON text; everything else by `JSON.stringify`, whose rules
 * hold for what is inside: it leaves out what is undefined, and makes null of NaN.
 * Numbers come out as JavaScript's, so those beyond double precision are rounded.
 */
export const json: Codec<unknown> = defineCodec<unknown>({
  name: 'json',
  oid: 114,
  arrayOid: 199,
  typescript: TYPESCRIPT,
  samples: ['{"a" : [1, "two", null, true]}', '[]', '-1.5', 'false'],
  encodesStrings: true,
  encodesArrays: true,
  decode: (bytes, _view, offset, length) => parse(decodeText(bytes, offset, length)),
  encode: (value, out) => out.text(stringify(value)),
  fromText: parse,
  toText: stringify,
})

/** As json, in the server's decomposed form. */
export const jsonb: Codec<unknown> = defineCodec<unknown>({
  name: 'jsonb',
  oid: 3802,
  arrayOid: 3807,
  typescript: TYPESCRIPT,
  samples: ['{"a": [1, "two", null, true]}', '[]', '-1.5', 'false'],
  encodesStrings: true,
  encodesArrays: true,
  decode: (bytes, _view, offset, length) => parse(decodeJsonb(bytes, offset, length)),
  encode: (value, out) => {
    const source = stringify(value)
    out.uint8(JSONB_VERSION)
    out.text(source)
  },
  fromText: parse,
  toText: stringify,
})

/** The JSON text in jsonb's binary form. */
export function decodeJsonb(bytes: Buffer, offset: number, length: number): string {
  if (length === 0 || bytes[offset] !== JSONB_VERSION) throw new InvalidValueError('an unknown version of jsonb')
  return decodeText(bytes, offset + 1, length - 1)
}

function parse(source: string): unknown {
  try {
    return JSON.parse(source)
  } catch {
    // The engine's message quotes the source.
    throw new InvalidValueError('not JSON')
  }
}

function stringify(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' && !Number.isFinite(value)) throw new InvalidValueError('not a finite number')
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) throw new InvalidValueError('bytes are not JSON')
  if (value instanceof Map || value instanceof Set) throw new InvalidValueError('a Map or a Set is not JSON')
  if (value instanceof Date && Number.isNaN(value.getTime())) throw new InvalidValueError('an invalid Date')
  const source = serialize(value)
  if (source === undefined) throw new InvalidValueError('it has no JSON')
  return source
}

/** Errors of a user's own `toJSON` or getter pass through. */
function serialize(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch (error) {
    if (error instanceof TypeError && NOT_SERIALIZABLE.test(error.message)) {
      throw new InvalidValueError('a bigint or a cycle is not JSON')
    }
    if (error instanceof RangeError && TOO_DEEP.test(error.message)) throw new InvalidValueError('nested too deeply')
    if (error instanceof RangeError && TOO_LONG.test(error.message))
      throw new InvalidValueError('too long for a string')
    throw error
  }
}
