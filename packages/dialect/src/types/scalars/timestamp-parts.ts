import { InvalidValueError } from '../../errors/codec-error.ts'
import { DATE_SYNTAX, daysFromParts } from './calendar.ts'
import { parseTime, parseZone } from './time.ts'

const SYNTAX = new RegExp(`^${DATE_SYNTAX} (\\S+?)( BC)?$`)

/** How far a session's time zone can be from UTC, in seconds, exclusive: POSIX zones go up to 167 hours. */
const MAX_ZONE_SECONDS = 168 * 3600

/** A date and a time as they were written, and how far west of Greenwich that was. */
export interface TimestampParts {
  /** Since 2000-01-01. */
  readonly days: number
  /** Of the day. */
  readonly microseconds: number
  /** 0 for a timestamp without time zone. */
  readonly secondsWest: number
}

/**
 * Reads a finite timestamp as the server prints it under DateStyle ISO: '2024-02-29 20:31:23.648',
 * '2024-02-29 22:31:23.648+02', '0044-03-15 12:00:00+05:30:15 BC'. `zoned`: with the offset that the session's time zone
 * had then, which has to be there. Whether the type has such a timestamp is for the caller to say.
 */
export function parseTimestampParts(text: string, zoned: boolean): TimestampParts {
  const match = SYNTAX.exec(text)
  if (match === null) throw new InvalidValueError('not a timestamp')
  const [, years = '', months = '', daysOfMonth = '', timeAndZone = '', era] = match
  const days = daysFromParts(years, months, daysOfMonth, era !== undefined)
  const { microseconds, rest } = parseTime(timeAndZone)
  if (!zoned && rest !== '') throw new InvalidValueError('a time zone where there is none')
  return { days, microseconds, secondsWest: zoned ? parseZone(rest, MAX_ZONE_SECONDS) : 0 }
}
