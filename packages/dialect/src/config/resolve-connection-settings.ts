import { userInfo } from 'node:os'

import { ConfigError } from '../errors/config-error.ts'
import { connectionOptions } from './connection-options.ts'
import type { ConnectionOptions, OptionName, OptionValues } from './connection-options.ts'
import type { ConnectionSettings, ServerAddress } from './connection-settings.ts'
import { hidden } from './hidden-property.ts'
import { connectionString, environmentVariables, optionsObject } from './option-sources.ts'
import type { Environment, OptionSource } from './option-sources.ts'
import { resolveTls } from './resolve-tls.ts'

/**
 * Everything that a connection needs to know, from a connection string or an options object, then from libpq's
 * environment variables, then from the defaults. Throws `ConfigError`, which never quotes what was written.
 *
 * It reads the file named by `sslrootcert`, and asks the operating system for the user when nobody names one.
 */
export function resolveConnectionSettings(
  connection?: string | ConnectionOptions,
  environment: Environment = process.env,
): ConnectionSettings {
  const sources = [written(connection), environmentVariables(environment)]
  const required = <Name extends OptionName>(name: Name): OptionValues[Name] => {
    const value = read(name, sources) ?? connectionOptions[name].default
    if (value === undefined) throw new ConfigError(`The option ${name} has no default`)
    return value
  }

  const address = serverAddress(required('host'), required('port'))
  const user = read('user', sources) ?? operatingSystemUser()
  const options = read('options', sources)
  const settings = {
    hosts: [address] as const,
    user,
    database: read('database', sources) ?? user,
    applicationName: required('applicationName'),
    connectTimeoutMs: required('connectTimeoutMs'),
    tls: resolveTls(
      { tls: read('tls', sources), sslmode: read('sslmode', sources), sslrootcert: read('sslrootcert', sources) },
      address,
    ),
    serverSettings: Object.freeze({ ...(options === undefined ? {} : { options }), ...required('serverSettings') }),
    statementCacheSize: required('statementCacheSize'),
    statementCacheBytes: required('statementCacheBytes'),
    queryTimeoutMs: required('queryTimeoutMs'),
    maxMessageBytes: required('maxMessageBytes'),
  }
  return Object.freeze(hidden(settings, { password: read('password', sources) }))
}

/** The option from the first source that has it, checked. What a later source says about it is not even looked at. */
function read<Name extends OptionName>(name: Name, sources: readonly OptionSource[]): OptionValues[Name] | undefined {
  for (const source of sources) {
    const found = source(name)
    if (found !== undefined) return connectionOptions[name].check(found.value, found.label)
  }
  return undefined
}

function written(connection: unknown): OptionSource {
  if (connection === undefined) return optionsObject({})
  if (typeof connection === 'string') return connectionString(connection)
  if (connection instanceof URL)
    throw new ConfigError('A connection is given as a string or an object: use the href of the URL')
  // Anything else with a class of its own, such as a promise, has no options and would silently mean the defaults.
  if (Object.prototype.toString.call(connection) !== '[object Object]') {
    throw new ConfigError('A connection is given as a connection string or as an object of options')
  }
  return optionsObject(connection as ConnectionOptions)
}

function serverAddress(host: string, port: number): ServerAddress {
  if (!host.startsWith('/')) return { kind: 'tcp', host, port }
  return { kind: 'unix', host, port, path: `${host}/.s.PGSQL.${port}` }
}

function operatingSystemUser(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run under a number that has no name.
    throw new ConfigError('No user was given, and the operating system has no name for this one')
  }
}
