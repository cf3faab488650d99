/** A profile for each representation that there is. */
import { definePgTypes, nodePostgresTypes, type PgTypes } from 'kysely-pgwire/types'
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
  numbers: definePgTypes({ int8: 'bigint', numeric: 'number', arrays: 'bounded' }),
  strings: definePgTypes({
    timestamptz: 'string',
    timestamp: 'string',
    interval: 'string',
    json: 'string',
    int8: 'number',
  }),
  asPg: definePgTypes({ timestamp: 'pg', date: 'pg', interval: 'pg' }),
  polyfill: definePgTypes({ ...temporal, temporal: Temporal }),
  native: withNativeTemporal(() => definePgTypes(temporal)),
  nodePostgres: nodePostgresTypes,
}

function withNativeTemporal<Result>(make: () => Result): Result {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'Temporal')
  Object.defineProperty(globalThis, 'Temporal', { value: Temporal, configurable: true })
  try {
    return make()
  } finally {
    Reflect.deleteProperty(globalThis, 'Temporal')
    if (before !== undefined) Object.defineProperty(globalThis, 'Temporal', before)
  }
}
