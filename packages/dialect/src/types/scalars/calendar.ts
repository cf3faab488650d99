import { InvalidValueError } from '../../errors/codec-error.ts'

/** A 400-year cycle of the calendar. */
export const CYCLE_DAYS = 146_097

/** 2000-01-01T00:00:00Z, PostgreSQL's epoch, in microseconds since 1970. */
export const EPOCH_US = 946_684_800_000_000n

/** From 0000-03-01, where a cycle with its leap day at the end of each year begins, to 2000-01-01. */
export const MARCH_EPOCH_DAYS = 730_425

/** A year, with as many digits as the server has years, a month and a day: the year is never 0. */
export const DATE_SYNTAX: string = String.raw`(\d{4,7})-(\d\d)-(\d\d)`

/** Days from 2000-01-01 to the date that the parts of {@link DATE_SYNTAX} say. Throws when there is no such day. */
export function daysFromParts(years: string, months: string, days: string, beforeChrist: boolean): number {
  const year = beforeChrist ? 1 - Number(years) : Number(years)
  const month = Number(months)
  const day = Number(days)
  if (Number(years) === 0 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) {
    throw new InvalidValueError('not a date')
  }
  return daysFromCivil(year, month, day)
}

function daysFromCivil(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year
  const cycle = Math.floor(marchYear / 400)
  const yearOfCycle = marchYear - cycle * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfCycle = yearOfCycle * 365 + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100) + dayOfYear
  return cycle * CYCLE_DAYS + dayOfCycle - MARCH_EPOCH_DAYS
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
