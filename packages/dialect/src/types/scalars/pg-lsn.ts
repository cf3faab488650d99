import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'

const SYNTAX = /^([0-9a-f]{1,8})\/([0-9a-f]{1,8})$/i

/**
 * A position in the write-ahead log, as the server prints it: '16/B374D848'. Encodes such strings.
 *
 * @see https://www.postgresql.org/docs/current/datatype-pg-lsn.html
 */
export const pgLsn: Codec<string> = defineCodec<string>({
  name: 'pg_lsn',
  oid: 3220,
  arrayOid: 3221,
  size: 8,
  typescript: { select: 'string', insert: 'string' },
  samples: ['0/0', '16/B374D848', 'FFFFFFFF/FFFFFFFF'],
  encodesStrings: true,
  decode: (_bytes, view, offset) => `${hex(view.getUint32(offset))}/${hex(view.getUint32(offset + 4))}`,
  encode: (value, out) => {
    const [high, low] = wordsOf(value)
    out.uint32(high)
    out.uint32(low)
  },
  fromText: formatted,
  toText: formatted,
})

function wordsOf(value: unknown): [high: number, low: number] {
  const match = typeof value === 'string' ? SYNTAX.exec(value) : null
  if (match === null) throw new InvalidValueError('not a position in the log')
  return [Number.parseInt(match[1]!, 16), Number.parseInt(match[2]!, 16)]
}

function formatted(value: unknown): string {
  const [high, low] = wordsOf(value)
  return `${hex(high)}/${hex(low)}`
}

function hex(word: number): string {
  return word.toString(16).toUpperCase()
}
