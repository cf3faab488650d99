import { InvalidValueError } from '../../errors/codec-error.ts'

/** The parts of an interval; those left out are zero. */
export interface IntervalFields {
  readonly months?: number
  readonly days?: number
  /** A number up to `Number.MAX_SAFE_INTEGER` (285 years), or a bigint. */
  readonly microseconds?: number | bigint
}

/**
 * A span of time exactly as PostgreSQL keeps it: months, days and microseconds do not convert into each other, and each
 * has a sign of its own. Prints, also in JSON, as ISO 8601 like the server under IntervalStyle iso_8601.
 */
export class Interval {
  /** The infinite intervals, from PostgreSQL 17 on. Earlier servers take their fields for numbers. */
  static readonly infinity: Interval = Object.freeze(
    new Interval({
      months: 0x7fff_ffff,
      days: 0x7fff_ffff,
      microseconds: 2n ** 63n - 1n,
    }),
  )
  static readonly negativeInfinity: Interval = Object.freeze(
    new Interval({
      months: -0x8000_0000,
      days: -0x8000_0000,
      microseconds: -(2n ** 63n),
    }),
  )

  readonly months: number
  readonly days: number
  readonly microseconds: bigint

  constructor({ months = 0, days = 0, microseconds = 0n }: IntervalFields) {
    this.months = months
    this.days = days
    this.microseconds = typeof microseconds === 'bigint' ? microseconds : exactMicroseconds(microseconds)
  }

  get finite(): boolean {
    return !same(this, Interval.infinity) && !same(this, Interval.negativeInfinity)
  }

  /** ISO 8601: 'P1Y2M3DT4H5M6.789S', 'P-1DT-0.000001S', 'PT0S'; 'infinity' and '-infinity' for what has no ISO 8601. */
  toString(): string {
    if (!this.finite) return this.months > 0 ? 'infinity' : '-infinity'
    const years = Math.trunc(this.months / 12)
    const calendar = part(years, 'Y') + part(this.months - years * 12, 'M') + part(this.days, 'D')
    const clock = clockText(this.microseconds)
    if (calendar === '' && clock === '') return 'PT0S'
    return clock === '' ? `P${calendar}` : `P${calendar}T${clock}`
  }

  toJSON(): string {
    return this.toString()
  }
}

/** `BigInt` quotes what it does not take. */
function exactMicroseconds(microseconds: number): bigint {
  if (!Number.isSafeInteger(microseconds)) throw new InvalidValueError('its microseconds are not a safe integer')
  return BigInt(microseconds)
}

function same(left: Interval, right: Interval): boolean {
  return left.months === right.months && left.days === right.days && left.microseconds === right.microseconds
}

function part(value: number | bigint, unit: string): string {
  return value === 0 || value === 0n ? '' : `${value}${unit}`
}

/** Division of bigints cuts towards zero, so that all parts have the sign of the whole. */
function clockText(microseconds: bigint): string {
  const totalSeconds = microseconds / 1_000_000n
  const totalMinutes = totalSeconds / 60n
  return (
    part(totalMinutes / 60n, 'H') +
    part(totalMinutes % 60n, 'M') +
    secondsText(Number(totalSeconds % 60n), Number(microseconds % 1_000_000n))
  )
}

function secondsText(seconds: number, fraction: number): string {
  if (fraction === 0) return part(seconds, 'S')
  const digits = String(Math.abs(fraction)).padStart(6, '0').replace(/0+$/, '')
  return `${fraction < 0 ? '-' : ''}${Math.abs(seconds)}.${digits}S`
}
