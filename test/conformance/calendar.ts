/** Dates and times as the server prints them, by way of JavaScript's own calendar. */

const DAY_MS = 86_400_000

/** In 400 years the calendar comes round: so many days, whatever the year they begin with. */
const CYCLE_DAYS = 146_097
const CYCLE_YEARS = 400

/** A date, from its days since 1970. */
export function calendarDate(day: number): string {
  const cycles = Math.floor(day / CYCLE_DAYS)
  const [month, date] = new Date((day - cycles * CYCLE_DAYS) * DAY_MS).toISOString().slice(5, 10).split('-')
  const year = new Date((day - cycles * CYCLE_DAYS) * DAY_MS).getUTCFullYear() + cycles * CYCLE_YEARS
  return withEra(year, `-${month}-${date}`)
}

/** A timestamp in UTC; `zone` is what stands behind the time. */
export function writeMoment(moment: Date | number, zone: string): string {
  if (typeof moment === 'number') return moment > 0 ? 'infinity' : '-infinity'
  return withEra(moment.getUTCFullYear(), `${moment.toISOString().slice(-20, -1).replace('T', ' ')}${zone}`)
}

/** Microseconds are cut off towards the past. */
export function parseMoment(printed: string): Date | number {
  if (printed.endsWith('infinity')) return printed.startsWith('-') ? -Infinity : Infinity
  const [, year, month, day, time, fraction = '', era] =
    /^(\d+)-(\d\d)-(\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?(?:\+00)?( BC)?$/.exec(printed)!
  const moment = new Date(`2000-01-01T${time}.${fraction.padEnd(3, '0').slice(0, 3)}Z`)
  moment.setUTCFullYear(era === undefined ? Number(year) : 1 - Number(year), Number(month) - 1, Number(day))
  return moment
}

/** A time of day, from its microseconds. */
export function timeOfDay(microseconds: bigint): string {
  const seconds = microseconds / 1_000_000n
  const fraction = String(microseconds % 1_000_000n)
    .padStart(6, '0')
    .replace(/0+$/, '')
  const clock = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map(twoDigits).join(':')
  return fraction === '' ? clock : `${clock}.${fraction}`
}

/** An offset east of UTC, from its seconds. */
export function zoneOffset(seconds: number): string {
  const magnitude = Math.abs(seconds)
  const parts = [Math.trunc(magnitude / 3600), Math.trunc(magnitude / 60) % 60, magnitude % 60]
  while (parts.length > 1 && parts.at(-1) === 0) parts.pop()
  return (seconds < 0 ? '-' : '+') + parts.map(twoDigits).join(':')
}

function twoDigits(value: number | bigint): string {
  return String(value).padStart(2, '0')
}

function withEra(year: number, rest: string): string {
  return `${String(year < 1 ? 1 - year : year).padStart(4, '0')}${rest}${year < 1 ? ' BC' : ''}`
}
