import { decodeAscii } from '../../bytes/decode-text.ts'
import type { SendBuffer } from '../../bytes/send-buffer.ts'
import { InvalidValueError } from '../../errors/codec-error.ts'
import { type Codec, defineCodec } from '../codec.ts'
import { plainTimeText, refuseTemporal } from './temporal-input.ts'

const SECOND_US = 1_000_000
const DAY_US = 86_400 * SECOND_US

/** The server's limit for an offset from UTC, in seconds, exclusive. */
const MAX_ZONE_SECONDS = 16 * 3600

const TIME = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?/
const ZONE = /^([+-])(\d\d|1\d\d)(?::(\d\d)(?::(\d\d))?)?$/

const ZERO = 0x30
const COLON = 0x3a

/** The longest is '23:59:59.999999+15:59:59'. */
const scratch = Buffer.allocUnsafeSlow(24)

/**
 * A time of day, as the server prints it: '20:31:23', '20:31:23.648', '24:00:00'. Encodes such strings.
 *
 * @see https://www.postgresql.org/docs/current/datatype-datetime.html
 */
export const time: Codec<string> = defineCodec<string>({
  name: 'time',
  oid: 1083,
  arrayOid: 1183,
  size: 8,
  typescript: { select: 'string', insert: 'string' },
  samples: ['00:00:00', '20:31:23.648', '23:59:59.999999', '24:00:00'],
  decode: (_bytes, view, offset) => formatTime(readMicroseconds(view, offset)),
  encode: (value, out) => {
    const { microseconds, rest } = parseTime(plainTimeText(value) ?? value)
    if (rest !== '') throw new InvalidValueError('not a time')
    writeMicroseconds(microseconds, out)
  },
  fromText: (text) => {
    const { microseconds, rest } = parseTime(text)
    if (rest !== '') throw new InvalidValueError('not a time')
    return formatTime(microseconds)
  },
  toText: (value) => requireString(plainTimeText(value) ?? value),
})

/** A time of day with an offset from UTC, as the server prints it: '20:31:23.648+02', '20:31:23-03:30'. */
export const timetz: Codec<string> = defineCodec<string>({
  name: 'timetz',
  oid: 1266,
  arrayOid: 1270,
  size: 12,
  typescript: { select: 'string', insert: 'string' },
  samples: ['00:00:00+00', '20:31:23.648+02', '12:00:00-03:30', '24:00:00-15:59:59'],
  decode: (_bytes, view, offset) => formatTimetz(readMicroseconds(view, offset), view.getInt32(offset + 8)),
  encode: (value, out) => {
    const { microseconds, rest } = parseTime(requireTimetz(value))
    const secondsWest = parseZone(rest)
    writeMicroseconds(microseconds, out)
    out.int32(secondsWest)
  },
  fromText: (text) => {
    const { microseconds, rest } = parseTime(text)
    return formatTimetz(microseconds, parseZone(rest))
  },
  toText: requireTimetz,
})

function requireTimetz(value: unknown): string {
  refuseTemporal(value, "a timetz, such as '20:31:23+02',")
  return requireString(value)
}

function formatTime(microseconds: number): string {
  return decodeAscii(scratch, 0, writeTime(microseconds))
}

function formatTimetz(microseconds: number, secondsWest: number): string {
  return decodeAscii(scratch, 0, writeZone(secondsWest, writeTime(microseconds)))
}

function readMicroseconds(view: DataView, offset: number): number {
  const microseconds = view.getInt32(offset) * 0x1_0000_0000 + view.getUint32(offset + 4)
  if (microseconds < 0 || microseconds > DAY_US) throw new InvalidValueError('out of range for time')
  return microseconds
}

function writeMicroseconds(microseconds: number, out: SendBuffer): void {
  const high = Math.floor(microseconds / 0x1_0000_0000)
  out.int32(high)
  out.uint32(microseconds - high * 0x1_0000_0000)
}

/** Writes into the scratch buffer; returns where it ends. */
function writeTime(microseconds: number): number {
  const seconds = Math.floor(microseconds / SECOND_US)
  const minutes = (seconds / 60) | 0
  const hours = (minutes / 60) | 0
  writePair(0, hours)
  scratch[2] = COLON
  writePair(3, minutes - hours * 60)
  scratch[5] = COLON
  writePair(6, seconds - minutes * 60)
  let fraction = microseconds - seconds * SECOND_US
  if (fraction === 0) return 8

  let end = 15
  while (fraction % 10 === 0) {
    fraction /= 10
    end--
  }
  scratch[8] = 0x2e
  for (let at = end - 1; at > 8; at--) {
    const rest = (fraction / 10) | 0
    scratch[at] = ZERO + fraction - rest * 10
    fraction = rest
  }
  return end
}

/** The wire counts seconds west of Greenwich; people count hours east of it. */
function writeZone(secondsWest: number, start: number): number {
  const seconds = Math.abs(secondsWest)
  if (seconds >= MAX_ZONE_SECONDS) throw new InvalidValueError('an impossible time zone')
  scratch[start] = secondsWest > 0 ? 0x2d : 0x2b
  const minutes = (seconds / 60) | 0
  const hours = (minutes / 60) | 0
  writePair(start + 1, hours)
  if (seconds === hours * 3600) return start + 3
  scratch[start + 3] = COLON
  writePair(start + 4, minutes - hours * 60)
  if (seconds === minutes * 60) return start + 6
  scratch[start + 6] = COLON
  writePair(start + 7, seconds - minutes * 60)
  return start + 9
}

function writePair(at: number, value: number): void {
  const tens = (value / 10) | 0
  scratch[at] = ZERO + tens
  scratch[at + 1] = ZERO + value - tens * 10
}

/** Reads a time of day from the beginning of a string; `rest` is what follows. */
export function parseTime(value: unknown): { microseconds: number; rest: string } {
  const source = requireString(value)
  const match = TIME.exec(source)
  if (match === null) throw new InvalidValueError('not a time')
  const [whole, hours, minutes, seconds = '0', fraction = ''] = match
  const ofMinute = Number(seconds) * SECOND_US + Number(fraction.padEnd(6, '0'))
  const microseconds = (Number(hours) * 60 + Number(minutes)) * 60 * SECOND_US + ofMinute
  if (Number(minutes) > 59 || Number(seconds) > 59 || microseconds > DAY_US) {
    throw new InvalidValueError('out of range for time')
  }
  return { microseconds, rest: source.slice(whole.length) }
}

/** Seconds west of Greenwich, less than `limit`: '+02', '-03:30', '+05:30:15'. */
export function parseZone(source: string, limit: number = MAX_ZONE_SECONDS): number {
  const match = ZONE.exec(source)
  if (match === null) throw new InvalidValueError('no offset from UTC')
  const [, sign, hours, minutes = '0', seconds = '0'] = match
  const east = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  if (Number(minutes) > 59 || Number(seconds) > 59 || east >= limit) {
    throw new InvalidValueError('an impossible time zone')
  }
  return sign === '-' ? east : 0 - east
}

function requireString(value: unknown): string {
  if (typeof value !== 'string') throw new InvalidValueError('not a string')
  return value
}
