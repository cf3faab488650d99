import type { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'
import { instantMicroseconds, plainDateTimeText } from './temporal-input.ts'
import { parseTimestampParts } from './timestamp-parts.ts'
import { formatTimestamp, parseTimestamp, requireTimestamp } from './timestamp-text.ts'

/** 2000-01-01T00:00:00Z, PostgreSQL's epoch, in milliseconds since 1970. */
const EPOCH_MS = 946_684_800_000

/** 4714-11-24 BC, before which the server has no timestamps. Its last one lies behind the last `Date`. */
const MIN_MS = -210_866_803_200_000
const MAX_DATE_MS = 8_640_000_000_000_000

/** ±infinity is the largest and the smallest int64. */
const INFINITY_HIGH = 0x7fff_ffff
const INFINITY_LOW = 0xffff_ffff
const NEGATIVE_INFINITY_HIGH = -0x8000_0000

const DAY_MS = 86_400_000
const TWO_32 = 0x1_0000_0000
const TYPESCRIPT = {
  select: "Date | import('kysely-pgwire/types').Infinite",
  insert: "Date | string | import('kysely-pgwire/types').Infinite",
} as const

/**
 * An instant, as a `Date`; 'infinity' and '-infinity' are the numbers `Infinity` and `-Infinity`.
 *
 * A `Date` has milliseconds where the server has microseconds: the rest is cut off, towards the past, before 1970 as
 * after it. An instant later than the year 275760 has no `Date` and is refused.
 *
 * @see https://www.postgresql.org/docs/current/datatype-datetime.html
 */
export const timestamptz: Codec<Date | number> = defineCodec<Date | number>({
  name: 'timestamptz',
  oid: 1184,
  arrayOid: 1185,
  size: 8,
  typescript: TYPESCRIPT,
  samples: [
    '2024-02-29 20:31:23.648+00',
    '1969-12-31 23:59:59.999+00',
    '0044-03-15 12:00:00+00 BC',
    '4714-11-24 00:00:00+00 BC',
    '275760-09-13 00:00:00+00',
    'infinity',
    '-infinity',
  ],
  decode: (_bytes, view, offset) => decodeTimestamp(view, offset),
  encode: (value, out) => encodeTimestamp(value, instantOf(value), out),
  fromText: (text) => valueFromText(text, true),
  toText: (value) => timestampText(value, instantOf(value), '+00'),
})

/** A date and a time without a zone, as the `Date` whose UTC fields say the same; ±infinity as in timestamptz. */
export const timestamp: Codec<Date | number> = defineCodec<Date | number>({
  name: 'timestamp',
  oid: 1114,
  arrayOid: 1115,
  size: 8,
  typescript: TYPESCRIPT,
  samples: [
    '2024-02-29 20:31:23.648',
    '1969-12-31 23:59:59.999',
    '0044-03-15 12:00:00 BC',
    '4714-11-24 00:00:00 BC',
    '275760-09-13 00:00:00',
    'infinity',
    '-infinity',
  ],
  decode: (_bytes, view, offset) => decodeTimestamp(view, offset),
  encode: (value, out) => encodeTimestamp(value, plainDateTimeOf(value), out),
  fromText: (text) => valueFromText(text, false),
  toText: (value) => timestampText(value, plainDateTimeOf(value), ''),
})

function decodeTimestamp(view: DataView, offset: number): Date | number {
  const high = view.getInt32(offset)
  const low = view.getUint32(offset + 4)
  if (high === INFINITY_HIGH && low === INFINITY_LOW) return Infinity
  if (high === NEGATIVE_INFINITY_HIGH && low === 0) return -Infinity
  // (high * 2^32 + low) / 1000 as a sum whose parts are exact in double precision: 2^32 is 4,294,967 * 1000 + 296.
  return dateFrom(high * 4_294_967 + Math.floor((high * 296 + low) / 1000) + EPOCH_MS)
}

function dateFrom(milliseconds: number): Date {
  if (milliseconds > MAX_DATE_MS || milliseconds < MIN_MS) throw new InvalidValueError('out of range for Date')
  return new Date(milliseconds)
}

function valueFromText(text: string, zoned: boolean): Date | number {
  if (text === 'infinity') return Infinity
  if (text === '-infinity') return -Infinity
  const { days, microseconds, secondsWest } = parseTimestampParts(text, zoned)
  return dateFrom(days * DAY_MS + Math.floor(microseconds / 1000) + secondsWest * 1000 + EPOCH_MS)
}

/** Microseconds since 2000 of what Temporal says to the microsecond; undefined for a `Date`. */
function instantOf(value: unknown): bigint | undefined {
  const microseconds = value instanceof Date ? undefined : instantMicroseconds(value)
  return microseconds === undefined ? undefined : requireTimestamp(microseconds)
}

function plainDateTimeOf(value: unknown): bigint | undefined {
  const text = value instanceof Date ? undefined : plainDateTimeText(value)
  return text === undefined ? undefined : parseTimestamp(text, false)
}

function encodeTimestamp(value: unknown, temporal: bigint | undefined, out: SendBuffer): void {
  if (temporal !== undefined) return out.bigInt64(temporal)
  const milliseconds = requireMilliseconds(value)
  if (milliseconds === Infinity) return writeInt64(INFINITY_HIGH, INFINITY_LOW, out)
  if (milliseconds === -Infinity) return writeInt64(NEGATIVE_INFINITY_HIGH, 0, out)
  const sinceEpoch = milliseconds - EPOCH_MS
  // Times 1000, in two words: the product itself may be larger than a double can hold exactly.
  const high = Math.floor(sinceEpoch / TWO_32)
  const low = (sinceEpoch - high * TWO_32) * 1000
  const carry = Math.floor(low / TWO_32)
  writeInt64(high * 1000 + carry, low - carry * TWO_32, out)
}

function writeInt64(high: number, low: number, out: SendBuffer): void {
  out.int32(high)
  out.uint32(low)
}

/** ISO 8601 without its signs for years that PostgreSQL writes otherwise. */
function timestampText(value: unknown, temporal: bigint | undefined, zone: '' | '+00'): string {
  if (temporal !== undefined) return formatTimestamp(temporal, zone)
  const milliseconds = requireMilliseconds(value)
  if (milliseconds === Infinity) return 'infinity'
  if (milliseconds === -Infinity) return '-infinity'
  const moment = new Date(milliseconds)
  const year = moment.getUTCFullYear()
  // Behind the year: '-02-29T12:00:00.000Z'.
  const rest = moment.toISOString().slice(-20, -1)
  const years = String(year < 1 ? 1 - year : year).padStart(4, '0')
  return `${years}${rest}${zone}${year < 1 ? ' BC' : ''}`
}

function requireMilliseconds(value: unknown): number {
  if (value === Infinity || value === -Infinity) return value
  if (typeof value === 'number') throw new InvalidValueError('a number is only taken for ±Infinity; pass a Date')
  if (!(value instanceof Date)) throw new InvalidValueError('not a Date')
  const milliseconds = value.getTime()
  if (Number.isNaN(milliseconds)) throw new InvalidValueError('an invalid Date')
  if (milliseconds < MIN_MS) throw new InvalidValueError('out of range for timestamp')
  return milliseconds
}
