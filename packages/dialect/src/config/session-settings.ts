/** Options that are settings of the session: they go to the server with the login and cost no round trip of their own. */
import { ConfigError } from '../errors/config-error.ts'
import type { OptionName } from './connection-options.ts'
import type { OptionSource } from './option-sources.ts'
import { readOption } from './read-option.ts'

/** What PostgreSQL calls the options that set one of its settings. */
const sessionSettings = {
  searchPath: 'search_path',
  statementTimeoutMs: 'statement_timeout',
  lockTimeoutMs: 'lock_timeout',
  idleInTransactionTimeoutMs: 'idle_in_transaction_session_timeout',
  options: 'options',
  timeZone: 'timezone',
  dateStyle: 'datestyle',
  geqo: 'geqo',
} as const satisfies Partial<Record<OptionName, string>>

/** Everything for the start-up message; what an earlier source says about a setting goes before the later ones. */
export function resolveServerSettings(sources: readonly OptionSource[]): Readonly<Record<string, string>> {
  // The names of settings ignore case.
  const resolved = new Map<string, readonly [name: string, value: string]>()
  for (const source of sources) {
    for (const [name, value] of settingsOf(source)) {
      const key = name.toLowerCase()
      if (!resolved.has(key)) resolved.set(key, [name, value])
    }
  }
  return Object.freeze(Object.fromEntries(resolved.values()))
}

function settingsOf(source: OptionSource): readonly (readonly [name: string, value: string])[] {
  const free = Object.entries(readOption('serverSettings', [source]) ?? {})
  const named: [string, string][] = []
  for (const option of Object.keys(sessionSettings) as (keyof typeof sessionSettings)[]) {
    const value = readOption(option, [source])
    if (value === undefined) continue
    const setting = sessionSettings[option]
    if (free.some(([name]) => name.toLowerCase() === setting)) {
      throw new ConfigError(`${setting} is set twice: by the option ${option} and in serverSettings`)
    }
    named.push([setting, String(value)])
  }
  return [...free, ...named]
}
