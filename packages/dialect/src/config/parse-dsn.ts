/**
 * Takes a connection string apart, as libpq does, in one pass. Not by `URL`, whose errors carry the whole string.
 *
 * No error here repeats a piece of the string: what stands in the wrong place is most often a password.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 */
import { ConfigError } from '../errors/config-error.ts'
import { parseKeywords } from './parse-keywords.ts'

/** A key and its value, decoded. Of equal keys the last one counts. */
export type DsnEntry = readonly [key: string, value: string]

const SCHEME = /^postgres(?:ql)?:\/\//

/** Has to be percent-encoded. */
// oxlint-disable-next-line no-control-regex
const NEVER_LITERAL = /[\x00-\x20\x7f]/

const ENCODE = 'percent-encode /, ? and % in a password, and @ in the name of a database'

/**
 * What is no URI is a list of keywords and values. The parts in front of a URI's query come under libpq's names for them:
 * user, password, host, port, dbname.
 */
export function parseDsn(dsn: string): readonly DsnEntry[] {
  const scheme = SCHEME.exec(dsn)?.[0]
  if (scheme === undefined) return parseKeywords(dsn)
  if (NEVER_LITERAL.test(dsn)) {
    throw new ConfigError('The connection string contains a space or a control character: percent-encode it')
  }
  const rest = dsn.slice(scheme.length)
  const authorityEnd = endOr(rest, rest.search(/[/?]/))
  const queryStart = endOr(rest, rest.indexOf('?', authorityEnd))
  const authority = rest.slice(0, authorityEnd)
  const database = rest.slice(authorityEnd + 1, queryStart)
  // libpq would take user and password for host and port, and show the rest of the password to whoever answers there.
  if (database.includes('@') && !authority.includes('@')) {
    throw new ConfigError(`The connection string has an @ in the name of the database: ${ENCODE}`)
  }
  return [
    ...parseAuthority(authority),
    ['dbname', decode(database, 'database')],
    ...parseQuery(rest.slice(queryStart + 1)),
  ]
}

/** A password may contain an `@` that is not encoded: the last one ends the credentials. */
function parseAuthority(authority: string): readonly DsnEntry[] {
  const at = authority.lastIndexOf('@')
  const credentials = authority.slice(0, Math.max(at, 0))
  const colon = endOr(credentials, credentials.indexOf(':'))
  return [
    ['user', decode(credentials.slice(0, colon), 'user')],
    ['password', decode(credentials.slice(colon + 1), 'password')],
    ...parseHosts(authority.slice(at + 1)),
  ]
}

/** Lists with commas, as in the options `host` and `port`. */
function parseHosts(addresses: string): readonly DsnEntry[] {
  const hosts = addresses.split(',').map(parseHost)
  const ports = hosts.map(([, port]) => port)
  return [
    ['host', hosts.map(([host]) => host).join(',')],
    ['port', ports.every((port) => port === '') ? '' : ports.join(',')],
  ]
}

function parseHost(address: string): readonly [host: string, port: string] {
  const hostEnd = address.startsWith('[') ? endOfBrackets(address) : endOr(address, address.indexOf(':'))
  const port = decode(address.slice(hostEnd + 1), 'port')
  if (port.includes(':')) {
    throw new ConfigError('The host in the connection string has several colons: put an IPv6 address into brackets')
  }
  if (/\D/.test(port)) throw new ConfigError(`The port in the connection string is not a number: ${ENCODE}`)
  return [decode(address.slice(0, hostEnd), 'host'), port]
}

function endOfBrackets(address: string): number {
  const end = address.indexOf(']') + 1
  if (end === 0) throw new ConfigError('The IPv6 address of the connection string has no closing bracket')
  if (end === 2) throw new ConfigError('The IPv6 address of the connection string is empty')
  if (end < address.length && address[end] !== ':') {
    throw new ConfigError('The connection string has something other than a port behind the IPv6 address')
  }
  return end
}

function parseQuery(query: string): readonly DsnEntry[] {
  const entries: DsnEntry[] = []
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    if (equals === -1) throw new ConfigError('A parameter of the connection string has no value: = is missing')
    const key = decode(pair.slice(0, equals), 'name of a parameter')
    if (key === '') throw new ConfigError('A parameter of the connection string has no name')
    entries.push([key, decode(pair.slice(equals + 1), 'value of a parameter')])
  }
  return entries
}

/** A `+` stays a plus. */
function decode(encoded: string, part: string): string {
  const decoded = decodePercents(encoded)
  if (decoded === undefined) {
    throw new ConfigError(`The ${part} in the connection string is not percent-encoded UTF-8: write % as %25`)
  }
  if (decoded.includes('\0')) throw new ConfigError(`The ${part} in the connection string contains a NUL character`)
  return decoded
}

function decodePercents(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}

function endOr(whole: string, index: number): number {
  return index === -1 ? whole.length : index
}
