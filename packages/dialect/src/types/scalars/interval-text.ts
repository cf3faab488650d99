import { InvalidValueError } from '../../errors/codec-error.ts'
import { Interval } from './interval-value.ts'

/**
 * What the server prints under each IntervalStyle, by parts. `sign` or `ago` turns the whole, `monthSign` and `clockSign`
 * turn years with months, and the time with its parts; any other sign stands within its part.
 *
 * @see https://www.postgresql.org/docs/current/datatype-datetime.html#DATATYPE-INTERVAL-OUTPUT
 */
const STYLES: readonly RegExp[] = [
  // iso_8601: 'P1Y2M-3DT4H5M6.789S'
  /^P(?=.)(?:(?<years>-?\d+)Y)?(?:(?<months>-?\d+)M)?(?:(?<days>-?\d+)D)?(?:T(?=.)(?:(?<hours>-?\d+)H)?(?:(?<minutes>-?\d+)M)?(?:(?<seconds>-?\d+)(?:\.(?<fraction>\d{1,6}))?S)?)?$/,
  // postgres: '1 year 2 mons -3 days +04:05:06.789'
  /^(?=.)(?:(?<years>[+-]?\d+) years?(?: (?=.)|$))?(?:(?<months>[+-]?\d+) mons?(?: (?=.)|$))?(?:(?<days>[+-]?\d+) days?(?: (?=.)|$))?(?:(?<clockSign>[+-]?)(?<hours>\d{2,}):(?<minutes>\d\d):(?<seconds>\d\d)(?:\.(?<fraction>\d{1,6}))?)?$/,
  // postgres_verbose: '@ 1 year 2 mons -3 days 4 hours 5 mins 6.789 secs ago'
  /^@(?= )(?: (?<years>-?\d+) years?)?(?: (?<months>-?\d+) mons?)?(?: (?<days>-?\d+) days?)?(?: (?<hours>-?\d+) hours?)?(?: (?<minutes>-?\d+) mins?)?(?: (?<seconds>-?\d+)(?:\.(?<fraction>\d{1,6}))? secs?| 0)?(?<ago> ago)?$/,
  // sql_standard, where the parts have one sign: '-1-2', '3 4:05:06.789', '-4:05:06', '0'
  /^(?<sign>-?)(?<years>\d+)-(?<months>\d+)$/,
  /^(?<sign>-?)(?:(?<days>\d+) )?(?<hours>\d+):(?<minutes>\d\d):(?<seconds>\d\d)(?:\.(?<fraction>\d{1,6}))?$/,
  /^0$/,
  // sql_standard, where they differ: '+1-2 -3 +4:05:06.789'
  /^(?<monthSign>[+-])(?<years>\d+)-(?<months>\d+) (?<days>[+-]\d+) (?<clockSign>[+-])(?<hours>\d+):(?<minutes>\d\d):(?<seconds>\d\d)(?:\.(?<fraction>\d{1,6}))?$/,
]

/** Longer than any interval; a bound for what the expressions and bigints have to go through. */
const MAX_LENGTH = 200

/** Reads an interval as the server prints it, in any IntervalStyle. Whether its fields fit is for the caller to say. */
export function parseInterval(text: string): Interval {
  if (text === 'infinity') return Interval.infinity
  if (text === '-infinity') return Interval.negativeInfinity
  if (text.length <= MAX_LENGTH) {
    for (const style of STYLES) {
      const match = style.exec(text)
      if (match !== null) return intervalFromParts(match.groups ?? {})
    }
  }
  throw new InvalidValueError('not an interval')
}

type Parts = Readonly<Record<string, string | undefined>>

function intervalFromParts(parts: Parts): Interval {
  const turn = parts['sign'] === '-' || parts['ago'] !== undefined ? -1n : 1n
  const months = whole(parts['years']) * 12n + whole(parts['months'])
  const seconds = (whole(parts['hours']) * 60n + whole(parts['minutes'])) * 60n + whole(parts['seconds'])
  const fraction = whole(parts['fraction']?.padEnd(6, '0')) * (parts['seconds']?.startsWith('-') === true ? -1n : 1n)
  return new Interval({
    months: Number(months * turn * signOf(parts['monthSign'])),
    days: Number(whole(parts['days']) * turn),
    microseconds: (seconds * 1_000_000n + fraction) * turn * signOf(parts['clockSign']),
  })
}

function whole(digits: string | undefined): bigint {
  return BigInt(digits ?? 0)
}

function signOf(sign: string | undefined): bigint {
  return sign === '-' ? -1n : 1n
}
