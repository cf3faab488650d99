/** The places in which options are written, behind one interface. */
import { ConfigError } from '../errors/config-error.ts'
import { connectionOptions, optionNames } from './connection-options.ts'
import type { ConnectionOptions, OptionName } from './connection-options.ts'
import { refuseUnknownNames } from './known-names.ts'
import { unsupportedKeys } from './libpq-keys.ts'
import { type DsnEntry, parseDsn } from './parse-dsn.ts'
import { readService, type WrittenService } from './service-file.ts'

/** A value that nobody has checked, and how to call the place where it was written. */
export interface Written {
  readonly value: unknown
  readonly label: string
}

/** Undefined when the option is not written there. */
export type OptionSource = (name: OptionName) => Written | undefined

export type Environment = Readonly<Record<string, string | undefined>>

const optionByUrlKey = new Map<string, OptionName>(
  optionNames.flatMap((name) => connectionOptions[name].url.map((key): [string, OptionName] => [key, name])),
)

export function optionsObject(options: ConnectionOptions): OptionSource {
  const known = optionNames.filter((name) => connectionOptions[name].inObject)
  refuseUnknownNames(options, known)
  return (name) => {
    if (!connectionOptions[name].inObject) return undefined
    const value: unknown = options[name as keyof ConnectionOptions]
    return value === undefined || value === '' ? undefined : { value, label: `The option ${name}` }
  }
}

/** What is no option is a setting of the session. */
export function connectionString(dsn: string): OptionSource {
  const { written, rest } = options(parseDsn(dsn).map(translateSsl), 'in the connection string')
  written.set('serverSettings', { value: Object.fromEntries(rest), label: 'The connection string' })
  return (name) => written.get(name)
}

/** What is no option is a mistake, as in libpq, which shares the file with us. */
export function serviceFile(service: WrittenService, environment: Environment): OptionSource {
  const { written, rest } = options(readService(service, environment), 'in the service file')
  if (rest.size > 0) throw new ConfigError('A line of the service file has a key that is no option')
  return (name) => written.get(name)
}

export function environmentVariables(environment: Environment): OptionSource {
  for (const [key, { env }] of unsupportedKeys) {
    if (env !== undefined) refuseUnsupported(key, environment[env] ?? '', `The environment variable ${env}`)
  }
  return (name) => {
    const { env } = connectionOptions[name]
    const text = env === undefined ? undefined : environment[env]
    if (env === undefined || text === undefined) return undefined
    const written = new Map<OptionName, Written>()
    writeText(written, name, text, `The environment variable ${env}`)
    return written.get(name)
  }
}

interface SortedEntries {
  readonly written: Map<OptionName, Written>
  /** The entries that are no options of libpq's or ours. */
  readonly rest: ReadonlyMap<string, string>
}

function options(entries: readonly DsnEntry[], where: string): SortedEntries {
  const written = new Map<OptionName, Written>()
  const rest = new Map<string, string>()
  for (const [key, text] of entries) {
    const name = optionByUrlKey.get(key)
    if (name !== undefined) writeText(written, name, text, `${key} ${where}`)
    else if (unsupportedKeys.has(key)) refuseUnsupported(key, text, `${key} ${where}`)
    else rest.set(key, text)
  }
  return { written, rest }
}

/** What is empty was not written, as in libpq. */
function writeText(written: Map<OptionName, Written>, name: OptionName, text: string, label: string): void {
  const { parse } = connectionOptions[name]
  if (text !== '') written.set(name, { value: parse === undefined ? text : parse(text), label })
}

/** libpq takes this one from JDBC's URLs. */
function translateSsl([key, text]: DsnEntry): DsnEntry {
  if (key !== 'ssl') return [key, text]
  if (text !== 'true') throw new ConfigError('ssl in the connection string can only be true. Use sslmode')
  return ['sslmode', 'require']
}

/** Throws when a key that changes nothing here would have to. */
function refuseUnsupported(key: string, text: string, label: string): void {
  const { harmless, because } = unsupportedKeys.get(key) ?? { harmless: 'any' }
  if (text === '' || harmless === 'any' || harmless.includes(text)) return
  const reason = because === undefined ? '' : `: ${because}`
  throw new ConfigError(`${label} is not supported, or not with this value${reason}`)
}
