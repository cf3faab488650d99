/** Which servers `host`, `port` and `hostaddr` name together, each of which may be a list. */
import { ConfigError } from '../errors/config-error.ts'
import type { ServerAddress } from './connection-settings.ts'
import { decimal, port as checkPort, texts } from './option-checks.ts'

/** What was written; undefined: nothing. A text may be a list with commas, the entries of an array are taken as they are. */
export interface WrittenHosts {
  readonly host: string | readonly string[] | undefined
  readonly port: number | readonly (number | undefined)[] | undefined
  readonly hostaddr: string | readonly string[] | undefined
  /** Which of `host` and `port` was written in the place that goes before the other's; `both`: in one place. */
  readonly first: 'host' | 'port' | 'both'
}

export interface HostDefaults {
  readonly host: string
  readonly port: number
}

/** More are more likely a mistake than a cluster. */
const MAX_HOSTS = 256

/** One entry of `host`. The port is undefined unless it stands with the name. */
interface HostEntry {
  readonly host: string
  readonly port: number | undefined
}

/**
 * One server for each entry. A single port is everybody's; otherwise there have to be as many ports, and addresses, as
 * hosts. What is left empty in a list is the default.
 */
export function resolveHosts(
  written: WrittenHosts,
  defaults: HostDefaults,
): readonly [ServerAddress, ...ServerAddress[]] {
  const names = listed(written.host)
  const addresses = listed(written.hostaddr)
  const ports = typeof written.port === 'object' ? written.port : [written.port]
  const count = Math.max(names.length, addresses.length, 1)
  if (count > MAX_HOSTS) throw new ConfigError(`There are ${count} hosts, and no more than ${MAX_HOSTS} are tried`)
  refuseMismatch(names.length, addresses.length, count, 'host addresses')
  if (ports.length !== 1 && ports.length !== count) {
    throw new ConfigError(`There are ${ports.length} ports for ${hostCount(count)}: give one for all, or one for each`)
  }

  const servers = Array.from({ length: count }, (_, index) => {
    const entry = hostEntry(names[index] ?? '')
    const ownPort = ports.length === 1 ? ports[0] : ports[index]
    if (entry.port !== undefined && ownPort !== undefined && written.first === 'both') {
      throw new ConfigError('A port is given with the host and as an option of its own')
    }
    const port = written.first === 'port' ? (ownPort ?? entry.port) : (entry.port ?? ownPort)
    const hostaddr = addresses[index] ?? ''
    const host = entry.host === '' ? (hostaddr === '' ? defaults.host : hostaddr) : entry.host
    return serverAddress(host, port ?? defaults.port, hostaddr)
  })
  return Object.freeze(servers) as unknown as readonly [ServerAddress, ...ServerAddress[]]
}

function refuseMismatch(names: number, others: number, count: number, what: string): void {
  if (names === 0 || others === 0 || names === others) return
  throw new ConfigError(`There are ${others} ${what} for ${hostCount(names === 0 ? count : names)}`)
}

function hostCount(count: number): string {
  return count === 1 ? '1 host' : `${count} hosts`
}

function listed(written: string | readonly string[] | undefined): readonly string[] {
  if (written === undefined) return []
  return typeof written === 'string' ? written.split(',') : written
}

/** Checks the option `host`. */
export function checkedHosts(value: unknown, label: string): string | readonly string[] {
  const written = texts(value, label)
  for (const entry of listed(written)) hostEntry(entry, label)
  return written
}

/** A name, an address with or without brackets, or the directory of a socket; all but the last can have a port. */
function hostEntry(entry: string, label = 'The option host'): HostEntry {
  if (entry.startsWith('/')) return { host: entry, port: undefined }
  if (entry.startsWith('@')) throw new ConfigError(`${label}: abstract unix sockets are not supported`)
  const bracketed = entry.startsWith('[')
  const nameEnd = bracketed ? entry.indexOf(']') + 1 : entry.indexOf(':')
  if (bracketed && nameEnd <= 2) throw new ConfigError(`${label}: an IPv6 address has no closing bracket, or is empty`)
  const host = bracketed ? entry.slice(1, nameEnd - 1) : entry.slice(0, nameEnd === -1 ? entry.length : nameEnd)
  const rest = nameEnd === -1 ? '' : entry.slice(nameEnd)
  // Several colons and no brackets: an IPv6 address, which cannot have a port here.
  if (!bracketed && rest.includes(':', 1)) return { host: entry, port: undefined }
  if (rest === '') return { host, port: undefined }
  if (!rest.startsWith(':')) throw new ConfigError(`${label}: something other than a port stands behind the brackets`)
  return { host, port: checkPort(decimal(rest.slice(1)), `${label}: the port behind the host`) }
}

function serverAddress(host: string, port: number, hostaddr: string): ServerAddress {
  if (hostaddr === '' && host.startsWith('/')) {
    return Object.freeze({ kind: 'unix', host, port, path: `${host}/.s.PGSQL.${port}` })
  }
  return Object.freeze({ kind: 'tcp', host, port, ...(hostaddr === '' ? {} : { hostaddr }) })
}
