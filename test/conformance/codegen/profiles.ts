/** The profiles that the generator is proved with: each representation that can be chosen is in one of them. */
import { definePgTypes, extensionCodecs, nodePostgresTypes, type PgTypes } from 'kysely-pgwire/types'
import { Temporal } from 'temporal-polyfill'

const temporal = {
  timestamptz: 'temporal',
  timestamp: 'temporal',
  date: 'temporal',
  time: 'temporal',
  interval: 'temporal',
} as const

export const profiles: Readonly<Record<string, PgTypes>> = {
  defaults: definePgTypes(),
  numbers: definePgTypes({ int8: 'bigint', numeric: 'number' }),
  bounded: definePgTypes({ arrays: 'bounded', int8: 'number', codecs: extensionCodecs }),
  strings: definePgTypes({ timestamptz: 'string', timestamp: 'string', interval: 'string', json: 'string' }),
  asPg: definePgTypes({ timestamp: 'pg', date: 'pg', interval: 'pg' }),
  temporal: definePgTypes({ ...temporal, temporal: Temporal }),
  nodePostgres: nodePostgresTypes,
}
