/** What an option's value has to be. No message repeats a value: it could be a secret that went astray. */
import { ConfigError } from '../errors/config-error.ts'
import type { OAuthTokenSource, PasswordSource } from './connection-options.ts'

/** `setTimeout` fires at once above this. */
export const MAX_TIMER_MS = 0x7fff_ffff

const LARGEST_PORT = 65_535

/** NaN for anything but digits, which no check lets pass. */
export function decimal(value: string): number {
  return /^\d+$/.test(value) ? Number(value) : Number.NaN
}

export function secondsToMs(value: string): number {
  return /^\d+(?:\.\d+)?$/.test(value) ? Number(value) * 1000 : Number.NaN
}

export function text(value: unknown, label: string): string {
  if (typeof value !== 'string') throw new ConfigError(`${label} must be a string`)
  if (value.includes('\0')) throw new ConfigError(`${label} contains a NUL character`)
  if (!value.isWellFormed()) throw new ConfigError(`${label} contains a lone surrogate`)
  return value
}

export function integer(least: number, most: number): (value: unknown, label: string) => number {
  return (value, label) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
    throw new ConfigError(`${label} must be an integer from ${least} to ${most}`)
  }
}

export const port: (value: unknown, label: string) => number = integer(1, LARGEST_PORT)

export function milliseconds(value: unknown, label: string): number {
  if (typeof value === 'number' && value >= 0 && value <= MAX_TIMER_MS) return value
  throw new ConfigError(`${label} must be a time from 0 to ${MAX_TIMER_MS} milliseconds`)
}

/** A list with commas, in which a port may be left out, or a single port. */
export function portList(text: string): number | readonly (number | undefined)[] {
  if (!text.includes(',')) return decimal(text)
  return text.split(',').map((one) => (one === '' ? undefined : decimal(one)))
}

export function ports(value: unknown, label: string): number | readonly (number | undefined)[] {
  if (!Array.isArray(value)) return port(value, label)
  if (value.length === 0) throw new ConfigError(`${label} is an empty list`)
  return Object.freeze(value.map((one: unknown) => (one === undefined ? undefined : port(one, label))))
}

/** A text or a list of texts. */
export function texts(value: unknown, label: string): string | readonly string[] {
  if (!Array.isArray(value)) return text(value, label)
  if (value.length === 0) throw new ConfigError(`${label} is an empty list`)
  return Object.freeze(value.map((one: unknown) => text(one, label)))
}

const IPV4 = /^\d+(?:\.\d+){3}$/
const IPV6 = /^[\da-fA-F:.]+(?:%.+)?$/

function isIpv6(address: string): boolean {
  return IPV6.test(address) && address.indexOf(':') !== address.lastIndexOf(':')
}

/** IP addresses, by the characters that they can have; the system has the last word. */
export function ipAddresses(value: unknown, label: string): string | readonly string[] {
  const written = texts(value, label)
  const addresses = typeof written === 'string' ? written.split(',') : written
  if (addresses.some((one) => one !== '' && !IPV4.test(one) && !isIpv6(one))) {
    throw new ConfigError(`${label} must be an IP address, or a list of them`)
  }
  return written
}

/** The name of each schema, quoted; or the setting's own text. */
export function searchPath(value: unknown, label: string): string {
  const written = texts(value, label)
  if (typeof written === 'string') return written
  if (written.includes('')) throw new ConfigError(`${label} has a schema without a name`)
  return written.map((schema) => `"${schema.replaceAll('"', '""')}"`).join(', ')
}

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['us', 0.001],
  ['ms', 1],
  ['s', 1000],
  ['min', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
])

/** A time as PostgreSQL's settings have it: milliseconds, or with a unit. */
export function settingTime(written: string): number {
  const [, digits, unit = 'ms'] = /^(\d+(?:\.\d+)?) *([a-z]*)$/.exec(written.trim()) ?? []
  const factor = UNITS_MS.get(unit === '' ? 'ms' : unit)
  return digits === undefined || factor === undefined ? Number.NaN : Math.round(Number(digits) * factor)
}

/** `later` are values that mean something to libpq and are not supported yet. */
export function oneOf<Value extends string>(
  values: readonly Value[],
  later: readonly string[],
): (value: unknown, label: string) => Value {
  return (value, label) => {
    const known = values.find((candidate) => candidate === value)
    if (known !== undefined) return known
    const unsupported = later.find((candidate) => candidate === value)
    if (unsupported !== undefined) {
      throw new ConfigError(`${label}: ${unsupported} is not supported yet. Use one of ${values.join(', ')}`)
    }
    throw new ConfigError(`${label} must be one of ${values.join(', ')}`)
  }
}

/** A function's result is checked when it has been called. */
export function passwordSource(value: unknown, label: string): PasswordSource {
  if (typeof value === 'function') return value as () => string | Promise<string>
  if (typeof value !== 'string') throw new ConfigError(`${label} must be a string or a function`)
  return text(value, label)
}

/** A function's result is checked when it has been called. */
export function tokenSource(value: unknown, label: string): OAuthTokenSource {
  if (typeof value === 'function') return value as OAuthTokenSource
  throw new ConfigError(`${label} must be a function`)
}
