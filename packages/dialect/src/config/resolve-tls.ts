import { readFileSync } from 'node:fs'

import { ConfigError } from '../errors/config-error.ts'
import type { OptionValues, SslMode, TlsOptions } from './connection-options.ts'
import type { ServerAddress, TlsSettings } from './connection-settings.ts'
import { hidden } from './hidden-property.ts'

/** libpq's name for the roots that the platform trusts. */
const SYSTEM_ROOTS = 'system'

const PEM_CERTIFICATE = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/

/** What was written about TLS. Undefined: nothing. */
export interface WrittenTls {
  readonly tls: OptionValues['tls'] | undefined
  readonly sslmode: SslMode | undefined
  readonly sslrootcert: string | undefined
}

/** The option `tls` says all if it is there; otherwise libpq's `sslmode` and `sslrootcert` do. */
export function resolveTls(written: WrittenTls, address: ServerAddress): TlsSettings | false {
  if (address.kind === 'unix') return false
  const { tls, sslrootcert } = written
  if (tls === undefined) return resolveSslMode(written, address.host)
  if (tls === false) return false

  const options: TlsOptions = tls === true ? {} : tls
  const verify = options.rejectUnauthorized === false ? 'none' : 'full'
  const ca = options.ca ?? (verify === 'full' ? readRoots(sslrootcert) : undefined)
  return tlsSettings({ ...options, ca }, verify, address.host)
}

function resolveSslMode({ sslmode, sslrootcert }: WrittenTls, host: string): TlsSettings | false {
  // Whoever says which roots to trust wants them to be asked.
  const mode = sslmode ?? (sslrootcert === undefined ? 'disable' : 'verify-full')
  if (mode === 'disable') return false
  if (mode === 'verify-full') return tlsSettings({ ca: readRoots(sslrootcert) }, 'full', host)
  if (sslrootcert === undefined) return tlsSettings({}, 'none', host)
  if (sslrootcert === SYSTEM_ROOTS) {
    throw new ConfigError(
      'sslrootcert=system needs sslmode=verify-full: anybody can have a certificate of a public root',
    )
  }
  return tlsSettings({ ca: readRoots(sslrootcert) }, 'ca', host)
}

function tlsSettings(options: TlsOptions, verify: TlsSettings['verify'], host: string): TlsSettings {
  const visible = {
    verify,
    ca: options.ca,
    cert: options.cert,
    servername: options.servername ?? host,
  }
  return Object.freeze(hidden(visible, { key: options.key, passphrase: options.passphrase }))
}

function readRoots(file: string | undefined): string | undefined {
  if (file === undefined || file === SYSTEM_ROOTS) return undefined
  const roots = readFile(file)
  // `node:tls` would take an empty text as none, and trust every public root.
  if (!PEM_CERTIFICATE.test(roots)) throw new ConfigError('The file of sslrootcert contains no certificate in PEM')
  return roots
}

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw new ConfigError(`Cannot read the file of sslrootcert: ${reason}`)
  }
}
