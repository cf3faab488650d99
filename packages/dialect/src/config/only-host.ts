import type { ConnectionSettings, ServerAddress } from './connection-settings.ts'
import { hidden } from './hidden-property.ts'

/** The settings without all other hosts, for what only makes sense on the server that was connected to. */
export function onlyHost(settings: ConnectionSettings, { host, port }: ServerAddress): ConnectionSettings {
  const [first, ...rest] = settings.hosts.filter((server) => server.host === host && server.port === port)
  if (first === undefined) return settings
  const { password, oauthToken, scramKeys } = settings
  return Object.freeze(hidden({ ...settings, hosts: [first, ...rest] as const }, { password, oauthToken, scramKeys }))
}
