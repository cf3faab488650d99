import { ConfigError } from '../errors/config-error.ts'
import type { ProtocolVersions } from './connection-settings.ts'

/** The versions that are spoken, and the minor number of each. There is no 3.1. */
const minors = { '3.0': 0, '3.2': 2, latest: 2 } as const

export type ProtocolVersionText = keyof typeof minors

export const protocolVersionTexts: readonly ProtocolVersionText[] = Object.keys(minors) as ProtocolVersionText[]

export function resolveProtocolVersions(min: ProtocolVersionText, max: ProtocolVersionText): ProtocolVersions {
  const versions = { min: minors[min], max: minors[max] }
  if (versions.min > versions.max) throw new ConfigError('minProtocolVersion is newer than maxProtocolVersion')
  return Object.freeze(versions)
}
