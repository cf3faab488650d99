/**
 * Dates as `pg` makes them: the process's local time says what the server says. Which instant that is depends on where
 * the process runs, and an hour of each year is skipped or told twice; that is what this representation is for.
 */
import type { SendBuffer } from '../../../bytes/send-buffer.ts'
import type { Codec } from '../../codec.ts'
import { date } from '../../scalars/date.ts'
import { formatTimestamp, parseTimestamp } from '../../scalars/timestamp-text.ts'
import { timestamp, timestamptz } from '../../scalars/timestamp.ts'
import { textOf, valueFromText } from '../../text-form.ts'
import { readAs } from './read-as.ts'

const FIELDS = /^(\d+)-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d+))?)?(?:\+00)?( BC)?$/

/** From 0100-01-01 to the last `Date`, in microseconds since 2000: nothing is special there. */
const PLAIN_FROM_US = -59_958_144_000_000_000n
const PLAIN_TO_US = 8_639_053_315_200_000_000n

const TYPESCRIPT = {
  select: "Date | import('kysely-pgwire/types').Infinite",
  insert: "Date | string | import('kysely-pgwire/types').Infinite",
} as const

/** timestamp as the `Date` whose local fields say the same; out of the range of `Date`, an invalid one. */
export const timestampAsLocalDate: Codec<Date | number> = readAs(timestamp, {
  decode: (_bytes, view, offset) => localDate(formatTimestamp(view.getBigInt64(offset), '')),
  fromText: (text) => localDate(formatTimestamp(parseTimestamp(text, false), '')),
  encode: encodeLocal,
  toText: (value) => (isLocal(value) ? localText(value) : textOf(timestamp, value)),
})

/** date as the `Date` of its local midnight. Encodes the local day of a `Date`, whatever its time. */
export const dateAsLocalDate: Codec<Date | number> = readAs(date, {
  typescript: TYPESCRIPT,
  decode: (bytes, view, offset, length) => localDate(date.decode(bytes, view, offset, length)),
  fromText: (text) => localDate(valueFromText(date, text)),
  encode: (value, out) => date.encode(localDay(value), out),
  toText: (value) => textOf(date, localDay(value)),
})

/** timestamptz as a `Date`, but an invalid one where the range of `Date` ends. */
export const timestamptzAsPgDate: Codec<Date | number> = readAs(timestamptz, {
  decode: (bytes, view, offset, length) => {
    const microseconds = view.getBigInt64(offset)
    if (microseconds > PLAIN_FROM_US && microseconds < PLAIN_TO_US) {
      return timestamptz.decode(bytes, view, offset, length)
    }
    return utcDate(formatTimestamp(microseconds, ''))
  },
  fromText: (text) => utcDate(formatTimestamp(parseTimestamp(text, true), '')),
})

function localDate(text: string): Date | number {
  const fields = fieldsOf(text)
  if (typeof fields === 'number') return fields
  const local = new Date(...fields)
  // These years mean 1900 to 1999 to the constructor.
  if (fields[0] >= 0 && fields[0] < 100) local.setFullYear(fields[0])
  return local
}

function utcDate(text: string): Date | number {
  const fields = fieldsOf(text)
  if (typeof fields === 'number') return fields
  const utc = new Date(Date.UTC(...fields))
  if (fields[0] >= 0 && fields[0] < 100) utc.setUTCFullYear(fields[0])
  return utc
}

type DateFields = [year: number, month: number, day: number, ...time: number[]]

/** The arguments of `Date`; its milliseconds cut the microseconds off. Or an infinity. */
function fieldsOf(text: string): DateFields | number {
  const match = FIELDS.exec(text)
  if (match === null) return text.startsWith('-') ? -Infinity : Infinity
  const [, years, month, day, hours = '0', minutes = '0', seconds = '0', fraction = '', era] = match
  const year = era === undefined ? Number(years) : 1 - Number(years)
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3))
  return [year, Number(month) - 1, Number(day), Number(hours), Number(minutes), Number(seconds), milliseconds]
}

function encodeLocal(value: unknown, out: SendBuffer): void {
  if (isLocal(value)) out.bigInt64(parseTimestamp(localText(value), false))
  else timestamp.encode(value, out)
}

/** The day of a `Date`, or an infinity, as the codec of dates takes them. All else stays what it is. */
function localDay(value: unknown): unknown {
  if (value === Infinity || value === -Infinity) return value > 0 ? 'infinity' : '-infinity'
  return isLocal(value) ? localText(value).replace(/ \S+\d(?= BC$|$)/, '') : value
}

function isLocal(value: unknown): value is Date {
  return value instanceof Date && !Number.isNaN(value.getTime())
}

/** What the clock on the wall says, as the server prints it. */
function localText(value: Date): string {
  const year = value.getFullYear()
  const years = padded(year < 1 ? 1 - year : year, 4)
  const day = `${years}-${padded(value.getMonth() + 1, 2)}-${padded(value.getDate(), 2)}`
  const minute = `${padded(value.getHours(), 2)}:${padded(value.getMinutes(), 2)}`
  const second = `${padded(value.getSeconds(), 2)}.${padded(value.getMilliseconds(), 3)}`
  return `${day} ${minute}:${second}${year < 1 ? ' BC' : ''}`
}

function padded(part: number, digits: number): string {
  return String(part).padStart(digits, '0')
}
