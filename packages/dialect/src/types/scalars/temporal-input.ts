/**
 * Values of Temporal as parameters, by whichever implementation made them: what they are to the server, exactly.
 * Each function gives undefined for a value that is none of Temporal's, and refuses a class that means something else.
 */
import { InvalidValueError } from '../../errors/codec-error.ts'
import { EPOCH_US } from './calendar.ts'
import type { IntervalFields } from './interval-value.ts'
import { isoText, requireMicroseconds, temporalClass } from './temporal-types.ts'

const ISO_YEAR = /^([+-]\d{6}|\d{4})(-\d\d-\d\d.*)$/

/** For timestamptz: microseconds since 2000 of an Instant or a ZonedDateTime, whose zone has no place there. */
export function instantMicroseconds(value: unknown): bigint | undefined {
  if (!is(value, ['Instant', 'ZonedDateTime'])) return undefined
  const { epochNanoseconds } = value as { readonly epochNanoseconds: bigint }
  if (epochNanoseconds % 1000n !== 0n) throw new InvalidValueError('finer than a microsecond')
  return epochNanoseconds / 1000n - EPOCH_US
}

/** For timestamp: a PlainDateTime as the server would print it. */
export function plainDateTimeText(value: unknown): string | undefined {
  if (!is(value, ['PlainDateTime'])) return undefined
  return serverDate(requireMicroseconds(isoText(value)).replace('T', ' '))
}

/** For date: a PlainDate as the server would print it. */
export function plainDateText(value: unknown): string | undefined {
  return is(value, ['PlainDate']) ? serverDate(isoText(value)) : undefined
}

/** For time: a PlainTime as the server would print it, or with zeros behind that. */
export function plainTimeText(value: unknown): string | undefined {
  return is(value, ['PlainTime']) ? requireMicroseconds(String(value)) : undefined
}

/** For a type that Temporal has no class for, as timetz: refuses all of them. */
export function refuseTemporal(value: unknown, wanted: string): void {
  const name = temporalClass(value)
  if (name !== undefined) throw new InvalidValueError(`a Temporal.${name} where ${wanted} belongs`)
}

/** For interval: a Duration, its years as 12 months, its weeks as 7 days, what is smaller as microseconds. */
export function durationFields(value: unknown): Required<IntervalFields> | undefined {
  if (!is(value, ['Duration'])) return undefined
  const { years, months, weeks, days, hours, minutes, seconds, milliseconds, microseconds, nanoseconds } =
    value as Record<string, number>
  const small =
    BigInt(hours!) * 3_600_000_000n +
    BigInt(minutes!) * 60_000_000n +
    BigInt(seconds!) * 1_000_000n +
    BigInt(milliseconds!) * 1000n +
    BigInt(microseconds!)
  const fine = BigInt(nanoseconds!)
  if (fine % 1000n !== 0n) throw new InvalidValueError('finer than a microsecond')
  return { months: years! * 12 + months!, days: weeks! * 7 + days!, microseconds: small + fine / 1000n }
}

function is(value: unknown, classes: readonly string[]): boolean {
  const name = temporalClass(value)
  if (name === undefined) return false
  if (!classes.includes(name)) throw new InvalidValueError(`a Temporal.${name} where a ${classes[0]} belongs`)
  return true
}

/** From ISO 8601's signed years to the server's, which has no year 0 and says BC instead. */
function serverDate(text: string): string {
  const match = ISO_YEAR.exec(text)
  if (match === null) throw new InvalidValueError('not an ISO date')
  const year = Number(match[1])
  const years = String(year < 1 ? 1 - year : year).padStart(4, '0')
  return `${years}${match[2]}${year < 1 ? ' BC' : ''}`
}
