/** The three places in which options are written, behind one interface. */
import { ConfigError } from '../errors/config-error.ts'
import { connectionOptions, optionNames } from './connection-options.ts'
import type { ConnectionOptions, OptionName } from './connection-options.ts'
import { refuseUnknownNames } from './known-names.ts'
import { unsupportedKeys } from './libpq-keys.ts'
import { parseDsn } from './parse-dsn.ts'

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

export function connectionString(dsn: string): OptionSource {
  const written = new Map<OptionName, Written>()
  const settings = new Map<string, string>()
  for (const [key, text] of parseDsn(dsn).map(translateSsl)) {
    const name = optionByUrlKey.get(key)
    if (name !== undefined) writeText(written, name, text, `${key} in the connection string`)
    else if (!askedInVain(key, text)) settings.set(key, text)
  }
  written.set('serverSettings', { value: Object.fromEntries(settings), label: 'The connection string' })
  return (name) => written.get(name)
}

export function environmentVariables(environment: Environment): OptionSource {
  return (name) => {
    const { env } = connectionOptions[name]
    const text = env === undefined ? undefined : environment[env]
    if (env === undefined || text === undefined) return undefined
    const written = new Map<OptionName, Written>()
    writeText(written, name, text, `The environment variable ${env}`)
    return written.get(name)
  }
}

/** What is empty was not written, as in libpq. */
function writeText(written: Map<OptionName, Written>, name: OptionName, text: string, label: string): void {
  const { parse } = connectionOptions[name]
  if (text !== '') written.set(name, { value: parse === undefined ? text : parse(text), label })
}

/** libpq takes this one from JDBC's URLs. */
function translateSsl([key, text]: readonly [string, string]): readonly [string, string] {
  if (key !== 'ssl') return [key, text]
  if (text !== 'true') throw new ConfigError('ssl in the connection string can only be true. Use sslmode')
  return ['sslmode', 'require']
}

/** Whether the key is one of libpq's that changes nothing here. Throws when it would have to. */
function askedInVain(key: string, text: string): boolean {
  const harmless = unsupportedKeys.get(key)
  if (harmless === undefined) return false
  if (text !== '' && !harmless.includes(text)) {
    throw new ConfigError(`${key} in the connection string is not supported yet, or not with this value`)
  }
  return true
}
