import { ConfigError } from '../errors/config-error.ts'
import type { PemSource, TlsOptions } from './connection-options.ts'
import { refuseUnknownNames } from './known-names.ts'
import { text } from './option-checks.ts'

const checks: { readonly [Name in keyof TlsOptions]-?: (value: unknown, label: string) => unknown } = {
  ca: pems,
  cert: pem,
  key: pem,
  passphrase: text,
  servername: text,
  rejectUnauthorized: trueOrFalse,
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
