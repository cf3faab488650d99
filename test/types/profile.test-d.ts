/** What the compiler accepts of profiles and codecs, and what it refuses. Checked by `tsc` alone; never run. */
import { connect, PgwireDialect } from 'kysely-pgwire'
import {
  type Codec,
  defineCodec,
  definePgTypes,
  int8,
  type Interval,
  interval,
  mapCodec,
  nodePostgresTypes,
  numeric,
  type PgTypes,
  type PgTypesOptions,
  type TemporalImplementation,
} from 'kysely-pgwire/types'
import { Temporal } from 'temporal-polyfill'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

function is<_Fact extends true>(): void {}

class Decimal {
  readonly digits: string
  constructor(digits: string) {
    this.digits = digits
  }
}

const decimal = mapCodec(numeric, {
  decode: (digits) => new Decimal(digits),
  encode: (value) => (value instanceof Decimal ? value.digits : value),
  typescript: { select: 'Decimal' },
})
is<Equal<typeof decimal, Codec<Decimal>>>()

// The value of the codec below, and what is made of it, are inferred.
const days = mapCodec(interval, { decode: (value) => value.days, encode: (value) => ({ days: value }) })
is<Equal<typeof days, Codec<number>>>()
mapCodec(interval, {
  decode: (value) => {
    is<Equal<typeof value, Interval>>()
    return value
  },
  encode: (value) => {
    is<Equal<typeof value, unknown>>()
    return value
  },
})

// @ts-expect-error -- one direction is not enough
mapCodec(int8, { decode: BigInt })

export const accepted: readonly PgTypes[] = [
  definePgTypes(),
  definePgTypes({}),
  definePgTypes({ int8: 'bigint', numeric: 'number', json: 'string', arrays: 'bounded' }),
  definePgTypes({ timestamptz: 'temporal', timestamp: 'pg', date: 'pg', time: 'temporal', interval: 'pg' }),
  definePgTypes({ timestamptz: 'temporal', temporal: Temporal }),
  definePgTypes({ json: { parse: (source) => JSON.parse(source) as unknown, typescript: 'JsonValue' } }),
  definePgTypes({ codecs: [decimal, defineCodec({ ...int8, oid: 0, name: 'amount', schema: 'app' })] }),
  definePgTypes({ byName: { amount: decimal, 'app.mood': (derived) => ({ ...derived, samples: ['ok'] }) } }),
  nodePostgresTypes,
]

// Any implementation will do, and no value of one has to be one's own.
export const implementation: TemporalImplementation = Temporal

new PgwireDialect({ types: nodePostgresTypes })
void connect('postgres://localhost/shop', { types: definePgTypes({ int8: 'number' }) })

// @ts-expect-error -- an option that does not exist
definePgTypes({ int9: 'string' })

// @ts-expect-error -- a representation that does not exist
definePgTypes({ int8: 'decimal' })

// @ts-expect-error -- a codec is not named by a string
definePgTypes({ byName: { mood: 'text' } })

// @ts-expect-error -- no implementation of Temporal
definePgTypes({ temporal: { Instant: {} } })

// @ts-expect-error -- a profile is not changed
nodePostgresTypes.arrays = 'bounded'

// @ts-expect-error -- a codec is not changed
int8.oid = 7

export type Options = PgTypesOptions
