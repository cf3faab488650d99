/** interval as `pg` reads it, by way of the package postgres-interval: the same fields, the same methods. */
import { InvalidValueError } from '../../../errors/codec-error.ts'
import type { Codec } from '../../codec.ts'
import { Interval, type IntervalFields } from '../../scalars/interval-value.ts'
import { interval } from '../../scalars/interval.ts'
import { mapCodec } from '../map-codec.ts'

/** The parts of a {@link PgInterval}; those that are zero are left out. */
export interface PgIntervalFields {
  years?: number
  months?: number
  days?: number
  hours?: number
  minutes?: number
  seconds?: number
  /** With the microseconds as its fraction. */
  milliseconds?: number
}

const HOUR_US = 3_600_000_000n
const MINUTE_US = 60_000_000n
const SECOND_US = 1_000_000n

/** In the order in which `toPostgres` prints them. */
const PRINTED = ['seconds', 'minutes', 'hours', 'days', 'months', 'years'] as const
const NAMES: readonly string[] = [...PRINTED, 'milliseconds']

/** What `pg` gives for an interval. Only the parts that are not zero are properties, as own enumerable fields. */
export class PgInterval implements PgIntervalFields {
  declare years?: number
  declare months?: number
  declare days?: number
  declare hours?: number
  declare minutes?: number
  declare seconds?: number
  declare milliseconds?: number

  constructor(fields: PgIntervalFields) {
    Object.assign(this, fields)
  }

  /** PostgreSQL's text input: '6.5 seconds 1 days'. */
  toPostgres(): string {
    const names = PRINTED.filter((name) => Object.hasOwn(this, name))
    if (this.milliseconds !== undefined && !names.includes('seconds')) names.push('seconds')
    if (names.length === 0) return '0'
    return names.map((name) => `${name === 'seconds' ? this.#seconds : this[name]} ${name}`).join(' ')
  }

  /** ISO 8601 with all of its parts: 'P0Y0M1DT0H0M6.5S'. */
  toISOString(): string {
    const { years = 0, months = 0, days = 0, hours = 0, minutes = 0 } = this
    return `P${years}Y${months}M${days}DT${hours}H${minutes}M${this.#seconds}S`
  }

  toISO(): string {
    return this.toISOString()
  }

  get #seconds(): string {
    const { seconds = 0, milliseconds } = this
    if (milliseconds === undefined) return String(seconds)
    return (seconds + milliseconds / 1000).toFixed(6).replace(/\.?0+$/, '')
  }
}

/** interval as a {@link PgInterval}, and an infinite one as an empty object, as `pg` has it. Encodes such objects too. */
export const intervalAsPg: Codec<PgInterval> = mapCodec(interval, {
  typescript: {
    select: "import('kysely-pgwire/types').PgInterval",
    insert: `${interval.typescript.insert} | import('kysely-pgwire/types').PgIntervalFields`,
  },
  ownStrings: false,
  decode: (value) => new PgInterval(value.finite ? pgFields(value) : {}),
  encode: (value) => (isPgFields(value) ? intervalFields(value) : value),
})

function pgFields({ months, days, microseconds }: Interval): PgIntervalFields {
  const parts: Record<string, number> = {
    years: Math.trunc(months / 12),
    months: months % 12,
    days,
    hours: Number(microseconds / HOUR_US),
    minutes: Number((microseconds % HOUR_US) / MINUTE_US),
    seconds: Number((microseconds % MINUTE_US) / SECOND_US),
    milliseconds: Number(microseconds % SECOND_US) / 1000,
  }
  return Object.fromEntries(Object.entries(parts).filter(([, count]) => count !== 0))
}

/** Not for what the codec of intervals takes itself: an Interval, its fields, or a Duration. */
function isPgFields(value: unknown): value is PgIntervalFields {
  if (typeof value !== 'object' || value === null || value instanceof Interval) return false
  return value instanceof PgInterval || (!('microseconds' in value) && Object.keys(value).some(isPgName))
}

function isPgName(name: string): boolean {
  return NAMES.includes(name)
}

function intervalFields(value: PgIntervalFields): IntervalFields {
  if (!Object.keys(value).every(isPgName)) throw new InvalidValueError('not the parts of an interval')
  const { years = 0, months = 0, days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds = 0 } = value
  const small = BigInt(whole(Math.round(milliseconds * 1000) + whole(seconds) * 1_000_000))
  const microseconds = BigInt(whole(hours)) * HOUR_US + BigInt(whole(minutes)) * MINUTE_US + small
  return { months: whole(years) * 12 + whole(months), days: whole(days), microseconds }
}

function whole(count: number): number {
  if (!Number.isSafeInteger(count)) throw new InvalidValueError('its parts are not integers')
  return count
}
