import type { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'
import { CYCLE_DAYS, DATE_SYNTAX, daysFromParts, MARCH_EPOCH_DAYS } from './calendar.ts'
import { plainDateText } from './temporal-input.ts'

/** 2000-01-01, PostgreSQL's epoch, in days since 1970-01-01. */
const EPOCH_DAYS = 10_957
const DAY_MS = 86_400_000

const INFINITY = 0x7fff_ffff
const NEGATIVE_INFINITY = -0x8000_0000

/** 4714-11-24 BC and 5874897-12-31, the first and the last date that the server has. */
const MIN_DAYS = -2_451_545
const MAX_DAYS = 2_145_031_948

const SYNTAX = new RegExp(`^${DATE_SYNTAX}( BC)?$`)

/**
 * A calendar date, as the server prints it under DateStyle ISO: '2024-02-29', '0044-03-15 BC', '12024-01-01',
 * 'infinity', '-infinity'. A string, because a date is no instant.
 *
 * Encodes such strings, the numbers ±Infinity, and a `Date` that is midnight in UTC. Any other `Date` is refused: which
 * day it is depends on where one looks from.
 *
 * @see https://www.postgresql.org/docs/current/datatype-datetime.html
 */
export const date: Codec<string> = defineCodec<string>({
  name: 'date',
  oid: 1082,
  arrayOid: 1182,
  size: 4,
  typescript: { select: 'string', insert: 'string | Date' },
  samples: ['2024-02-29', '1969-12-31', '0044-03-15 BC', '4714-11-24 BC', '5874897-12-31', 'infinity', '-infinity'],
  decode: (_bytes, view, offset) => formatDate(view.getInt32(offset)),
  encode: (value, out: SendBuffer) => out.int32(daysOf(value)),
  fromText: (text) => formatDate(parseDate(text)),
  toText: (value) => formatDate(daysOf(value)),
})

function formatDate(days: number): string {
  if (days === INFINITY) return 'infinity'
  if (days === NEGATIVE_INFINITY) return '-infinity'
  if (days < MIN_DAYS || days > MAX_DAYS) throw new InvalidValueError('out of range for date')

  // Years are counted from March, so that the leap day is the last of its year.
  const fromMarch = days + MARCH_EPOCH_DAYS
  const cycle = Math.floor(fromMarch / CYCLE_DAYS)
  const dayOfCycle = fromMarch - cycle * CYCLE_DAYS
  const yearOfCycle =
    ((dayOfCycle - ((dayOfCycle / 1460) | 0) + ((dayOfCycle / 36_524) | 0) - ((dayOfCycle / 146_096) | 0)) / 365) | 0
  const dayOfYear = dayOfCycle - (365 * yearOfCycle + ((yearOfCycle / 4) | 0) - ((yearOfCycle / 100) | 0))
  const monthFromMarch = ((5 * dayOfYear + 2) / 153) | 0
  const day = dayOfYear - (((153 * monthFromMarch + 2) / 5) | 0) + 1
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  const year = yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0)

  if (year < 1 || year > 9999) {
    const years = year < 1 ? 1 - year : year
    return `${pad(years, 4)}-${pad(month, 2)}-${pad(day, 2)}${year < 1 ? ' BC' : ''}`
  }
  const century = (year / 100) | 0
  const ofCentury = year - century * 100
  // 53 ns with all of the above, against 89 for such a template alone and 610 through `Date.prototype.toISOString`.
  return String.fromCharCode(
    0x30 + ((century / 10) | 0),
    0x30 + (century % 10),
    0x30 + ((ofCentury / 10) | 0),
    0x30 + (ofCentury % 10),
    0x2d,
    0x30 + ((month / 10) | 0),
    0x30 + (month % 10),
    0x2d,
    0x30 + ((day / 10) | 0),
    0x30 + (day % 10),
  )
}

function daysOf(value: unknown): number {
  const text = typeof value === 'string' ? value : plainDateText(value)
  if (text !== undefined) return parseDate(text)
  if (typeof value === 'number') return infinityOf(value)
  if (!(value instanceof Date)) throw new InvalidValueError('not a date')
  const days = value.getTime() / DAY_MS - EPOCH_DAYS
  if (Number.isNaN(days)) throw new InvalidValueError('an invalid Date')
  if (!Number.isInteger(days)) {
    throw new InvalidValueError("a Date that is not midnight in UTC; pass 'YYYY-MM-DD' to say which day is meant")
  }
  return requireDays(days)
}

function infinityOf(value: number): number {
  if (value === Infinity) return INFINITY
  if (value === -Infinity) return NEGATIVE_INFINITY
  throw new InvalidValueError("a number is only taken for ±Infinity; pass 'YYYY-MM-DD'")
}

function parseDate(value: string): number {
  if (value === 'infinity') return INFINITY
  if (value === '-infinity') return NEGATIVE_INFINITY
  const match = SYNTAX.exec(value)
  if (match === null) throw new InvalidValueError('not a date')
  const [, years = '', months = '', days = '', era] = match
  return requireDays(daysFromParts(years, months, days, era !== undefined))
}

function requireDays(days: number): number {
  if (days < MIN_DAYS || days > MAX_DAYS) throw new InvalidValueError('out of range for date')
  return days
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0')
}
