/** What `node:tls` is told for one host. */
import { isIP } from 'node:net'
import { checkServerIdentity, createSecureContext, type ConnectionOptions, type SecureContext } from 'node:tls'
import * as tls from 'node:tls'

import type { PemSource } from '../config/connection-options.ts'
import type { TlsSettings } from '../config/connection-settings.ts'
import { ConfigError } from '../errors/config-error.ts'

/** PostgreSQL's protocol in TLS's own list of protocols. Direct TLS goes nowhere without it. */
export const ALPN = 'postgresql'

const REVOCATION_LIST = /-----BEGIN X509 CRL-----[^-]*-----END X509 CRL-----/g

/** Reading keys and roots takes a millisecond or more; the connections of a pool share it. */
const contexts = new WeakMap<TlsSettings, SecureContext>()

/** Throws `ConfigError` when a certificate or a key cannot be used. `host` is the name by which the server is known. */
export function secureOptions(settings: TlsSettings, host: string): ConnectionOptions {
  const { verify, servername = host, sni } = settings
  return {
    secureContext: contextOf(settings),
    ALPNProtocols: [ALPN],
    // SNI cannot carry an address.
    ...(sni && isIP(servername) === 0 ? { servername } : {}),
    rejectUnauthorized: verify !== 'none',
    checkServerIdentity: (_host, certificate) =>
      verify === 'full' ? checkServerIdentity(servername, certificate) : undefined,
  }
}

function contextOf(settings: TlsSettings): SecureContext {
  const known = contexts.get(settings)
  if (known !== undefined) return known
  const context = makeContext(settings)
  contexts.set(settings, context)
  return context
}

function makeContext({
  ca,
  systemRoots,
  crl,
  cert,
  key,
  passphrase,
  minVersion,
  maxVersion,
}: TlsSettings): SecureContext {
  const roots = systemRoots ? trustedBySystem() : ca
  try {
    return createSecureContext({
      ...(roots === undefined ? {} : { ca: pem(roots) }),
      ...(crl === undefined ? {} : { crl: revocationLists(crl) }),
      ...(cert === undefined ? {} : { cert: pem(cert) }),
      ...(key === undefined ? {} : { key: pem(key) }),
      ...(passphrase === undefined ? {} : { passphrase }),
      ...(minVersion === undefined ? {} : { minVersion }),
      ...(maxVersion === undefined ? {} : { maxVersion }),
    })
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error'
    throw new ConfigError(`The certificates or the key for TLS cannot be used: ${reason}`, { cause })
  }
}

/** The roots of the system and those that Node trusts; undefined where the runtime cannot tell them. */
function trustedBySystem(): readonly string[] | undefined {
  // Node 22.15 and later. The namespace, because an import by name would fail where it is missing.
  const list = (tls as { getCACertificates?: (kind: 'default' | 'system') => string[] }).getCACertificates
  return list === undefined ? undefined : [...new Set([...list('system'), ...list('default')])]
}

/** Node reads no more than one list from a text, and there may be several. */
function revocationLists(source: PemSource | readonly PemSource[]): string[] {
  const sources = typeof source === 'string' || source instanceof Uint8Array ? [source] : source
  return sources
    .map((one) => (typeof one === 'string' ? one : Buffer.from(one).toString('latin1')))
    .flatMap((text) => text.match(REVOCATION_LIST) ?? [text])
}

function pem(source: PemSource | readonly PemSource[]): string | Buffer | (string | Buffer)[] {
  if (typeof source === 'string') return source
  return source instanceof Uint8Array ? Buffer.from(source) : source.map((one) => pem(one) as string | Buffer)
}
