import {
  decimal,
  host,
  integer,
  MAX_TIMER_MS,
  milliseconds,
  oneOf,
  passwordSource,
  port,
  secondsToMs,
  text,
} from './option-checks.ts'
import { serverSettings } from './server-settings.ts'
import { tlsOptions } from './tls-options.ts'

/** A password, or a function that is called for every login, so that it can hand out tokens that expire. */
export type PasswordSource = string | (() => string | Promise<string>)

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
}

/**
 * How to reach and use a server. Whatever is left out comes from libpq's environment variables, then from the defaults.
 * An empty string counts as left out.
 */
export interface ConnectionOptions {
  /** A host name, an address, or the absolute directory of a unix socket. Default `localhost`. */
  readonly host?: string | undefined
  /** 1 to 65535; it is part of a unix socket's name, too. Default 5432. */
  readonly port?: number | undefined
  /** Default: the operating system's name of the user. */
  readonly user?: string | undefined
  /** A function is called for every login and may be asynchronous. It is never logged. */
  readonly password?: PasswordSource | undefined
  /** Default: named as the user. */
  readonly database?: string | undefined
  /** Shown in `pg_stat_activity` and in the server's log. */
  readonly applicationName?: string | undefined
  /** One budget for DNS, TCP, TLS and login, in milliseconds. Default 10,000; 0 waits for ever. */
  readonly connectTimeoutMs?: number | undefined
  /**
   * `true` or an object: encrypted, and the server's certificate and name verified, as `sslmode=verify-full`.
   * `false`: not encrypted. Default: as the environment's `PGSSLMODE` says, else not encrypted. Unix sockets never are.
   */
  readonly tls?: boolean | TlsOptions | undefined
  /** Settings for the session by their PostgreSQL name, such as `{ search_path: 'app' }`. */
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

export type SslMode = 'disable' | 'require' | 'verify-full'

/** Every option by its name, as it is once it has been checked. */
export interface OptionValues {
  host: string
  port: number
  user: string
  password: PasswordSource
  database: string
  applicationName: string
  connectTimeoutMs: number
  tls: boolean | TlsOptions
  sslmode: SslMode
  sslrootcert: string
  serverSettings: Readonly<Record<string, string>>
  options: string
  statementCacheSize: number
  statementCacheBytes: number
  queryTimeoutMs: number
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
  host: {
    inObject: true,
    url: ['host'],
    env: 'PGHOST',
    check: host,
    default: 'localhost',
    doc: 'A host name, an address, or the absolute directory of a unix socket.',
  },
  port: {
    inObject: true,
    url: ['port'],
    env: 'PGPORT',
    parse: decimal,
    check: port,
    default: 5432,
    doc: 'The TCP port; for a unix socket the number in its name.',
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
  connectTimeoutMs: {
    inObject: true,
    url: ['connect_timeout'],
    env: 'PGCONNECT_TIMEOUT',
    parse: secondsToMs,
    check: milliseconds,
    default: 10_000,
    doc: 'One budget for DNS, TCP, TLS and login; 0 waits for ever. Seconds in a connection string and the environment.',
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
    check: oneOf<SslMode>(['disable', 'require', 'verify-full'], ['allow', 'prefer', 'verify-ca']),
    doc: '`disable`, `require` (encrypts; verifies the chain if there is an `sslrootcert`) or `verify-full`. Default: `disable`, unlike libpq; `verify-full` if there is an `sslrootcert`.',
  },
  sslrootcert: {
    inObject: false,
    url: ['sslrootcert'],
    env: 'PGSSLROOTCERT',
    check: text,
    doc: 'The file with the roots to trust, in PEM; `system` for those that Node trusts.',
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
