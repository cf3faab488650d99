import { ConfigError } from '../errors/config-error.ts'
import type { PemSource, SslNegotiation, TlsOptions } from './connection-options.ts'
import { refuseUnknownNames } from './known-names.ts'
import { oneOf, text } from './option-checks.ts'

/** From the oldest to the newest. */
const tlsVersions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const

export type TlsVersion = (typeof tlsVersions)[number]

const checks: { readonly [Name in keyof TlsOptions]-?: (value: unknown, label: string) => unknown } = {
  ca: pems,
  cert: pem,
  key: pem,
  passphrase: text,
  servername: text,
  rejectUnauthorized: trueOrFalse,
  crl: pems,
  negotiation: oneOf<SslNegotiation>(['postgres', 'direct'], []),
  minVersion: tlsVersion,
  maxVersion: tlsVersion,
  sni: trueOrFalse,
}

/** Checks the option `tls`. */
export function tlsOptions(value: unknown, label: string): boolean | TlsOptions {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'object' || value === null) throw new ConfigError(`${label} must be true, false or an object`)
  const options = value as TlsOptions
  refuseUnknownNames(options, Object.keys(checks), 'tls.')
  for (const name of Object.keys(checks) as (keyof TlsOptions)[]) {
    if (options[name] !== undefined) checks[name](options[name], `${label}.${name}`)
  }
  if ((options.cert === undefined) !== (options.key === undefined)) {
    throw new ConfigError(`${label}: cert and key need each other`)
  }
  return options
}

/** A version of TLS, by libpq's name for it, which ignores case. */
export function tlsVersion(value: unknown, label: string): TlsVersion {
  const written = typeof value === 'string' ? value.toLowerCase() : value
  const known = tlsVersions.find((version) => version.toLowerCase() === written)
  if (known === undefined) throw new ConfigError(`${label} must be one of ${tlsVersions.join(', ')}`)
  return known
}

/** Throws when there is no version from the oldest to the newest. */
export function refuseEmptyRange(oldest: TlsVersion | undefined, newest: TlsVersion | undefined): void {
  if (oldest === undefined || newest === undefined) return
  if (tlsVersions.indexOf(oldest) > tlsVersions.indexOf(newest)) {
    throw new ConfigError('The oldest version of TLS is newer than the newest')
  }
}

function pem(value: unknown, label: string): PemSource {
  if ((typeof value === 'string' || value instanceof Uint8Array) && value.length > 0) return value
  throw new ConfigError(`${label} must be PEM as a string or as bytes`)
}

/** An empty list would be taken as none by `node:tls`, and every public root trusted. */
function pems(value: unknown, label: string): PemSource | readonly PemSource[] {
  if (!Array.isArray(value)) return pem(value, label)
  if (value.length === 0) throw new ConfigError(`${label} is an empty list`)
  return value.map((entry) => pem(entry, label))
}

function trueOrFalse(value: unknown, label: string): boolean {
  if (typeof value === 'boolean') return value
  throw new ConfigError(`${label} must be true or false`)
}
