import { ConfigError } from '../errors/config-error.ts'
import type { ConnectionOptions, OptionName } from './connection-options.ts'
import type { ConnectionSettings } from './connection-settings.ts'
import { environmentVariables, type Environment, type OptionSource } from './option-sources.ts'
import { readOption } from './read-option.ts'
import { optionSources, serviceSources, settingsFrom, writtenSources } from './resolve-connection-settings.ts'

/** Where a server is; a replica has at least one of these of its own. */
const ADDRESS: readonly OptionName[] = ['host', 'hostaddr', 'port']

/** What is said of the primary's hosts, and not of any others. */
const OF_HOSTS: readonly OptionName[] = [...ADDRESS, 'targetSessionAttrs', 'loadBalanceHosts']

/**
 * Everything that a connection to a replica needs to know: what was written for it, laid over what was written for the
 * primary, `connection`, of which `primary` has come. Hosts, and what is asked of them, are its own; where it names
 * hosts without a port, the primary's port is theirs too, if it has one. Throws `ConfigError` for one without an address.
 */
export function resolveReplicaSettings(
  replica: string | ConnectionOptions,
  connection: string | ConnectionOptions | undefined,
  primary: ConnectionSettings,
  environment: Environment = process.env,
): ConnectionSettings {
  const written = writtenSources(replica)
  const service = readOption('service', written)
  const own = [...written, ...serviceSources(service, [...written, environmentVariables(environment)], environment)]
  const says = (name: OptionName): boolean => own.some((source) => source(name) !== undefined)
  if (!ADDRESS.some(says)) throw new ConfigError('A replica needs an address of its own: a host or a port')
  const elsewhere = says('host') || says('hostaddr')
  const hidden = elsewhere ? OF_HOSTS : OF_HOSTS.filter((name) => name !== 'host' && name !== 'hostaddr')
  const inherited = optionSources(connection, environment).map((source) => without(source, hidden))
  return settingsFrom([...own, ...inherited, portOf(primary)], environment)
}

function without(source: OptionSource, hidden: readonly OptionName[]): OptionSource {
  return (name) => (hidden.includes(name) ? undefined : source(name))
}

/** The port of the primary's hosts, where they all have the same. */
function portOf({ hosts: [first, ...others] }: ConnectionSettings): OptionSource {
  const same = others.every(({ port }) => port === first.port)
  return (name) => (same && name === 'port' ? { value: first.port, label: 'The port of the primary' } : undefined)
}
