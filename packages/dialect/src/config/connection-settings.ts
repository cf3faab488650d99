import type { PasswordSource, PemSource } from './connection-options.ts'

/** Where a server listens. Both kinds have a `host` and a `port` for messages and errors. */
export type ServerAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  /** `host` is the directory of the socket, `path` the socket itself. */
  | { readonly kind: 'unix'; readonly host: string; readonly port: number; readonly path: string }

/**
 * How to speak TLS. `key` and `passphrase` are not enumerable: read them by name, a spread does not carry them.
 */
export interface TlsSettings {
  /** `none`: encrypt only. `ca`: the certificate leads to a trusted root. `full`: and it was issued for `servername`. */
  readonly verify: 'none' | 'ca' | 'full'
  /** Trusted roots. Undefined: those that Node trusts. */
  readonly ca: PemSource | readonly PemSource[] | undefined
  readonly cert: PemSource | undefined
  readonly key: PemSource | undefined
  readonly passphrase: string | undefined
  /** The name to ask for and to verify; the host unless one was given. It may be an IP address, which SNI cannot carry. */
  readonly servername: string
}

/**
 * Everything that a connection needs to know, checked, with defaults filled in.
 *
 * `password` is not enumerable, so that no log, inspection or serialisation shows it: a spread does not carry it either.
 */
export interface ConnectionSettings {
  /** In the order in which they are to be tried. */
  readonly hosts: readonly [ServerAddress, ...ServerAddress[]]
  readonly user: string
  /** Undefined when none was given, which is enough for servers that do not ask. */
  readonly password: PasswordSource | undefined
  readonly database: string
  /** Empty when none was given. */
  readonly applicationName: string
  /** 0: no limit. */
  readonly connectTimeoutMs: number
  /** `false`: not encrypted. Always so on a unix socket. */
  readonly tls: TlsSettings | false
  /** Start-up parameters beside user, database, application name and client encoding. */
  readonly serverSettings: Readonly<Record<string, string>>
  /** 0: statements are not kept. */
  readonly statementCacheSize: number
  /** 0: statements are not kept. */
  readonly statementCacheBytes: number
  /** 0: no limit. */
  readonly queryTimeoutMs: number
  readonly maxMessageBytes: number
}
