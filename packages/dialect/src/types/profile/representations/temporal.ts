import { InvalidValueError } from '../../../errors/codec-error.ts'
import type { Codec } from '../../codec.ts'
import { EPOCH_US } from '../../scalars/calendar.ts'
import { date } from '../../scalars/date.ts'
import { Interval } from '../../scalars/interval-value.ts'
import { interval } from '../../scalars/interval.ts'
import type { TemporalImplementation, TemporalValue } from '../../scalars/temporal-types.ts'
import { time } from '../../scalars/time.ts'
import {
  formatTimestamp,
  parseTimestamp,
  requireTimestamp,
  TIMESTAMP_INFINITY,
  TIMESTAMP_NEGATIVE_INFINITY,
} from '../../scalars/timestamp-text.ts'
import { timestamp, timestamptz } from '../../scalars/timestamp.ts'
import { mapCodec } from '../map-codec.ts'
import { readAs } from './read-as.ts'

const SERVER_DATE = /^(\d{4,7})(-\d\d-\d\d.*?)( BC)?$/

const INFINITE = " | import('kysely-pgwire/types').Infinite"

/** One codec for each type that Temporal has a class for. */
export interface TemporalCodecs {
  readonly timestamptz: Codec<TemporalValue | number>
  readonly timestamp: Codec<TemporalValue | number>
  readonly date: Codec<TemporalValue | number>
  readonly time: Codec<TemporalValue>
  readonly interval: Codec<TemporalValue | number>
}

/**
 * Values of Temporal, to the microsecond. 'infinity' and '-infinity' are the numbers `Infinity` and `-Infinity`. Refused,
 * because Temporal has no value for them: dates and timestamps behind its last (in the year 275760), the time 24:00:00,
 * and intervals whose parts have different signs.
 *
 * `namespace` is what the types are called in generated source text.
 */
export function temporalCodecs(temporal: TemporalImplementation, namespace: string): TemporalCodecs {
  const { Instant, PlainDateTime, PlainDate, PlainTime, Duration } = temporal
  const instant = (microseconds: bigint): TemporalValue | number =>
    infinityOf(microseconds) ??
    ranged(() => Instant.fromEpochNanoseconds((requireTimestamp(microseconds) + EPOCH_US) * 1000n))
  const plainDateTime = (microseconds: bigint): TemporalValue | number =>
    infinityOf(microseconds) ?? ranged(() => PlainDateTime.from(isoDate(formatTimestamp(microseconds, ''))))

  return {
    timestamptz: readAs(timestamptz, {
      typescript: typesOf('Instant', timestamptz, INFINITE),
      decode: (_bytes, view, offset) => instant(view.getBigInt64(offset)),
      fromText: (text) => instant(parseTimestamp(text, true)),
    }),
    timestamp: readAs(timestamp, {
      typescript: typesOf('PlainDateTime', timestamp, INFINITE),
      decode: (_bytes, view, offset) => plainDateTime(view.getBigInt64(offset)),
      fromText: (text) => plainDateTime(parseTimestamp(text, false)),
    }),
    date: mapCodec(date, {
      typescript: typesOf('PlainDate', date, INFINITE),
      ownStrings: false,
      decode: (text) => {
        if (text === 'infinity') return Infinity
        return text === '-infinity' ? -Infinity : ranged(() => PlainDate.from(isoDate(text)))
      },
      encode: (value) => (isInfinity(value) ? infinityText(value) : value),
    }),
    time: mapCodec(time, {
      typescript: typesOf('PlainTime', time, ''),
      ownStrings: false,
      decode: (text) => {
        if (text === '24:00:00') throw new InvalidValueError('24:00:00 is no PlainTime: read time as string')
        return PlainTime.from(text)
      },
      encode: (value) => value,
    }),
    interval: mapCodec(interval, {
      typescript: typesOf('Duration', interval, INFINITE),
      ownStrings: false,
      decode: (value) => {
        if (!value.finite) return value.months > 0 ? Infinity : -Infinity
        return Duration.from(durationText(value))
      },
      encode: (value) => {
        if (!isInfinity(value)) return value
        return value > 0 ? Interval.infinity : Interval.negativeInfinity
      },
    }),
  }

  function typesOf(name: string, { typescript }: Codec, infinite: string): Codec['typescript'] {
    const select = `${namespace}.${name}${infinite}`
    return { select, insert: [...new Set(`${typescript.insert} | ${select}`.split(' | '))].join(' | ') }
  }
}

function infinityOf(microseconds: bigint): number | undefined {
  if (microseconds === TIMESTAMP_INFINITY) return Infinity
  return microseconds === TIMESTAMP_NEGATIVE_INFINITY ? -Infinity : undefined
}

function isInfinity(value: unknown): value is number {
  return value === Infinity || value === -Infinity
}

function infinityText(value: number): string {
  return value > 0 ? 'infinity' : '-infinity'
}

/** ISO 8601 with one sign, in front. */
function durationText(value: Interval): string {
  const { months, days, microseconds } = value
  if (months >= 0 && days >= 0 && microseconds >= 0n) return String(value)
  if (months <= 0 && days <= 0 && microseconds <= 0n) return `-${String(value).replaceAll('-', '')}`
  throw new InvalidValueError('its parts have different signs, which a Duration cannot have')
}

/** ISO 8601 with the signed years of six digits that Temporal reads. */
function isoDate(text: string): string {
  const match = SERVER_DATE.exec(text)
  if (match === null) return text
  const [, digits, rest, era] = match
  if (era === undefined && digits!.length === 4) return `${digits}${rest!.replace(' ', 'T')}`
  const year = era === undefined ? Number(digits) : Number(digits) - 1
  const sign = era === undefined || year === 0 ? '+' : '-'
  return `${sign}${String(year).padStart(6, '0')}${rest!.replace(' ', 'T')}`
}

/** Temporal's own errors may quote their input. */
function ranged(make: () => TemporalValue): TemporalValue {
  try {
    return make()
  } catch {
    throw new InvalidValueError('out of range for Temporal')
  }
}
