import type { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'
import { parseInterval } from './interval-text.ts'
import { Interval, type IntervalFields } from './interval-value.ts'
import { durationFields } from './temporal-input.ts'

const INT4_MIN = -0x8000_0000
const INT4_MAX = 0x7fff_ffff
const INT8_MIN = -(2n ** 63n)
const INT8_MAX = 2n ** 63n - 1n

/**
 * A span of time as an {@link Interval}. Encodes intervals, and plain objects with some of its fields.
 *
 * @see https://www.postgresql.org/docs/current/datatype-datetime.html
 */
export const interval: Codec<Interval> = defineCodec<Interval>({
  name: 'interval',
  oid: 1186,
  arrayOid: 1187,
  size: 16,
  typescript: {
    select: "import('kysely-pgwire/types').Interval",
    insert: "string | import('kysely-pgwire/types').IntervalFields",
  },
  samples: ['PT0S', 'P1Y2M3DT4H5M6.789S', 'P-1Y-2M3DT-0.000001S', 'PT596523H14M7.483647S'],
  decode: (_bytes, view, offset) =>
    new Interval({
      months: view.getInt32(offset + 12),
      days: view.getInt32(offset + 8),
      microseconds: view.getBigInt64(offset),
    }),
  encode: (value, out: SendBuffer) => {
    const { months, days, microseconds } = requireInterval(value)
    out.bigInt64(microseconds)
    out.int32(days)
    out.int32(months)
  },
  fromText: (text) => requireInterval(parseInterval(text)),
  toText: (value) => requireInterval(value).toString(),
})

function requireInterval(given: unknown): Interval {
  const value = given instanceof Interval ? given : (durationFields(given) ?? given)
  if (!(value instanceof Interval)) requireIntervalFields(value)
  const { months = 0, days = 0, microseconds = 0n } = value as IntervalFields
  requireInt4(months)
  requireInt4(days)
  if (typeof microseconds !== 'bigint' && !Number.isSafeInteger(microseconds)) {
    throw new InvalidValueError('its microseconds are not a safe integer')
  }
  if (microseconds < INT8_MIN || microseconds > INT8_MAX) throw new InvalidValueError('out of range for interval')
  return value instanceof Interval ? value : new Interval({ months, days, microseconds })
}

/** A field under another name, such as `hours`, must not get lost. */
function requireIntervalFields(value: unknown): void {
  if (value === Infinity || value === -Infinity) {
    throw new InvalidValueError('an infinite interval is Interval.infinity or Interval.negativeInfinity')
  }
  if (typeof value !== 'object' || value === null) throw new InvalidValueError('not an interval')
  const keys = Object.keys(value)
  const known = keys.every((key) => key === 'months' || key === 'days' || key === 'microseconds')
  if (keys.length === 0 || !known) {
    throw new InvalidValueError('an interval has months, days and microseconds, and nothing else')
  }
  if (Object.values(value).includes(undefined)) {
    throw new InvalidValueError('one of its fields is undefined; leave it out for zero')
  }
}

function requireInt4(count: unknown): void {
  if (!Number.isInteger(count)) throw new InvalidValueError('its months or days are not an integer')
  if ((count as number) < INT4_MIN || (count as number) > INT4_MAX)
    throw new InvalidValueError('out of range for interval')
}
