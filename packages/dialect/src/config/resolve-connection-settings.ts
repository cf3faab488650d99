import { userInfo } from 'node:os'

import { ConfigError } from '../errors/config-error.ts'
import { connectionOptions } from './connection-options.ts'
import type { ConnectionOptions, OptionName, OptionValues } from './connection-options.ts'
import type { ConnectionSettings } from './connection-settings.ts'
import { hidden } from './hidden-property.ts'
import { personalFile } from './home-directory.ts'
import { resolveHosts } from './hosts.ts'
import { connectionString, environmentVariables, optionsObject, serviceFile } from './option-sources.ts'
import type { Environment, OptionSource } from './option-sources.ts'
import { resolveProtocolVersions } from './protocol-versions.ts'
import { readOption } from './read-option.ts'
import { resolveTls } from './resolve-tls.ts'
import { scramKeys } from './scram-keys.ts'
import { resolveServerSettings } from './session-settings.ts'

/**
 * Everything that a connection needs to know: from an options object, then its connection string, then the service that
 * one of them or the environment names, then libpq's environment variables, then the defaults. Throws `ConfigError`, which
 * never quotes what was written.
 *
 * It reads the service file and the files for TLS, and asks the operating system for the user when nobody names one.
 */
export function resolveConnectionSettings(
  connection?: string | ConnectionOptions,
  environment: Environment = process.env,
): ConnectionSettings {
  return settingsFrom(optionSources(connection, environment), environment)
}

/** The settings that sources say, the first one before all others. */
export function settingsFrom(sources: readonly OptionSource[], environment: Environment): ConnectionSettings {
  const read = <Name extends OptionName>(name: Name): OptionValues[Name] | undefined => readOption(name, sources)
  const required = <Name extends OptionName>(name: Name): OptionValues[Name] => {
    const value = read(name) ?? connectionOptions[name].default
    if (value === undefined) throw new ConfigError(`The option ${name} has no default`)
    return value
  }

  const user = read('user') ?? operatingSystemUser()
  const settings = {
    hosts: hosts(sources),
    targetSessionAttrs: required('targetSessionAttrs'),
    loadBalanceHosts: required('loadBalanceHosts'),
    user,
    passfile: read('passfile') ?? personalFile(environment, '.pgpass', 'pgpass.conf'),
    database: read('database') ?? user,
    applicationName: read('applicationName') ?? read('fallbackApplicationName') ?? required('applicationName'),
    connectTimeoutMs: required('connectTimeoutMs'),
    keepaliveIdleMs: read('keepalives') === '0' ? 0 : required('keepaliveIdleMs'),
    probeAfterMs: required('probeAfterMs'),
    tls: resolveTls(read, environment),
    channelBinding: required('channelBinding'),
    requireAuth: read('requireAuth'),
    maxScramIterations: required('maxScramIterations'),
    protocolVersions: resolveProtocolVersions(required('minProtocolVersion'), required('maxProtocolVersion')),
    serverSettings: resolveServerSettings(sources),
    statementCacheSize: required('statementCacheSize'),
    statementCacheBytes: required('statementCacheBytes'),
    queryTimeoutMs: required('queryTimeoutMs'),
    cancelTimeoutMs: required('cancelTimeoutMs'),
    maxMessageBytes: required('maxMessageBytes'),
  }
  const keys = scramKeys(read('scramClientKey'), read('scramServerKey'))
  const secrets = { password: read('password'), oauthToken: read('oauthToken'), scramKeys: keys }
  return Object.freeze(hidden(settings, secrets))
}

/** Where options are looked for, the place that goes before all others first. */
export function optionSources(connection: unknown, environment: Environment): readonly OptionSource[] {
  const written = writtenSources(connection)
  const variables = environmentVariables(environment)
  const service = readOption('service', [...written, variables])
  return [...written, ...serviceSources(service, [...written, variables], environment), variables]
}

/** What was written for one connection, before services and the environment are asked. */
export function writtenSources(connection: unknown): readonly OptionSource[] {
  return typeof connection === 'string' ? [connectionString(connection)] : objectSources(connection)
}

/** The service file, where a service was named. */
export function serviceSources(
  service: string | undefined,
  sources: readonly OptionSource[],
  environment: Environment,
): readonly OptionSource[] {
  if (service === undefined) return []
  return [serviceFile({ service, servicefile: readOption('servicefile', sources) }, environment)]
}

function objectSources(connection: unknown): readonly OptionSource[] {
  if (connection === undefined) return []
  if (connection instanceof URL)
    throw new ConfigError('A connection is given as a string or an object: use the href of the URL')
  // Anything else with a class of its own, such as a promise, has no options and would silently mean the defaults.
  if (Object.prototype.toString.call(connection) !== '[object Object]') {
    throw new ConfigError('A connection is given as a connection string or as an object of options')
  }
  const object = optionsObject(connection as ConnectionOptions)
  const dsn = readOption('connectionString', [object])
  if (dsn === undefined) return [object]
  const string = connectionString(dsn)
  refuseWeakening(object, string)
  return [object, string]
}

/** An object goes before its connection string; but whoever wrote that encryption is a must did not mean it to vanish. */
function refuseWeakening(object: OptionSource, string: OptionSource): void {
  const mode = readOption('sslmode', [string])
  const must = mode === 'require' || mode === 'verify-ca' || mode === 'verify-full'
  if (must && readOption('tls', [object]) === false) {
    throw new ConfigError('The option tls is false, and sslmode in the connection string asks for encryption')
  }
}

function hosts(sources: readonly OptionSource[]): ConnectionSettings['hosts'] {
  const hostRank = sources.findIndex((source) => source('host') !== undefined)
  const portRank = sources.findIndex((source) => source('port') !== undefined)
  const { host, port } = connectionOptions
  return resolveHosts(
    {
      host: readOption('host', sources),
      port: readOption('port', sources),
      hostaddr: readOption('hostaddr', sources),
      first: hostRank === portRank ? 'both' : hostRank < portRank ? 'host' : 'port',
    },
    { host: String(host.default), port: Number(port.default) },
  )
}

function operatingSystemUser(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run under a number that has no name.
    throw new ConfigError('No user was given, and the operating system has no name for this one')
  }
}
