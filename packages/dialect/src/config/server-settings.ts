import { ConfigError } from '../errors/config-error.ts'
import { text } from './option-checks.ts'

/** Start-up parameters that are none of the user's, and what to do instead. Setting names ignore case. */
const reserved: ReadonlyMap<string, string> = new Map([
  ['user', 'use the option user'],
  ['database', 'use the option database'],
  ['application_name', 'use the option applicationName'],
  ['replication', 'replication connections are not supported'],
])

/** Names that begin so are extensions of the protocol. */
const PROTOCOL_EXTENSION = '_pq_.'

const UTF8 = /^(?:utf-?8|unicode)$/i

/** Returns a copy, without a client encoding: that is always UTF-8. */
export function serverSettings(value: unknown, label: string): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError(`${label} must be an object of strings`)
  }
  const settings: [string, string][] = []
  for (const [name, setting] of Object.entries(value)) {
    const key = text(name, `${label}: the name of a setting`)
    const content = text(setting, `${label}: the value of a setting`)
    if (key === '') throw new ConfigError(`${label}: the name of a setting is empty`)
    if (isClientEncoding(key, content, label)) continue
    refuseReserved(key, label)
    settings.push([key, content])
  }
  return Object.fromEntries(settings)
}

function isClientEncoding(name: string, value: string, label: string): boolean {
  if (name.toLowerCase() !== 'client_encoding') return false
  if (!UTF8.test(value)) throw new ConfigError(`${label}: client_encoding is always UTF8`)
  return true
}

function refuseReserved(name: string, label: string): void {
  const key = name.toLowerCase()
  const instead = reserved.get(key)
  if (instead !== undefined) throw new ConfigError(`${label} cannot have ${key}: ${instead}`)
  if (key.startsWith(PROTOCOL_EXTENSION)) throw new ConfigError(`${label} cannot have extensions of the protocol`)
}
