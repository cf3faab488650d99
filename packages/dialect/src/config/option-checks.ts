/** What an option's value has to be. No message repeats a value: it could be a secret that went astray. */
import { ConfigError } from '../errors/config-error.ts'
import type { PasswordSource } from './connection-options.ts'

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

/** The host without the brackets of an IPv6 address. */
export function host(value: unknown, label: string): string {
  if (Array.isArray(value)) throw severalHosts(label)
  const name = text(value, label)
  if (name.startsWith('/')) return name
  if (name.includes(',')) throw severalHosts(label)
  if (name.startsWith('@')) throw new ConfigError(`${label}: abstract unix sockets are not supported`)
  if (name.startsWith('[') && name.endsWith(']')) return name.slice(1, -1)
  const colon = name.indexOf(':')
  if (colon !== -1 && colon === name.lastIndexOf(':')) {
    throw new ConfigError(`${label} must not contain a port, which is an option of its own`)
  }
  return name
}

export function severalHosts(label: string): ConfigError {
  return new ConfigError(`${label}: several hosts are not supported yet`)
}
