/** What is written about TLS, in the option `tls` or in libpq's many, becomes settings for every host. */
import { ConfigError } from '../errors/config-error.ts'
import type { SslMode, TlsOptions } from './connection-options.ts'
import type { TlsSettings } from './connection-settings.ts'
import { hidden } from './hidden-property.ts'
import type { Environment } from './option-sources.ts'
import { certificateFiles, readCertificates } from './tls-files.ts'
import type { CertificateFiles, OptionReader } from './tls-files.ts'
import { tlsKeyLog } from './tls-key-log.ts'
import { refuseEmptyRange } from './tls-options.ts'

/** libpq's name for the roots that the platform trusts. */
const SYSTEM_ROOTS = 'system'

/** Without TLS these would be no connection at all. */
const STRONG: readonly SslMode[] = ['require', 'verify-ca', 'verify-full']

/** What is common to both ways of writing it. */
type Trust = Pick<TlsSettings, 'need' | 'verify' | 'ca' | 'systemRoots' | 'crl' | 'asked'>

/** The option `tls` says all that it says if it is there; the rest comes from libpq's options. */
export function resolveTls(read: OptionReader, environment: Environment): TlsSettings | false {
  const tls = read('tls')
  if (tls === false) return false
  const files = certificateFiles(read, environment)
  if (tls === undefined) {
    const trust = trustOfSslMode(read, files)
    return trust === false ? false : tlsSettings(trust, {}, read, files)
  }
  const options = tls === true ? {} : tls
  return tlsSettings(trustOfOptions(options, read, files.named), options, read, files.named)
}

function trustOfOptions(options: TlsOptions, read: OptionReader, files: CertificateFiles['named']): Trust {
  const verify = options.rejectUnauthorized === false ? 'none' : 'full'
  const roots = verify === 'full' && options.ca === undefined ? read('sslrootcert') : undefined
  return {
    need: 'required',
    verify,
    ca: options.ca ?? readRoots(roots),
    systemRoots: roots === SYSTEM_ROOTS,
    crl: options.crl ?? files.revocations(),
    asked: true,
  }
}

function trustOfSslMode(read: OptionReader, files: CertificateFiles): Trust | false {
  const written = read('sslrootcert')
  // Whoever says which roots to trust wants them to be asked.
  const mode = read('sslmode') ?? (written === undefined ? 'prefer' : 'verify-full')
  if (read('sslnegotiation') === 'direct' && !STRONG.includes(mode)) {
    throw new ConfigError(`sslnegotiation=direct needs an sslmode that is one of ${STRONG.join(', ')}`)
  }
  if (read('sslcertmode') === 'require' && !STRONG.includes(mode)) {
    throw new ConfigError(`sslcertmode=require needs an sslmode that is one of ${STRONG.join(', ')}`)
  }
  if (mode === 'disable') return false
  if (written === SYSTEM_ROOTS && mode !== 'verify-full') {
    throw new ConfigError(
      'sslrootcert=system needs sslmode=verify-full: anybody can have a certificate of a public root',
    )
  }
  const ca = readRoots(written ?? files.roots)
  if (mode === 'verify-ca' && ca === undefined) {
    throw new ConfigError(
      'sslmode=verify-ca needs an sslrootcert: anybody can have a certificate of a public root. Or use sslmode=verify-full',
    )
  }
  return {
    need: mode === 'prefer' ? 'preferred' : mode === 'allow' ? 'allowed' : 'required',
    // As in libpq: where there are roots they are asked, whatever the mode.
    verify: mode === 'verify-full' ? 'full' : ca === undefined ? 'none' : 'ca',
    ca,
    systemRoots: written === SYSTEM_ROOTS,
    crl: files.revocations(),
    asked: read('sslmode') !== undefined,
  }
}

function tlsSettings(
  trust: Trust,
  options: TlsOptions,
  read: OptionReader,
  files: CertificateFiles['named'],
): TlsSettings {
  const minVersion = options.minVersion ?? read('sslMinProtocolVersion')
  const maxVersion = options.maxVersion ?? read('sslMaxProtocolVersion')
  refuseEmptyRange(minVersion, maxVersion)
  const { cert, key } = options.cert === undefined ? files.client() : options
  const certRequired = read('sslcertmode') === 'require'
  if (certRequired && cert === undefined) throw new ConfigError('sslcertmode=require needs an sslcert')
  const keyLogFile = read('sslkeylogfile')
  const visible = {
    ...trust,
    negotiation: options.negotiation ?? read('sslnegotiation') ?? 'postgres',
    cert,
    certRequired,
    minVersion,
    maxVersion,
    servername: options.servername,
    sni: options.sni ?? read('sslsni') !== '0',
    keyLog: keyLogFile === undefined ? undefined : tlsKeyLog(keyLogFile),
  }
  return Object.freeze(hidden(visible, { key, passphrase: options.passphrase ?? read('sslpassword') }))
}

function readRoots(file: string | undefined): string | undefined {
  return file === undefined || file === SYSTEM_ROOTS ? undefined : readCertificates(file, 'sslrootcert')
}
