import { type AuthenticationMethod, authenticationMethods } from './authentication-methods.ts'
import type { LoadBalanceHosts, TargetSessionAttrs } from './connection-settings.ts'
import { checkedHosts } from './hosts.ts'
import {
  decimal,
  integer,
  ipAddresses,
  MAX_TIMER_MS,
  milliseconds,
  oneOf,
  passwordSource,
  portList,
  ports,
  searchPath,
  secondsToMs,
  settingTime,
  text,
  tokenSource,
} from './option-checks.ts'
import { protocolVersionTexts, type ProtocolVersionText } from './protocol-versions.ts'
import { scramKey } from './scram-keys.ts'
import { serverSettings } from './server-settings.ts'
import { tlsOptions, tlsVersion, type TlsVersion } from './tls-options.ts'

/** A password, or a function that is called for every login, so that it can hand out tokens that expire. */
export type PasswordSource = string | (() => string | Promise<string>)

/** A token for the server's OAuth validator, made for each login. */
export type OAuthTokenSource = () => string | Promise<string>

/** A certificate or a key in PEM. */
export type PemSource = string | Uint8Array

/** What TLS verifies and presents. Without `rejectUnauthorized: false` the server's certificate and name are verified. */
export interface TlsOptions {
  /** The roots to trust instead of those that Node trusts. */
  readonly ca?: PemSource | readonly PemSource[] | undefined
  /** The client's certificate chain; needs `key`. */
  readonly cert?: PemSource | undefined
  /** The private key of `cert`. */
  readonly key?: PemSource | undefined
  /** Decrypts `key`. */
  readonly passphrase?: string | undefined
  /** The name that the server's certificate has to carry. Default: the host. */
  readonly servername?: string | undefined
  /** `false` encrypts without knowing with whom. Default true. */
  readonly rejectUnauthorized?: boolean | undefined
  /** What the authorities have revoked. With one list, each authority of the server's chain has to have one. */
  readonly crl?: PemSource | readonly PemSource[] | undefined
  /** `direct` begins with TLS, which saves a round trip: PostgreSQL 17 and later. Default `postgres`: asks for TLS first. */
  readonly negotiation?: SslNegotiation | undefined
  /** The oldest version of TLS to speak. Default: Node's own, TLSv1.2. */
  readonly minVersion?: TlsVersion | undefined
  /** The newest version of TLS to speak. Default: the newest there is. */
  readonly maxVersion?: TlsVersion | undefined
  /** Whether the server is told by which name it was reached. Default true. */
  readonly sni?: boolean | undefined
}

/**
 * How to reach and use a server. Whatever is left out comes from `connectionString`, then from the service, then from
 * libpq's environment variables, then from the defaults. An empty string counts as left out.
 */
export interface ConnectionOptions {
  /** A URI, `postgres://…`, or libpq's keywords with values. The other options go before what it says. */
  readonly connectionString?: string | undefined
  /**
   * A host name, an address, or the absolute directory of a unix socket. Several are tried in turn: in an array, or with
   * commas between them. A port can stand behind each: `db1:5432`, `[::1]:5432`. Default `localhost`.
   */
  readonly host?: string | readonly string[] | undefined
  /** The IP address, or addresses, to connect to without looking `host` up, which remains what TLS verifies. */
  readonly hostaddr?: string | readonly string[] | undefined
  /** 1 to 65535, for all hosts or one for each; it is part of a unix socket's name, too. Default 5432. */
  readonly port?: number | readonly (number | undefined)[] | undefined
  /**
   * Which of the hosts will do. `primary` and `standby` ask whether the server is in recovery, `read-write` and `read-only`
   * whether it takes writes; `prefer-standby` takes another one when there is no standby. Default `any`.
   */
  readonly targetSessionAttrs?: TargetSessionAttrs | undefined
  /** `random` tries hosts, and the addresses of each, in an order that is new for each connection. Default `disable`. */
  readonly loadBalanceHosts?: LoadBalanceHosts | undefined
  /** Default: the operating system's name of the user. */
  readonly user?: string | undefined
  /** A function is called for every login and may be asynchronous. It is never logged. */
  readonly password?: PasswordSource | undefined
  /**
   * The file to look passwords up in where none is given. It is read for each login, and ignored with a warning if others
   * may read it. Default `~/.pgpass`, or `%APPDATA%\\postgresql\\pgpass.conf`.
   */
  readonly passfile?: string | undefined
  /** The group of options in a connection service file that go before the environment. */
  readonly service?: string | undefined
  /** The service file. Default `~/.pg_service.conf`, then `pg_service.conf` in `PGSYSCONFDIR`. */
  readonly servicefile?: string | undefined
  /** Default: named as the user. */
  readonly database?: string | undefined
  /** Shown in `pg_stat_activity` and in the server's log. */
  readonly applicationName?: string | undefined
  /**
   * One budget for DNS, TCP, TLS and login with all hosts, in milliseconds; what is left of it is shared out evenly among
   * the hosts that are left. Default 10,000; 0 waits for ever.
   */
  readonly connectTimeoutMs?: number | undefined
  /** After how much silence TCP asks whether the server is there, in milliseconds. Default 60,000; 0 never asks. */
  readonly keepaliveIdleMs?: number | undefined
  /**
   * How long a server that owes an answer may say nothing before a second, short-lived connection asks whether it is there,
   * in milliseconds. As long as it is, a query may take its time, and it is asked again after as long. When it has not
   * answered twice, for up to 10 seconds each, the connection is lost, and what was in flight rejects with a
   * `ConnectionError`. TCP alone takes a quarter of an hour to notice. Default 60,000; 0 never asks. Unix sockets need none.
   */
  readonly probeAfterMs?: number | undefined
  /**
   * `true` or an object: encrypted, and the server's certificate and name verified, as `sslmode=verify-full`.
   * `false`: not encrypted. Default: as `PGSSLMODE` says, else encrypted if the
   * server can, without verification, as in libpq. Unix sockets never are.
   */
  readonly tls?: boolean | TlsOptions | undefined
  /**
   * Whether SCRAM has to be bound to the TLS connection, so that nobody can stand in between: `require` refuses a login
   * that is not, `prefer` binds it where the server can, `disable` never does. Default `prefer`.
   */
  readonly channelBinding?: ChannelBinding | undefined
  /**
   * How the server may ask who we are: `password`, `md5`, `scram-sha-256`, `oauth`, `gss`, `sspi`, or `none` for not at
   * all; several in a list or with commas between them. With `!` in front of each: all but these. Default: as it likes.
   */
  readonly requireAuth?: string | readonly string[] | undefined
  /** Called for every login that asks for an OAuth token (PostgreSQL 18). It is never logged. */
  readonly oauthToken?: OAuthTokenSource | undefined
  /**
   * What SCRAM makes of a password, in base64, as `scramServerKey` is: with both of them a login by SCRAM needs no password, and
   * no iterations. Whoever has them can log in. They go before the password.
   */
  readonly scramClientKey?: string | undefined
  /** Proves that the server knows the password; it stands in `pg_authid`, too. Needs `scramClientKey`. */
  readonly scramServerKey?: string | undefined
  /** SCRAM iterations that the server may ask for. Default 100,000; PostgreSQL's own default is 4,096. */
  readonly maxScramIterations?: number | undefined
  /** The oldest version of the protocol to accept. Default `3.0`. */
  readonly minProtocolVersion?: ProtocolVersionText | undefined
  /** The version of the protocol to ask for. Default `3.0`; `3.2` has longer cancel keys: PostgreSQL 18 and later. */
  readonly maxProtocolVersion?: ProtocolVersionText | undefined
  /** The schemas in which names are looked up: in an array by their names, in a string as in PostgreSQL's own setting. */
  readonly searchPath?: string | readonly string[] | undefined
  /** After how long the server ends a statement, in milliseconds: `statement_timeout`. 0 is no limit. */
  readonly statementTimeoutMs?: number | undefined
  /** How long a statement may wait for a lock, in milliseconds: `lock_timeout`. 0 is no limit. */
  readonly lockTimeoutMs?: number | undefined
  /** After how long the server ends a session that is idle in a transaction, in milliseconds. 0 is no limit. */
  readonly idleInTransactionTimeoutMs?: number | undefined
  /** Settings for the session by their PostgreSQL name, such as `{ work_mem: '64MB' }`. */
  readonly serverSettings?: Readonly<Record<string, string>> | undefined
  /** Prepared statements that each connection keeps. Default 256; 0 keeps none. */
  readonly statementCacheSize?: number | undefined
  /**
   * What the prepared statements that a connection keeps may take together, in bytes: their SQL, and about as much as their
   * descriptions take, 0.25 kB each and 0.2 kB for each column. The least recently used give way; one that is larger by itself
   * is parsed for each use. Default 2 MiB, 8 KiB for each of 256 statements; 0 keeps none.
   */
  readonly statementCacheBytes?: number | undefined
  /**
   * How long a call may take that has no `timeoutMs` of its own, in milliseconds; see {@link QueryOptions.timeoutMs}. A whole
   * number. Default 0: as long as it takes. What transactions send by themselves, scripts, COPY and LISTEN have no limit.
   */
  readonly queryTimeoutMs?: number | undefined
  /**
   * How long a statement may take to stop that was given up by a time limit or a signal, or is cancelled, in milliseconds: to
   * tell the server, and to get its answer. A whole number from 1 on. Default 2000. After that the connection is cut, and a
   * pool opens another one; until then nothing else is sent on it, so that the cancel hits nobody else.
   */
  readonly cancelTimeoutMs?: number | undefined
  /** The longest message accepted from the server, in bytes. Default and maximum 1 GiB, which is what it can send. */
  readonly maxMessageBytes?: number | undefined
}

/** PostgreSQL builds no longer message (`MaxAllocSize`). */
const DEFAULT_MAX_MESSAGE_BYTES = 0x3fff_ffff

/** A server could not even report an error in less. */
const SMALLEST_MAX_MESSAGE_BYTES = 1024

/** More statements than this would cost the server gigabytes per connection. */
const LARGEST_STATEMENT_CACHE = 65_536

const DEFAULT_STATEMENT_CACHE_BYTES = 2_097_152

/** The server takes several times as much, for each connection. */
const LARGEST_STATEMENT_CACHE_BYTES = 0x3fff_ffff

/** More would keep a thread busy for seconds, for each login. */
const LARGEST_SCRAM_ITERATIONS = 10_000_000

const DEFAULT_SCRAM_ITERATIONS = 100_000

export type SslMode = 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full'

export type SslCertMode = 'disable' | 'allow' | 'require'

export type SslNegotiation = 'postgres' | 'direct'

export type ChannelBinding = 'disable' | 'prefer' | 'require'

/** Every option by its name, as it is once it has been checked. */
export interface OptionValues {
  connectionString: string
  host: string | readonly string[]
  hostaddr: string | readonly string[]
  port: number | readonly (number | undefined)[]
  targetSessionAttrs: TargetSessionAttrs
  loadBalanceHosts: LoadBalanceHosts
  user: string
  password: PasswordSource
  passfile: string
  service: string
  servicefile: string
  database: string
  applicationName: string
  fallbackApplicationName: string
  connectTimeoutMs: number
  keepaliveIdleMs: number
  probeAfterMs: number
  keepalives: '0' | '1'
  tls: boolean | TlsOptions
  sslmode: SslMode
  sslrootcert: string
  sslcrl: string
  sslcrldir: string
  sslcert: string
  sslkey: string
  sslpassword: string
  sslcertmode: SslCertMode
  sslnegotiation: SslNegotiation
  sslMinProtocolVersion: TlsVersion
  sslMaxProtocolVersion: TlsVersion
  sslsni: '0' | '1'
  sslkeylogfile: string
  channelBinding: ChannelBinding
  requireAuth: readonly AuthenticationMethod[]
  oauthToken: OAuthTokenSource
  scramClientKey: string
  scramServerKey: string
  maxScramIterations: number
  minProtocolVersion: ProtocolVersionText
  maxProtocolVersion: ProtocolVersionText
  searchPath: string
  statementTimeoutMs: number
  lockTimeoutMs: number
  idleInTransactionTimeoutMs: number
  serverSettings: Readonly<Record<string, string>>
  options: string
  timeZone: string
  dateStyle: string
  geqo: string
  statementCacheSize: number
  statementCacheBytes: number
  queryTimeoutMs: number
  cancelTimeoutMs: number
  maxMessageBytes: number
}

export type OptionName = keyof OptionValues

/** All there is to know about one option. */
export interface OptionRow<Value> {
  /** Whether an options object can have it. */
  readonly inObject: boolean
  /** What it is called in a connection string's query; the first name is libpq's where libpq has it. */
  readonly url: readonly string[]
  readonly env?: string
  /** Turns the text of a connection string or the environment into what an options object would have. */
  readonly parse?: (text: string) => unknown
  /** Returns the value, or throws `ConfigError`, beginning with `label`, which says where it was written. */
  readonly check: (value: unknown, label: string) => Value
  /** Undefined where the default depends on other things; `doc` says on which. */
  readonly default?: Value
  readonly doc: string
}

/** One row per option: reading, checking, defaults and documentation derive from it. */
export const connectionOptions: { readonly [Name in OptionName]: OptionRow<OptionValues[Name]> } = {
  connectionString: {
    inObject: true,
    url: [],
    check: text,
    doc: 'A URI, or keywords with values, for what the other options do not say.',
  },
  host: {
    inObject: true,
    url: ['host'],
    env: 'PGHOST',
    check: checkedHosts,
    default: 'localhost',
    doc: 'A host name, an address, or the absolute directory of a unix socket; or a list of them.',
  },
  hostaddr: {
    inObject: true,
    url: ['hostaddr'],
    env: 'PGHOSTADDR',
    check: ipAddresses,
    doc: 'The IP addresses to connect to. Default: what `host` is looked up to be.',
  },
  port: {
    inObject: true,
    url: ['port'],
    env: 'PGPORT',
    parse: portList,
    check: ports,
    default: 5432,
    doc: 'The TCP port, for all hosts or one for each; for a unix socket the number in its name.',
  },
  targetSessionAttrs: {
    inObject: true,
    url: ['target_session_attrs'],
    env: 'PGTARGETSESSIONATTRS',
    check: oneOf<TargetSessionAttrs>(['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'], []),
    default: 'any',
    doc: 'Which of the hosts will do.',
  },
  loadBalanceHosts: {
    inObject: true,
    url: ['load_balance_hosts'],
    env: 'PGLOADBALANCEHOSTS',
    check: oneOf<LoadBalanceHosts>(['disable', 'random'], []),
    default: 'disable',
    doc: '`random`: hosts and their addresses are tried in another order for each connection.',
  },
  user: {
    inObject: true,
    url: ['user'],
    env: 'PGUSER',
    check: text,
    doc: "The role to log in as. Default: the operating system's name of the user.",
  },
  password: {
    inObject: true,
    url: ['password'],
    env: 'PGPASSWORD',
    check: passwordSource,
    doc: 'The password. In an options object also a function, called for every login.',
  },
  passfile: {
    inObject: true,
    url: ['passfile'],
    env: 'PGPASSFILE',
    check: text,
    doc: 'The file to look passwords up in. Default: `~/.pgpass`.',
  },
  service: {
    inObject: true,
    url: ['service'],
    env: 'PGSERVICE',
    check: text,
    doc: 'The group of options in a service file that go before the environment. Default: there is none.',
  },
  servicefile: {
    inObject: true,
    url: ['servicefile'],
    env: 'PGSERVICEFILE',
    check: text,
    doc: 'The service file. Default: `~/.pg_service.conf`, then the one in `PGSYSCONFDIR`.',
  },
  database: {
    inObject: true,
    url: ['dbname', 'database'],
    env: 'PGDATABASE',
    check: text,
    doc: 'The database. Default: named as the user.',
  },
  applicationName: {
    inObject: true,
    url: ['application_name'],
    env: 'PGAPPNAME',
    check: text,
    default: '',
    doc: 'Shown in `pg_stat_activity` and in the log of the server.',
  },
  fallbackApplicationName: {
    inObject: false,
    url: ['fallback_application_name'],
    check: text,
    doc: 'What to show there if nobody gives a name.',
  },
  connectTimeoutMs: {
    inObject: true,
    url: ['connect_timeout'],
    env: 'PGCONNECT_TIMEOUT',
    parse: secondsToMs,
    check: milliseconds,
    default: 10_000,
    doc: 'One budget for DNS, TCP, TLS and login; 0 waits for ever. Seconds in a connection string and the environment.',
  },
  keepaliveIdleMs: {
    inObject: true,
    url: ['keepalives_idle'],
    parse: secondsToMs,
    check: milliseconds,
    default: 60_000,
    doc: 'After how much silence TCP asks whether the server is there; 0 never asks. Seconds in a connection string.',
  },
  keepalives: {
    inObject: false,
    url: ['keepalives'],
    check: oneOf<'0' | '1'>(['0', '1'], []),
    doc: '`0`: TCP never asks.',
  },
  probeAfterMs: {
    inObject: true,
    url: ['probe_after_ms'],
    parse: decimal,
    check: milliseconds,
    default: 60_000,
    doc: 'After how much silence of a server that owes an answer a new connection asks whether it is there; 0 never asks.',
  },
  tls: {
    inObject: true,
    url: [],
    check: tlsOptions,
    doc: '`true` or an object: encrypted and verified. Default: as `sslmode` says.',
  },
  sslmode: {
    inObject: false,
    url: ['sslmode'],
    env: 'PGSSLMODE',
    check: oneOf<SslMode>(['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'], []),
    doc: '`disable`, `allow` (only if the server insists), `prefer` (if the server can), `require` (verifies the chain if there are roots), `verify-ca` or `verify-full`. Default: `prefer`; `verify-full` if there is an `sslrootcert`.',
  },
  sslrootcert: {
    inObject: false,
    url: ['sslrootcert'],
    env: 'PGSSLROOTCERT',
    check: text,
    doc: 'The file with the roots to trust, in PEM; `system` for those of the system. Default: `~/.postgresql/root.crt` if it is there.',
  },
  sslcrl: {
    inObject: false,
    url: ['sslcrl'],
    env: 'PGSSLCRL',
    check: text,
    doc: 'The file with what the authorities have revoked. Default: `~/.postgresql/root.crl` if it is there.',
  },
  sslcrldir: {
    inObject: false,
    url: ['sslcrldir'],
    env: 'PGSSLCRLDIR',
    check: text,
    doc: 'A directory of files with more of the same; all that are in it are read.',
  },
  sslcert: {
    inObject: false,
    url: ['sslcert'],
    env: 'PGSSLCERT',
    check: text,
    doc: "The file with the client's certificate. Default: `~/.postgresql/postgresql.crt` if it is there.",
  },
  sslkey: {
    inObject: false,
    url: ['sslkey'],
    env: 'PGSSLKEY',
    check: text,
    doc: 'The file with its private key, which nobody else may read. Default: `~/.postgresql/postgresql.key`.',
  },
  sslpassword: {
    inObject: false,
    url: ['sslpassword'],
    check: text,
    doc: 'Decrypts the private key.',
  },
  sslcertmode: {
    inObject: false,
    url: ['sslcertmode'],
    env: 'PGSSLCERTMODE',
    check: oneOf<SslCertMode>(['disable', 'allow', 'require'], []),
    doc: '`disable`: no certificate is shown, even if there is one. `require`: the server has to ask for it. Default: `allow`.',
  },
  sslnegotiation: {
    inObject: false,
    url: ['sslnegotiation'],
    env: 'PGSSLNEGOTIATION',
    check: oneOf<SslNegotiation>(['postgres', 'direct'], []),
    doc: '`direct` begins with TLS instead of asking for it: PostgreSQL 17 and later. Default: `postgres`.',
  },
  sslMinProtocolVersion: {
    inObject: false,
    url: ['ssl_min_protocol_version'],
    env: 'PGSSLMINPROTOCOLVERSION',
    check: tlsVersion,
    doc: 'The oldest version of TLS to speak. Default: TLSv1.2.',
  },
  sslMaxProtocolVersion: {
    inObject: false,
    url: ['ssl_max_protocol_version'],
    env: 'PGSSLMAXPROTOCOLVERSION',
    check: tlsVersion,
    doc: 'The newest version of TLS to speak. Default: the newest there is.',
  },
  sslsni: {
    inObject: false,
    url: ['sslsni'],
    env: 'PGSSLSNI',
    check: oneOf<'0' | '1'>(['0', '1'], []),
    doc: '`0`: the server is not told by which name it was reached. Default: `1`.',
  },
  sslkeylogfile: {
    inObject: false,
    url: ['sslkeylogfile'],
    check: text,
    doc: 'A file to which the secrets of each TLS connection are appended, for whoever looks into its packets.',
  },
  channelBinding: {
    inObject: true,
    url: ['channel_binding'],
    env: 'PGCHANNELBINDING',
    check: oneOf<ChannelBinding>(['disable', 'prefer', 'require'], []),
    default: 'prefer',
    doc: 'Whether SCRAM has to be bound to the TLS connection.',
  },
  requireAuth: {
    inObject: true,
    url: ['require_auth'],
    env: 'PGREQUIREAUTH',
    check: authenticationMethods,
    doc: 'How the server may ask who we are, such as `scram-sha-256` or `!password,!md5`. Default: as it likes.',
  },
  oauthToken: {
    inObject: true,
    url: [],
    check: tokenSource,
    doc: 'A function that gives the token for a server that asks for OAuth (PostgreSQL 18). Default: there is none.',
  },
  scramClientKey: {
    inObject: true,
    url: ['scram_client_key'],
    check: scramKey,
    doc: "The client's key for SCRAM, in base64, instead of a password. Default: there is none.",
  },
  scramServerKey: {
    inObject: true,
    url: ['scram_server_key'],
    check: scramKey,
    doc: "The server's key for SCRAM, in base64. Default: there is none.",
  },
  maxScramIterations: {
    inObject: true,
    url: ['max_scram_iterations'],
    parse: decimal,
    check: integer(1, LARGEST_SCRAM_ITERATIONS),
    default: DEFAULT_SCRAM_ITERATIONS,
    doc: 'SCRAM iterations that the server may ask for.',
  },
  minProtocolVersion: {
    inObject: true,
    url: ['min_protocol_version'],
    env: 'PGMINPROTOCOLVERSION',
    check: oneOf<ProtocolVersionText>(protocolVersionTexts, []),
    default: '3.0',
    doc: 'The oldest version of the protocol to accept: `3.0`, `3.2` or `latest`.',
  },
  maxProtocolVersion: {
    inObject: true,
    url: ['max_protocol_version'],
    env: 'PGMAXPROTOCOLVERSION',
    check: oneOf<ProtocolVersionText>(protocolVersionTexts, []),
    default: '3.0',
    doc: 'The version of the protocol to ask for: `3.0`, `3.2` (PostgreSQL 18: longer cancel keys) or `latest`.',
  },
  searchPath: {
    inObject: true,
    url: ['search_path'],
    check: searchPath,
    doc: "The schemas in which names are looked up. Default: the server's.",
  },
  statementTimeoutMs: {
    inObject: true,
    url: ['statement_timeout'],
    parse: settingTime,
    check: integer(0, MAX_TIMER_MS),
    doc: "After how long the server ends a statement; 0 is no limit. Default: the server's.",
  },
  lockTimeoutMs: {
    inObject: true,
    url: ['lock_timeout'],
    parse: settingTime,
    check: integer(0, MAX_TIMER_MS),
    doc: "How long a statement may wait for a lock; 0 is no limit. Default: the server's.",
  },
  idleInTransactionTimeoutMs: {
    inObject: true,
    url: ['idle_in_transaction_session_timeout'],
    parse: settingTime,
    check: integer(0, MAX_TIMER_MS),
    doc: "After how long the server ends a session that is idle in a transaction; 0 is no limit. Default: the server's.",
  },
  serverSettings: {
    inObject: true,
    url: [],
    check: serverSettings,
    default: {},
    doc: 'Settings for the session by their PostgreSQL name. In a connection string: every key that is not an option.',
  },
  options: {
    inObject: false,
    url: ['options'],
    env: 'PGOPTIONS',
    check: text,
    doc: 'Command-line options for the session, such as `-c geqo=off`. In an options object: `serverSettings.options`.',
  },
  timeZone: {
    inObject: false,
    url: [],
    env: 'PGTZ',
    check: text,
    doc: 'The setting `timezone`.',
  },
  dateStyle: {
    inObject: false,
    url: [],
    env: 'PGDATESTYLE',
    check: text,
    doc: 'The setting `datestyle`.',
  },
  geqo: {
    inObject: false,
    url: [],
    env: 'PGGEQO',
    check: text,
    doc: 'The setting `geqo`.',
  },
  statementCacheSize: {
    inObject: true,
    url: ['statement_cache_size'],
    parse: decimal,
    check: integer(0, LARGEST_STATEMENT_CACHE),
    default: 256,
    doc: 'Prepared statements that each connection keeps; 0 keeps none.',
  },
  statementCacheBytes: {
    inObject: true,
    url: ['statement_cache_bytes'],
    parse: decimal,
    check: integer(0, LARGEST_STATEMENT_CACHE_BYTES),
    default: DEFAULT_STATEMENT_CACHE_BYTES,
    doc: 'What these may take together, in bytes, with their descriptions; 0 keeps none.',
  },
  queryTimeoutMs: {
    inObject: true,
    url: ['query_timeout_ms'],
    parse: decimal,
    check: integer(0, MAX_TIMER_MS),
    default: 0,
    doc: 'How long a call may take that has no `timeoutMs` of its own; 0 is as long as it takes.',
  },
  cancelTimeoutMs: {
    inObject: true,
    url: ['cancel_timeout_ms'],
    parse: decimal,
    check: integer(1, MAX_TIMER_MS),
    default: 2_000,
    doc: 'How long a statement that was given up may take to stop, before its connection is cut.',
  },
  maxMessageBytes: {
    inObject: true,
    url: ['max_message_bytes'],
    parse: decimal,
    check: integer(SMALLEST_MAX_MESSAGE_BYTES, DEFAULT_MAX_MESSAGE_BYTES),
    default: DEFAULT_MAX_MESSAGE_BYTES,
    doc: 'The longest message accepted from the server, in bytes.',
  },
}

export const optionNames: readonly OptionName[] = Object.keys(connectionOptions) as OptionName[]
