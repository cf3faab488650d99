/** Timestamps as the server's text, microsecond by microsecond, over its whole range: 4714 BC to 294276. */
import { Buffer } from 'node:buffer'

import { InvalidValueError } from '../../errors/codec-error.ts'
import { date } from './date.ts'
import { time } from './time.ts'
import { parseTimestampParts } from './timestamp-parts.ts'

const DAY_US = 86_400_000_000n

/** ±infinity, in microseconds. */
export const TIMESTAMP_INFINITY: bigint = 2n ** 63n - 1n
export const TIMESTAMP_NEGATIVE_INFINITY: bigint = -(2n ** 63n)

/** 4714-11-24 BC, the first timestamp, and the first that there is no more. */
const FIRST_US = -211_813_488_000_000_000n
const END_US = 9_223_371_331_200_000_000n

/** A day of the date codec and a time of the time codec: what those two know of calendars is not said again here. */
const parts: Buffer = Buffer.alloc(12)
const view: DataView = new DataView(parts.buffer, parts.byteOffset)

/** Microseconds since 2000 as the server prints them, with `zone` ('+00' or nothing) in its place. */
export function formatTimestamp(microseconds: bigint, zone: '' | '+00'): string {
  if (microseconds === TIMESTAMP_INFINITY) return 'infinity'
  if (microseconds === TIMESTAMP_NEGATIVE_INFINITY) return '-infinity'
  requireTimestamp(microseconds)
  let ofDay = microseconds % DAY_US
  if (ofDay < 0n) ofDay += DAY_US
  view.setInt32(0, Number((microseconds - ofDay) / DAY_US))
  view.setBigInt64(4, ofDay)
  const day = date.decode(parts, view, 0, 4)
  const clock = time.decode(parts, view, 4, 8)
  return day.endsWith(' BC') ? `${day.slice(0, -3)} ${clock}${zone} BC` : `${day} ${clock}${zone}`
}

/** Microseconds since 2000 of what the server prints; `zoned`: with an offset from UTC, which has to be there. */
export function parseTimestamp(text: string, zoned: boolean): bigint {
  if (text === 'infinity') return TIMESTAMP_INFINITY
  if (text === '-infinity') return TIMESTAMP_NEGATIVE_INFINITY
  const { days, microseconds, secondsWest } = parseTimestampParts(text, zoned)
  return requireTimestamp(BigInt(days) * DAY_US + BigInt(microseconds) + BigInt(secondsWest) * 1_000_000n)
}

export function requireTimestamp(microseconds: bigint): bigint {
  if (microseconds < FIRST_US || microseconds >= END_US) throw new InvalidValueError('out of range for timestamp')
  return microseconds
}
