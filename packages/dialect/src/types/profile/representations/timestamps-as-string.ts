import type { Codec } from '../../codec.ts'
import { formatTimestamp, parseTimestamp } from '../../scalars/timestamp-text.ts'
import { timestamp, timestamptz } from '../../scalars/timestamp.ts'
import { readAs } from './read-as.ts'

/**
 * timestamptz as the server prints it in UTC: '2024-02-29 20:31:23.648999+00', '0044-03-15 12:00:00+00 BC', 'infinity'.
 * All microseconds, and the whole range.
 */
export const timestamptzAsString: Codec<string> = asString(timestamptz, '+00')

/** timestamp as the server prints it: '2024-02-29 20:31:23.648999'. */
export const timestampAsString: Codec<string> = asString(timestamp, '')

function asString(codec: Codec, zone: '' | '+00'): Codec<string> {
  return readAs(codec, {
    typescript: { select: 'string' },
    decode: (_bytes, view, offset) => formatTimestamp(view.getBigInt64(offset), zone),
    // Printed in the session's zone, which need not be UTC.
    fromText: (text) => formatTimestamp(parseTimestamp(text, zone !== ''), zone),
    encode: (value, out) => {
      if (typeof value === 'string') out.bigInt64(parseTimestamp(value, zone !== ''))
      else codec.encode(value, out)
    },
  })
}
