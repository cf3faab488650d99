import type { AuthenticationMethod } from './authentication-methods.ts'
import type {
  ChannelBinding,
  OAuthTokenSource,
  PasswordSource,
  PemSource,
  SslNegotiation,
} from './connection-options.ts'
import type { ScramKeys } from './scram-keys.ts'
import type { TlsVersion } from './tls-options.ts'

/** Where a server listens. Both kinds have a `host` and a `port` for messages and errors. */
export type ServerAddress =
  | {
      readonly kind: 'tcp'
      /** A name or an address: what errors say, and what TLS verifies. */
      readonly host: string
      readonly port: number
      /** The IP address to connect to instead of looking `host` up. */
      readonly hostaddr?: string
    }
  /** `host` is the directory of the socket, `path` the socket itself. */
  | { readonly kind: 'unix'; readonly host: string; readonly port: number; readonly path: string }

/** Which servers of several will do. */
export type TargetSessionAttrs = 'any' | 'read-write' | 'read-only' | 'primary' | 'standby' | 'prefer-standby'

/** In which order several servers are tried. */
export type LoadBalanceHosts = 'disable' | 'random'

/**
 * How to speak TLS. `key` and `passphrase` are not enumerable: read them by name, a spread does not carry them.
 */
export interface TlsSettings {
  /** `preferred`: in the clear where TLS does not work. `allowed`: TLS where it does not work in the clear. */
  readonly need: 'required' | 'preferred' | 'allowed'
  readonly negotiation: SslNegotiation
  /** `none`: encrypt only. `ca`: the certificate leads to a trusted root. `full`: and it was issued for `servername`. */
  readonly verify: 'none' | 'ca' | 'full'
  /** Trusted roots. Undefined: those that Node trusts. */
  readonly ca: PemSource | readonly PemSource[] | undefined
  /** The system's roots are trusted, beside those that Node trusts. */
  readonly systemRoots: boolean
  readonly crl: PemSource | readonly PemSource[] | undefined
  readonly cert: PemSource | undefined
  /** The server has to ask for `cert`; whether it does, only the handshake tells. */
  readonly certRequired: boolean
  readonly key: PemSource | undefined
  readonly passphrase: string | undefined
  readonly minVersion: TlsVersion | undefined
  readonly maxVersion: TlsVersion | undefined
  /** The name to ask for and to verify instead of the host's. */
  readonly servername: string | undefined
  readonly sni: boolean
  /** Takes the secrets of each connection, a line at a time. Undefined: nobody wants them. */
  readonly keyLog: ((line: Uint8Array) => void) | undefined
  /** Somebody has asked for encryption; otherwise it is a default that nobody needs to be warned of. */
  readonly asked: boolean
}

/** The oldest version of the protocol to accept, and the one to ask for, by their minor numbers: 0 for 3.0, 2 for 3.2. */
export interface ProtocolVersions {
  readonly min: number
  readonly max: number
}

/**
 * Everything that a connection needs to know, checked, with defaults filled in.
 *
 * `password`, `oauthToken` and `scramKeys` are not enumerable, so that no log, inspection or serialisation shows them: a spread does not
 * carry them either.
 */
export interface ConnectionSettings {
  /** As they were written; `loadBalanceHosts` says in which order they are to be tried. */
  readonly hosts: readonly [ServerAddress, ...ServerAddress[]]
  readonly targetSessionAttrs: TargetSessionAttrs
  readonly loadBalanceHosts: LoadBalanceHosts
  readonly user: string
  /** Undefined when none was given: then the password file is asked, for each login. */
  readonly password: PasswordSource | undefined
  /** Undefined where there is no home directory to have one in. */
  readonly passfile: string | undefined
  readonly database: string
  /** Empty when none was given. */
  readonly applicationName: string
  /** 0: no limit. */
  readonly connectTimeoutMs: number
  /** `false`: not encrypted. A unix socket never is, whatever stands here. */
  readonly tls: TlsSettings | false
  /** After how much silence TCP asks whether the peer is there; 0 never does. */
  readonly keepaliveIdleMs: number
  /** After how much silence of a server that owes an answer a new connection asks whether it is there; 0 never does. */
  readonly probeAfterMs: number
  readonly channelBinding: ChannelBinding
  /** The methods by which the server may authenticate us. Undefined: all. */
  readonly requireAuth: readonly AuthenticationMethod[] | undefined
  readonly oauthToken: OAuthTokenSource | undefined
  /** What a login by SCRAM takes instead of the password. */
  readonly scramKeys: ScramKeys | undefined
  readonly maxScramIterations: number
  readonly protocolVersions: ProtocolVersions
  /** Start-up parameters beside user, database, application name and client encoding. */
  readonly serverSettings: Readonly<Record<string, string>>
  /** 0: statements are not kept. */
  readonly statementCacheSize: number
  /** 0: statements are not kept. */
  readonly statementCacheBytes: number
  /** 0: no limit. */
  readonly queryTimeoutMs: number
  /** How long a statement that is cancelled may take to stop, before its connection is cut. */
  readonly cancelTimeoutMs: number
  readonly maxMessageBytes: number
}
